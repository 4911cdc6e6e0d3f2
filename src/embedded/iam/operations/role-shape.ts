import type { Selectable } from 'kysely';

import { encodeStrictly } from '../../../aws/sigv4/canonical-request.ts';
import { noSuchNamed } from '../iam-errors.ts';
import type { IamTables } from '../settings.ts';
import { trustShown } from '../trust.ts';
import { entityArn } from './entity.ts';
import type { IamParts } from './iam-operation.ts';

export type RoleRow = Selectable<IamTables['iam_roles']>;

/** Throws NoSuchEntity. */
export async function findRole({ settings }: Pick<IamParts, 'settings'>, name: string): Promise<RoleRow> {
  const row = await settings
    .selectFrom('iam_roles')
    .selectAll()
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (row === undefined) throw noSuchNamed('role', name);
  return row;
}

export function roleOf({ accountId, directory }: IamParts, row: RoleRow) {
  const role = { trust: row.trust, trustPins: JSON.parse(row.trust_pins) as Record<string, string> };
  return {
    Path: row.path,
    RoleName: row.name,
    RoleId: row.id,
    Arn: entityArn(accountId, 'role', row),
    CreateDate: new Date(row.created_at),
    AssumeRolePolicyDocument: encodeStrictly(trustShown(directory, role)),
    ...(row.description === null ? {} : { Description: row.description }),
    MaxSessionDuration: row.max_session_duration,
  };
}
