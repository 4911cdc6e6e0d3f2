import type { Transaction } from 'kysely';

import type { IamTables } from '../settings.ts';

type NamedTable = 'iam_users' | 'iam_groups' | 'iam_roles' | 'iam_policies';

/** Whether another one has the name already; names are unique without regard to case. */
export async function isTaken(
  trx: Transaction<IamTables>,
  table: NamedTable,
  name: string,
  but = '',
): Promise<boolean> {
  const found = await trx
    .selectFrom(table)
    .select('id')
    .where('name_key', '=', name.toLowerCase())
    .where('id', '!=', but)
    .executeTakeFirst();
  return found !== undefined;
}
