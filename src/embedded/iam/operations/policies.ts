import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { uniqueId } from '../../../base/ids.ts';
import { alreadyExists, deleteConflict, limitExceeded } from '../iam-errors.ts';
import {
  description,
  page,
  paging,
  path,
  pathPrefix,
  policyArn,
  policyDocument,
  policyName,
  tags,
} from '../iam-input.ts';
import { MANAGED_POLICIES, type ManagedPolicy } from '../managed-policies.ts';
import { checkDocument } from '../policy-documents.ts';
import { entityArn } from './entity.ts';
import { findPolicy, policyResource, type PolicyRow } from './find-policy.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';
import { isTaken } from './named.ts';
import { checkSize } from './policy-versions.ts';
import { addTags, shownTags, type Tag } from './tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_POLICIES = 1500;

/** Customer managed policies; those of AWS can be looked at. */
export function policyOperations(parts: IamParts): Operation[] {
  return [
    createPolicyOperation(parts),
    getPolicyOperation(parts),
    listPoliciesOperation(parts),
    deletePolicyOperation(parts),
  ];
}

function createPolicyOperation(parts: IamParts): Operation {
  return iamOperation('CreatePolicy', {
    input: {
      PolicyName: policyName,
      PolicyDocument: policyDocument,
      Path: path.optional(),
      Description: description.optional(),
      Tags: tags.optional(),
    },
    resource: (input) =>
      entityArn(parts.accountId, 'policy', {
        path: typeof input['Path'] === 'string' ? input['Path'] : '/',
        name: String(input['PolicyName']),
      }),
    handle: async ({ PolicyName, PolicyDocument, Path = '/', Description, Tags = [] }) => {
      checkDocument(PolicyDocument);
      checkSize(PolicyDocument);
      const now = parts.clock.now();
      const policy = {
        id: uniqueId('ANPA', 17),
        arn: entityArn(parts.accountId, 'policy', { path: Path, name: PolicyName }),
        name: PolicyName,
        name_key: PolicyName.toLowerCase(),
        path: Path,
        description: Description ?? null,
        created_at: now,
        updated_at: now,
        default_version: 1,
        last_version: 1,
      };
      await createPolicy(parts, policy, { document: PolicyDocument, tagged: Tags });
      return { Policy: { ...policyOf(policy, 0), ...(Tags.length === 0 ? {} : { Tags }) } };
    },
  });
}

function getPolicyOperation(parts: IamParts): Operation {
  return iamOperation('GetPolicy', {
    input: { PolicyArn: policyArn },
    resource: policyResource,
    handle: async ({ PolicyArn }) => {
      const count = (await attachments(parts)).get(PolicyArn) ?? 0;
      const managed = MANAGED_POLICIES.get(PolicyArn);
      if (managed !== undefined) return { Policy: managedPolicyOf(managed, count) };
      const policy = await findPolicy(parts, PolicyArn);
      const more = policy.description === null ? {} : { Description: policy.description };
      return { Policy: { ...policyOf(policy, count), ...more, ...(await shownTags(parts, policy.id)) } };
    },
  });
}

function listPoliciesOperation(parts: IamParts): Operation {
  return iamOperation('ListPolicies', {
    input: {
      Scope: z.enum(['All', 'AWS', 'Local']).optional(),
      OnlyAttached: z.boolean().optional(),
      PathPrefix: pathPrefix.optional(),
      PolicyUsageFilter: z.enum(['PermissionsPolicy', 'PermissionsBoundary']).optional(),
      ...paging,
    },
    resource: () => `arn:aws:iam::${parts.accountId}:policy/`,
    handle: async ({ Scope = 'All', OnlyAttached, PathPrefix = '/', PolicyUsageFilter, ...by }) => {
      const counts = await attachments(parts);
      const rows =
        Scope === 'AWS' ? [] : await parts.settings.selectFrom('iam_policies').selectAll().execute();
      const all = [
        ...rows.map((row) => policyOf(row, counts.get(row.arn) ?? 0)),
        ...(Scope === 'Local' ? [] : [...MANAGED_POLICIES.values()]).map((managed) =>
          managedPolicyOf(managed, counts.get(managed.arn) ?? 0),
        ),
      ];
      const wanted = all.filter(
        (policy) =>
          policy.Path.startsWith(PathPrefix) &&
          (OnlyAttached !== true || policy.AttachmentCount > 0) &&
          // Nobody has a boundary here.
          PolicyUsageFilter !== 'PermissionsBoundary',
      );
      const shown = page(wanted, (p) => p.Arn, by);
      return { Policies: shown.items, ...shown.paging };
    },
  });
}

function deletePolicyOperation(parts: IamParts): Operation {
  return iamOperation('DeletePolicy', {
    input: { PolicyArn: policyArn },
    resource: policyResource,
    handle: async (input) => {
      const id = await parts.settings.transaction().execute(async (trx) => {
        const policy = await findPolicy({ settings: trx }, input.PolicyArn);
        const attached = await trx
          .selectFrom('iam_attached_policies')
          .select('owner_id')
          .where('arn', '=', policy.arn)
          .executeTakeFirst();
        if (attached !== undefined) throw deleteConflict('Cannot delete a policy attached to entities.');
        const versions = await trx
          .selectFrom('iam_policy_versions')
          .select('version')
          .where('policy_id', '=', policy.id)
          .execute();
        if (versions.length > 1)
          throw deleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
          );
        await trx.deleteFrom('iam_policy_versions').where('policy_id', '=', policy.id).execute();
        await trx.deleteFrom('iam_tags').where('owner_id', '=', policy.id).execute();
        await trx.deleteFrom('iam_policies').where('id', '=', policy.id).execute();
        return policy.id;
      });
      await parts.directory.refresh(id);
    },
  });
}

async function createPolicy(
  { settings, directory }: IamParts,
  policy: PolicyRow,
  { document, tagged }: { readonly document: string; readonly tagged: readonly Tag[] },
): Promise<void> {
  await settings.transaction().execute(async (trx) => {
    const { count } = await trx
      .selectFrom('iam_policies')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) >= MAX_POLICIES)
      throw limitExceeded(`Cannot exceed quota for PoliciesPerAccount: ${MAX_POLICIES}`);
    if (await isTaken(trx, 'iam_policies', policy.name))
      throw alreadyExists(`A policy called ${policy.name} already exists. Duplicate names are not allowed.`);
    await trx.insertInto('iam_policies').values(policy).execute();
    await trx
      .insertInto('iam_policy_versions')
      .values({ policy_id: policy.id, version: 1, document, created_at: policy.created_at })
      .execute();
    await addTags(trx, policy.id, tagged);
  });
  await directory.refresh(policy.id);
}

/** How many users, groups and roles have a policy, by its ARN. */
async function attachments({ settings }: IamParts): Promise<ReadonlyMap<string, number>> {
  const rows = await settings
    .selectFrom('iam_attached_policies')
    .select((eb) => ['arn', eb.fn.countAll<number>().as('count')] as const)
    .groupBy('arn')
    .execute();
  return new Map(rows.map(({ arn, count }) => [arn, Number(count)]));
}

function policyOf(row: PolicyRow, attached: number) {
  return {
    PolicyName: row.name,
    PolicyId: row.id,
    Arn: row.arn,
    Path: row.path,
    DefaultVersionId: `v${row.default_version}`,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date(row.created_at),
    UpdateDate: new Date(row.updated_at),
  };
}

function managedPolicyOf({ name, arn, id, createdAt }: ManagedPolicy, attached: number) {
  return {
    PolicyName: name,
    PolicyId: id,
    Arn: arn,
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: createdAt,
    UpdateDate: createdAt,
  };
}
