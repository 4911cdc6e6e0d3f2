import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { page, paging, pathPrefix, policyArn } from '../iam-input.ts';
import { MANAGED_POLICIES } from '../managed-policies.ts';
import { KINDS } from './entity.ts';
import { findPolicy, policyResource } from './find-policy.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';

/** Who has a managed policy. */
export function policyEntityOperations(parts: IamParts): Operation[] {
  return [
    iamOperation('ListEntitiesForPolicy', {
      input: {
        PolicyArn: policyArn,
        EntityFilter: z.enum(['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']).optional(),
        PathPrefix: pathPrefix.optional(),
        PolicyUsageFilter: z.enum(['PermissionsPolicy', 'PermissionsBoundary']).optional(),
        ...paging,
      },
      resource: policyResource,
      handle: async ({ PolicyArn, EntityFilter, PathPrefix = '/', PolicyUsageFilter, ...by }) => {
        if (!MANAGED_POLICIES.has(PolicyArn)) await findPolicy(parts, PolicyArn);
        // Nobody has a boundary here.
        const all = PolicyUsageFilter === 'PermissionsBoundary' ? [] : await holders(parts, PolicyArn);
        const wanted = all.filter(
          ({ Word, path }) =>
            path.startsWith(PathPrefix) && (EntityFilter === undefined || EntityFilter === Word),
        );
        const shown = page(wanted, ({ id }) => id, by);
        return { ...shapesOf(shown.items), ...shown.paging };
      },
    }),
  ];
}

async function holders({ settings }: IamParts, arn: string) {
  const found = KINDS.map(async ({ Word, table }) => {
    const rows = await settings
      .selectFrom(table)
      .innerJoin('iam_attached_policies', 'owner_id', `${table}.id`)
      .select(['id', 'name', 'path'])
      .where('arn', '=', arn)
      .execute();
    return rows.map((row) => ({ ...row, Word }));
  });
  return (await Promise.all(found)).flat();
}

type Holder = Awaited<ReturnType<typeof holders>>[number];

function shapesOf(items: readonly Holder[]) {
  const of = (Word: Holder['Word']) =>
    items
      .filter((item) => item.Word === Word)
      .map(({ id, name }) => ({ [`${Word}Name`]: name, [`${Word}Id`]: id }));
  return { PolicyGroups: of('Group'), PolicyUsers: of('User'), PolicyRoles: of('Role') };
}
