import type { Operation } from '../../../aws/operation.ts';
import { AwsError } from '../../../aws/errors.ts';
import { validatePolicy } from '../../../aws/policy/validate-policy.ts';
import { encodeStrictly } from '../../../aws/sigv4/canonical-request.ts';
import { limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { existingUserName, page, paging, policyDocument, policyName } from '../iam-input.ts';
import { findUser, iamOperation, userResource, type IamParts } from './iam-operation.ts';

/** Characters of all inline policies of a user together, white space not counted. */
const MAX_SIZE = 2048;

/** Inline policies. */
export function userPolicyOperations(parts: IamParts): Operation[] {
  return [
    putUserPolicyOperation(parts),
    getUserPolicyOperation(parts),
    listUserPoliciesOperation(parts),
    deleteUserPolicyOperation(parts),
  ];
}

function putUserPolicyOperation(parts: IamParts): Operation {
  return iamOperation('PutUserPolicy', {
    input: { UserName: existingUserName, PolicyName: policyName, PolicyDocument: policyDocument },
    resource: userResource(parts),
    handle: async (input) => putUserPolicy(parts, input),
  });
}

function getUserPolicyOperation(parts: IamParts): Operation {
  return iamOperation('GetUserPolicy', {
    input: { UserName: existingUserName, PolicyName: policyName },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      const found = await parts.settings
        .selectFrom('iam_user_policies')
        .selectAll()
        .where('user_id', '=', user.id)
        .where('name', '=', input.PolicyName)
        .executeTakeFirst();
      if (found === undefined) throw noSuchPolicy(input.PolicyName);
      return {
        UserName: user.name,
        PolicyName: found.name,
        PolicyDocument: encodeStrictly(found.document),
      };
    },
  });
}

function listUserPoliciesOperation(parts: IamParts): Operation {
  return iamOperation('ListUserPolicies', {
    input: { UserName: existingUserName, ...paging },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      const rows = await parts.settings
        .selectFrom('iam_user_policies')
        .select('name')
        .where('user_id', '=', user.id)
        .execute();
      const shown = page(rows, {
        keyOf: (row) => row.name,
        marker: input.Marker,
        maxItems: input.MaxItems,
      });
      return { PolicyNames: shown.items.map((row) => row.name), ...shown.paging };
    },
  });
}

function deleteUserPolicyOperation(parts: IamParts): Operation {
  return iamOperation('DeleteUserPolicy', {
    input: { UserName: existingUserName, PolicyName: policyName },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      const done = await parts.settings
        .deleteFrom('iam_user_policies')
        .where('user_id', '=', user.id)
        .where('name', '=', input.PolicyName)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n) throw noSuchPolicy(input.PolicyName);
      await parts.directory.refresh(user.id);
    },
  });
}

type PutUserPolicy = {
  readonly UserName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
};

async function putUserPolicy({ settings, directory }: IamParts, input: PutUserPolicy): Promise<void> {
  const user = await findUser({ settings }, input.UserName);
  checkDocument(input.PolicyDocument);
  await settings.transaction().execute(async (trx) => {
    const others = await trx
      .selectFrom('iam_user_policies')
      .select('document')
      .where('user_id', '=', user.id)
      .where('name', '!=', input.PolicyName)
      .execute();
    const size = [input.PolicyDocument, ...others.map((row) => row.document)].reduce(
      (sum, text) => sum + text.replace(/\s/g, '').length,
      0,
    );
    if (size > MAX_SIZE)
      throw limitExceeded(`Maximum policy size of ${MAX_SIZE} bytes exceeded for user ${user.name}`);
    await trx
      .insertInto('iam_user_policies')
      .values({ user_id: user.id, name: input.PolicyName, document: input.PolicyDocument })
      .onConflict((on) => on.columns(['user_id', 'name']).doUpdateSet({ document: input.PolicyDocument }))
      .execute();
  });
  await directory.refresh(user.id);
}

/** Throws MalformedPolicyDocument with all that is wrong. */
function checkDocument(text: string): void {
  const complaints = validatePolicy(parse(text));
  if (complaints.length > 0)
    throw new AwsError('MalformedPolicyDocument', complaints.join(' '), { status: 400 });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noSuchPolicy(name: string) {
  return noSuchEntity(`The user policy with name ${name} cannot be found.`);
}
