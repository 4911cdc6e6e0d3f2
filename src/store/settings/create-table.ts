import type { Kysely } from 'kysely';

export type Column = 'text' | 'integer' | 'text key' | 'integer key' | 'text null' | 'integer null';

/** Within a migration. Columns are not null unless they say so; `key` is the primary key. What it makes of them stays as it is for good. */
export async function createTable(
  db: Kysely<unknown>,
  name: string,
  columns: Readonly<Record<string, Column>>,
): Promise<void> {
  let made = db.schema.createTable(name);
  for (const [column, is] of Object.entries(columns)) {
    const [type, more] = is.split(' ') as ['text' | 'integer', 'key' | 'null' | undefined];
    made = made.addColumn(column, type, (c) =>
      more === 'key' ? c.primaryKey() : more === 'null' ? c : c.notNull(),
    );
  }
  await made.execute();
}
