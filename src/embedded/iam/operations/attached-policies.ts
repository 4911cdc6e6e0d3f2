import type { Operation } from '../../../aws/operation.ts';
import { limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { page, paging, pathPrefix, policyArn } from '../iam-input.ts';
import { MANAGED_POLICIES } from '../managed-policies.ts';
import { findEntity, KINDS, type EntityKind } from './entity.ts';
import type { IamParts } from './iam-operation.ts';
import { ownedOperation, ownerOf } from './owned-operation.ts';

const MAX_ATTACHED = 10;

/** Managed policies on users, groups and roles: those made here, and those of AWS that Opentrail has built in. */
export function attachedPolicyOperations(parts: IamParts): Operation[] {
  return KINDS.flatMap((kind) => [
    attachPolicyOperation(parts, kind),
    detachPolicyOperation(parts, kind),
    listAttachedPoliciesOperation(parts, kind),
  ]);
}

function attachPolicyOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`Attach${kind.Word}Policy`, ownerOf(parts, kind), {
    input: { PolicyArn: policyArn },
    handle: async (input, ownerName) => {
      const ownerId = await attach(parts, kind, {
        owner: ownerName,
        arn: input.PolicyArn,
      });
      await parts.directory.refresh(ownerId);
    },
  });
}

function detachPolicyOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`Detach${kind.Word}Policy`, ownerOf(parts, kind), {
    input: { PolicyArn: policyArn },
    handle: async (input, ownerName) => {
      const owner = await findEntity(parts, kind, ownerName);
      const done = await parts.settings
        .deleteFrom('iam_attached_policies')
        .where('owner_id', '=', owner.id)
        .where('arn', '=', input.PolicyArn)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      await parts.directory.refresh(owner.id);
    },
  });
}

function listAttachedPoliciesOperation(parts: IamParts, kind: EntityKind): Operation {
  return ownedOperation(`ListAttached${kind.Word}Policies`, ownerOf(parts, kind), {
    input: { PathPrefix: pathPrefix.optional(), ...paging },
    handle: async (input, ownerName) => {
      const owner = await findEntity(parts, kind, ownerName);
      const rows = await parts.settings
        .selectFrom('iam_attached_policies')
        .select('arn')
        .where('owner_id', '=', owner.id)
        .execute();
      const within = rows.filter(({ arn }) => pathOf(arn).startsWith(input.PathPrefix ?? '/'));
      const shown = page(within, (row) => row.arn, input);
      return {
        AttachedPolicies: shown.items.map(({ arn }) => ({ PolicyName: nameOf(arn), PolicyArn: arn })),
        ...shown.paging,
      };
    },
  });
}

type Attachment = { readonly owner: string; readonly arn: string };

/** In one transaction with the look for both, so that neither is deleted meanwhile. Answers the owner's id. */
async function attach(
  { settings }: IamParts,
  kind: EntityKind,
  { owner: ownerName, arn }: Attachment,
): Promise<string> {
  return settings.transaction().execute(async (trx) => {
    const owner = await findEntity({ settings: trx }, kind, ownerName);
    const made = await trx.selectFrom('iam_policies').select('id').where('arn', '=', arn).executeTakeFirst();
    if (made === undefined && !MANAGED_POLICIES.has(arn))
      throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
    const attached = await trx
      .selectFrom('iam_attached_policies')
      .select('arn')
      .where('owner_id', '=', owner.id)
      .execute();
    if (attached.some((each) => each.arn === arn)) return owner.id;
    if (attached.length >= MAX_ATTACHED)
      throw limitExceeded(`Cannot exceed quota for PoliciesPer${kind.Word}: ${MAX_ATTACHED}`);
    await trx.insertInto('iam_attached_policies').values({ owner_id: owner.id, arn }).execute();
    return owner.id;
  });
}

/** `arn:aws:iam::1:policy/ops/reading` → `/ops/`. */
function pathOf(arn: string): string {
  return arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
