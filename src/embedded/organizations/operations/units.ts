import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { randomLowerAlnum } from '../../../base/ids.ts';
import {
  accountsOf,
  arnOf,
  managedOrganization,
  readableOrganization,
  type OrganizationRow,
  type OrganizationsSettings,
} from '../directory.ts';
import { page, paging, parentId, tags, unitId, unitName } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';
import { saveTags } from './tags.ts';

/** The root and the organizational units below it: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous.html */
export function unitOperations(parts: OrganizationsParts): Operation[] {
  return [
    listRoots(parts),
    listParents(parts),
    listChildren(parts),
    createUnit(parts),
    describeUnit(parts),
    listUnits(parts),
    updateUnit(parts),
    deleteUnit(parts),
  ];
}

function listRoots(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListRoots', {
    input: paging,
    handle: async (_input, { accountId }) => {
      const organization = await readableOrganization(parts.settings, accountId);
      const Id = organization.root_id;
      const root = { Id, Arn: arnOf(organization, 'root', Id), Name: 'Root', PolicyTypes: [] };
      return { Roots: [root] };
    },
  });
}

function listParents(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListParents', {
    input: { ChildId: z.string().regex(/^(\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/), ...paging },
    handle: async ({ ChildId }, { accountId }) => {
      const organization = await readableOrganization(parts.settings, accountId);
      const rows = [
        ...(await accountsOf(parts.settings, organization.id)).map((row) => ({ ...row, id: row.account })),
        ...(await unitsOf(parts.settings, organization.id)),
      ];
      const child = rows.find((row) => row.id === ChildId);
      if (child === undefined)
        throw new AwsError('ChildNotFoundException', "You specified a child that doesn't exist.");
      const Type = child.parent === organization.root_id ? 'ROOT' : 'ORGANIZATIONAL_UNIT';
      return { Parents: [{ Id: child.parent, Type }] };
    },
  });
}

function listChildren(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListChildren', {
    input: { ParentId: parentId, ChildType: z.enum(['ACCOUNT', 'ORGANIZATIONAL_UNIT']), ...paging },
    handle: async ({ ParentId, ChildType, ...input }, { accountId }) => {
      const organization = await readableOrganization(parts.settings, accountId);
      await checkParent(parts.settings, organization, ParentId);
      const rows =
        ChildType === 'ACCOUNT'
          ? (await accountsOf(parts.settings, organization.id)).map((row) => ({ ...row, id: row.account }))
          : await unitsOf(parts.settings, organization.id);
      const { items, next } = page(
        rows.filter(({ parent }) => parent === ParentId),
        ({ id }) => id,
        input,
      );
      return { Children: items.map(({ id }) => ({ Id: id, Type: ChildType })), NextToken: next };
    },
  });
}

function createUnit(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'CreateOrganizationalUnit', {
    input: { ParentId: parentId, Name: unitName, Tags: tags.optional() },
    handle: async ({ ParentId, Name, Tags = [] }, { accountId }) =>
      parts.settings.transaction().execute(async (tx) => {
        const organization = await managedOrganization(tx, accountId);
        await checkParent(tx, organization, ParentId);
        await checkName(tx, organization, { parent: ParentId, name: Name });
        const id = `ou-${organization.root_id.slice(2)}-${randomLowerAlnum(8)}`;
        const unit = { id, organization: organization.id, parent: ParentId, name: Name };
        await tx.insertInto('organization_units').values(unit).execute();
        await saveTags(tx, { organization: organization.id, resource: id }, Tags);
        return { OrganizationalUnit: unitShown(organization, unit) };
      }),
  });
}

function describeUnit(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DescribeOrganizationalUnit', {
    input: { OrganizationalUnitId: unitId },
    handle: async ({ OrganizationalUnitId }, { accountId }) => {
      const organization = await readableOrganization(parts.settings, accountId);
      const unit = await findUnit(parts.settings, organization, OrganizationalUnitId);
      return { OrganizationalUnit: unitShown(organization, unit) };
    },
  });
}

function listUnits(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListOrganizationalUnitsForParent', {
    input: { ParentId: parentId, ...paging },
    handle: async ({ ParentId, ...input }, { accountId }) => {
      const organization = await readableOrganization(parts.settings, accountId);
      await checkParent(parts.settings, organization, ParentId);
      const units = (await unitsOf(parts.settings, organization.id)).filter((row) => row.parent === ParentId);
      const { items, next } = page(units, ({ id }) => id, input);
      return { OrganizationalUnits: items.map((unit) => unitShown(organization, unit)), NextToken: next };
    },
  });
}

function updateUnit(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'UpdateOrganizationalUnit', {
    input: { OrganizationalUnitId: unitId, Name: unitName.optional() },
    handle: async ({ OrganizationalUnitId, Name }, { accountId }) =>
      parts.settings.transaction().execute(async (tx) => {
        const organization = await managedOrganization(tx, accountId);
        const unit = await findUnit(tx, organization, OrganizationalUnitId);
        const name = Name ?? unit.name;
        if (name !== unit.name) await checkName(tx, organization, { parent: unit.parent, name });
        await tx.updateTable('organization_units').set({ name }).where('id', '=', unit.id).execute();
        return { OrganizationalUnit: unitShown(organization, { ...unit, name }) };
      }),
  });
}

function deleteUnit(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DeleteOrganizationalUnit', {
    input: { OrganizationalUnitId: unitId },
    handle: async ({ OrganizationalUnitId }, { accountId }) => {
      await parts.settings.transaction().execute(async (tx) => {
        const organization = await managedOrganization(tx, accountId);
        const { id } = await findUnit(tx, organization, OrganizationalUnitId);
        const inside = [
          ...(await accountsOf(tx, organization.id)),
          ...(await unitsOf(tx, organization.id)),
        ].some((row) => row.parent === id);
        if (inside) {
          throw new AwsError(
            'OrganizationalUnitNotEmptyException',
            'The specified OU is not empty. Move all accounts and OUs out of it first.',
          );
        }
        await tx.deleteFrom('organization_units').where('id', '=', id).execute();
        await tx.deleteFrom('organization_tags').where('resource', '=', id).execute();
      });
    },
  });
}

/** Throws ParentNotFoundException, or as named. */
export async function checkParent(
  settings: OrganizationsSettings,
  organization: OrganizationRow,
  parent: string,
  code = 'ParentNotFoundException',
): Promise<void> {
  if (parent === organization.root_id) return;
  const found = (await unitsOf(settings, organization.id)).some(({ id }) => id === parent);
  if (!found) throw new AwsError(code, "You specified parent that doesn't exist.");
}

/** Names are unique within a parent. */
async function checkName(
  settings: OrganizationsSettings,
  { id }: OrganizationRow,
  { parent, name }: { parent: string; name: string },
): Promise<void> {
  const taken = (await unitsOf(settings, id)).some((unit) => unit.parent === parent && unit.name === name);
  if (taken) {
    throw new AwsError('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.');
  }
}

type UnitRow = Awaited<ReturnType<typeof unitsOf>>[number];

function unitsOf(settings: OrganizationsSettings, organization: string) {
  return settings
    .selectFrom('organization_units')
    .selectAll()
    .where('organization', '=', organization)
    .execute();
}

async function findUnit(
  settings: OrganizationsSettings,
  organization: OrganizationRow,
  id: string,
): Promise<UnitRow> {
  const unit = (await unitsOf(settings, organization.id)).find((row) => row.id === id);
  if (unit === undefined) {
    throw new AwsError(
      'OrganizationalUnitNotFoundException',
      "You specified an organizational unit that doesn't exist.",
    );
  }
  return unit;
}

function unitShown(organization: OrganizationRow, { id, name }: UnitRow): Record<string, unknown> {
  return { Id: id, Arn: arnOf(organization, 'ou', id), Name: name };
}
