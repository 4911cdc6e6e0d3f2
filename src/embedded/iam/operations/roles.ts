import type { Operation } from '../../../aws/operation.ts';
import { uniqueId } from '../../../base/ids.ts';
import { alreadyExists, deleteConflict, limitExceeded } from '../iam-errors.ts';
import {
  description,
  existingRoleName,
  maxSessionDuration,
  path,
  policyDocument,
  roleName,
  tags,
} from '../iam-input.ts';
import { ACCOUNT_ACCESS_ROLE } from '../principals.ts';
import { readTrust } from '../trust.ts';
import { entityArn, entityResource, ROLE } from './entity.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';
import { listEntities } from './list-entities.ts';
import { isTaken } from './named.ts';
import { findRole, roleOf, type RoleRow } from './role-shape.ts';
import { checkTrustSize } from './role-trust.ts';
import { addTags, shownTags, type Tag } from './tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ROLES = 1000;

export function roleOperations(parts: IamParts): Operation[] {
  return [
    createRoleOperation(parts),
    getRoleOperation(parts),
    listEntities(parts, ROLE, {
      all: () => parts.settings.selectFrom('iam_roles').selectAll().execute(),
      shown: (row) => roleOf(parts, row),
    }),
    updateRoleOperation(parts),
    deleteRoleOperation(parts),
  ];
}

function createRoleOperation(parts: IamParts): Operation {
  return iamOperation('CreateRole', {
    input: {
      RoleName: roleName,
      AssumeRolePolicyDocument: policyDocument,
      Path: path.optional(),
      Description: description.optional(),
      MaxSessionDuration: maxSessionDuration.optional(),
      Tags: tags.optional(),
    },
    resource: (input) =>
      entityArn(parts.accountId, 'role', {
        path: typeof input['Path'] === 'string' ? input['Path'] : '/',
        name: String(input['RoleName']),
      }),
    handle: async ({ RoleName: name, AssumeRolePolicyDocument: document, Tags = [], ...input }) => {
      const { trust, pins } = readTrust(parts.directory, parts.accountId, document);
      checkTrustSize(document);
      const role: RoleRow = {
        id: uniqueId('AROA', 17),
        name,
        name_key: name.toLowerCase(),
        path: input.Path ?? '/',
        created_at: parts.clock.now(),
        description: input.Description ?? null,
        trust,
        trust_pins: JSON.stringify(pins),
        max_session_duration: input.MaxSessionDuration ?? 3600,
      };
      await createRole(parts, role, Tags);
      return { Role: { ...roleOf(parts, role), ...(Tags.length === 0 ? {} : { Tags }) } };
    },
  });
}

function getRoleOperation(parts: IamParts): Operation {
  return iamOperation('GetRole', {
    input: { RoleName: existingRoleName },
    resource: entityResource(parts, ROLE),
    handle: async (input) => {
      const role = await findRole(parts, input.RoleName);
      return { Role: { ...roleOf(parts, role), ...(await shownTags(parts, role.id)) } };
    },
  });
}

function updateRoleOperation(parts: IamParts): Operation {
  return iamOperation('UpdateRole', {
    input: {
      RoleName: existingRoleName,
      Description: description.optional(),
      MaxSessionDuration: maxSessionDuration.optional(),
    },
    resource: entityResource(parts, ROLE),
    handle: async ({ RoleName, Description, MaxSessionDuration }) => {
      const role = await findRole(parts, RoleName);
      const now = {
        description: Description ?? role.description,
        max_session_duration: MaxSessionDuration ?? role.max_session_duration,
      };
      await parts.settings.updateTable('iam_roles').set(now).where('id', '=', role.id).execute();
      await parts.directory.refresh(role.id);
    },
  });
}

/** As in AWS, what belongs to a role must go first. Sessions of the role end with it. */
function deleteRoleOperation(parts: IamParts): Operation {
  return iamOperation('DeleteRole', {
    input: { RoleName: existingRoleName },
    resource: entityResource(parts, ROLE),
    handle: async (input) => {
      const id = await parts.settings.transaction().execute(async (trx) => {
        const role = await findRole({ settings: trx }, input.RoleName);
        for (const [table, what] of OWNED) {
          const found = await trx
            .selectFrom(table)
            .select('owner_id')
            .where('owner_id', '=', role.id)
            .executeTakeFirst();
          if (found !== undefined) throw deleteConflict(`Cannot delete entity, ${what}.`);
        }
        await trx.deleteFrom('iam_tags').where('owner_id', '=', role.id).execute();
        await trx.deleteFrom('iam_roles').where('id', '=', role.id).execute();
        return role.id;
      });
      await parts.directory.refresh(id);
    },
  });
}

const OWNED = [
  ['iam_inline_policies', 'must delete policies first'],
  ['iam_attached_policies', 'must detach all policies first'],
] as const;

async function createRole(
  { settings, directory }: IamParts,
  role: RoleRow,
  tagged: readonly Tag[],
): Promise<void> {
  const { name } = role;
  await settings.transaction().execute(async (trx) => {
    const { count } = await trx
      .selectFrom('iam_roles')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) >= MAX_ROLES)
      throw limitExceeded(`Cannot exceed quota for RolesPerAccount: ${MAX_ROLES}`);
    const builtIn = name.toLowerCase() === ACCOUNT_ACCESS_ROLE.toLowerCase();
    if (builtIn || (await isTaken(trx, 'iam_roles', name)))
      throw alreadyExists(`Role with name ${name} already exists.`);
    await trx.insertInto('iam_roles').values(role).execute();
    await addTags(trx, role.id, tagged);
  });
  await directory.refresh(role.id);
}
