import type { Operation } from '../../../aws/operation.ts';
import { encodeStrictly } from '../../../aws/sigv4/canonical-request.ts';
import { limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { page, paging, policyDocument, policyName } from '../iam-input.ts';
import { checkDocument, sizeOf } from '../policy-documents.ts';
import { findEntity, KINDS, type EntityKind } from './entity.ts';
import type { IamParts } from './iam-operation.ts';
import { ownedOperation, ownerOf } from './owned-operation.ts';

/** Inline policies of users, groups and roles. */
export function inlinePolicyOperations(parts: IamParts): Operation[] {
  return KINDS.flatMap((kind) => [
    putPolicyOperation(parts, kind),
    getPolicyOperation(parts, kind),
    listPoliciesOperation(parts, kind),
    deletePolicyOperation(parts, kind),
  ]);
}

function putPolicyOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`Put${kind.Word}Policy`, ownerOf(parts, kind), {
    input: { PolicyName: policyName, PolicyDocument: policyDocument },
    handle: async (input, ownerName) =>
      putPolicy(parts, kind, {
        owner: ownerName,
        name: input.PolicyName,
        document: input.PolicyDocument,
      }),
  });
}

function getPolicyOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`Get${kind.Word}Policy`, ownerOf(parts, kind), {
    input: { PolicyName: policyName },
    handle: async (input, ownerName) => {
      const owner = await findEntity(parts, kind, ownerName);
      const found = await parts.settings
        .selectFrom('iam_inline_policies')
        .selectAll()
        .where('owner_id', '=', owner.id)
        .where('name', '=', input.PolicyName)
        .executeTakeFirst();
      if (found === undefined) throw noSuchPolicy(kind, input.PolicyName);
      return {
        [kind.member]: owner.name,
        PolicyName: found.name,
        PolicyDocument: encodeStrictly(found.document),
      };
    },
  });
}

function listPoliciesOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`List${kind.Word}Policies`, ownerOf(parts, kind), {
    input: paging,
    handle: async (input, ownerName) => {
      const owner = await findEntity(parts, kind, ownerName);
      const rows = await parts.settings
        .selectFrom('iam_inline_policies')
        .select('name')
        .where('owner_id', '=', owner.id)
        .execute();
      const shown = page(rows, (row) => row.name, input);
      return { PolicyNames: shown.items.map((row) => row.name), ...shown.paging };
    },
  });
}

function deletePolicyOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`Delete${kind.Word}Policy`, ownerOf(parts, kind), {
    input: { PolicyName: policyName },
    handle: async (input, ownerName) => {
      const owner = await findEntity(parts, kind, ownerName);
      const done = await parts.settings
        .deleteFrom('iam_inline_policies')
        .where('owner_id', '=', owner.id)
        .where('name', '=', input.PolicyName)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n) throw noSuchPolicy(kind, input.PolicyName);
      await parts.directory.refresh(owner.id);
    },
  });
}

type PutPolicy = { readonly owner: string; readonly name: string; readonly document: string };

async function putPolicy(
  { settings, directory }: IamParts,
  kind: EntityKind,
  { owner: ownerName, name, document }: PutPolicy,
): Promise<void> {
  checkDocument(document);
  const ownerId = await settings.transaction().execute(async (trx) => {
    const owner = await findEntity({ settings: trx }, kind, ownerName);
    const others = await trx
      .selectFrom('iam_inline_policies')
      .select('document')
      .where('owner_id', '=', owner.id)
      .where('name', '!=', name)
      .execute();
    const size = [document, ...others.map((row) => row.document)].reduce(
      (sum, text) => sum + sizeOf(text),
      0,
    );
    if (size > kind.maxInlineSize)
      throw limitExceeded(
        `Maximum policy size of ${kind.maxInlineSize} bytes exceeded for ${kind.word} ${owner.name}`,
      );
    await trx
      .insertInto('iam_inline_policies')
      .values({ owner_id: owner.id, name, document })
      .onConflict((on) => on.columns(['owner_id', 'name']).doUpdateSet({ document }))
      .execute();
    return owner.id;
  });
  await directory.refresh(ownerId);
}

function noSuchPolicy(kind: EntityKind, name: string) {
  return noSuchEntity(`The ${kind.word} policy with name ${name} cannot be found.`);
}
