import type { Operation } from '../../../aws/operation.ts';
import { limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { existingUserName, page, paging, pathPrefix, policyArn } from '../iam-input.ts';
import { MANAGED_POLICIES } from '../managed-policies.ts';
import { findUser, iamOperation, userResource, type IamParts } from './iam-operation.ts';

const MAX_ATTACHED = 10;

/** Managed policies: those of AWS that Opentrail has built in. */
export function attachedPolicyOperations(parts: IamParts): Operation[] {
  return [
    attachUserPolicyOperation(parts),
    detachUserPolicyOperation(parts),
    listAttachedUserPoliciesOperation(parts),
  ];
}

function attachUserPolicyOperation(parts: IamParts): Operation {
  return iamOperation('AttachUserPolicy', {
    input: { UserName: existingUserName, PolicyArn: policyArn },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      if (!MANAGED_POLICIES.has(input.PolicyArn))
        throw noSuchEntity(`Policy ${input.PolicyArn} does not exist or is not attachable.`);
      await parts.settings.transaction().execute(async (trx) => {
        const attached = await trx
          .selectFrom('iam_attached_policies')
          .select('arn')
          .where('user_id', '=', user.id)
          .execute();
        if (attached.some(({ arn }) => arn === input.PolicyArn)) return;
        if (attached.length >= MAX_ATTACHED)
          throw limitExceeded(`Cannot exceed quota for PoliciesPerUser: ${MAX_ATTACHED}`);
        await trx
          .insertInto('iam_attached_policies')
          .values({ user_id: user.id, arn: input.PolicyArn })
          .execute();
      });
      await parts.directory.refresh(user.id);
    },
  });
}

function detachUserPolicyOperation(parts: IamParts): Operation {
  return iamOperation('DetachUserPolicy', {
    input: { UserName: existingUserName, PolicyArn: policyArn },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      const done = await parts.settings
        .deleteFrom('iam_attached_policies')
        .where('user_id', '=', user.id)
        .where('arn', '=', input.PolicyArn)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      await parts.directory.refresh(user.id);
    },
  });
}

function listAttachedUserPoliciesOperation(parts: IamParts): Operation {
  return iamOperation('ListAttachedUserPolicies', {
    input: { UserName: existingUserName, PathPrefix: pathPrefix.optional(), ...paging },
    resource: userResource(parts),
    handle: async (input) => {
      const user = await findUser(parts, input.UserName);
      const rows = await parts.settings
        .selectFrom('iam_attached_policies')
        .select('arn')
        .where('user_id', '=', user.id)
        .execute();
      // All that can be attached stands at the path `/`.
      const within = (input.PathPrefix ?? '/') === '/' ? rows : [];
      const shown = page(within, {
        keyOf: (row) => row.arn,
        marker: input.Marker,
        maxItems: input.MaxItems,
      });
      return {
        AttachedPolicies: shown.items.map(({ arn }) => ({
          PolicyName: MANAGED_POLICIES.get(arn)?.name,
          PolicyArn: arn,
        })),
        ...shown.paging,
      };
    },
  });
}
