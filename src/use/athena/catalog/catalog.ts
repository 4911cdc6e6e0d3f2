import { randomUUID } from 'node:crypto';

import type { Settings } from '../../../store/settings/contract.ts';
import type { TableDefinition } from '../ddl/statement.ts';
import type { AthenaTables, DatabaseRow, TableRow } from '../settings.ts';

/** The data catalog of an account in a region: databases with their tables, views and partitions. */
export const CATALOG = 'AwsDataCatalog';
export const DEFAULT_DATABASE = 'default';
/** Of event data stores with federation enabled. Nothing can be made in it. */
export const FEDERATED_DATABASE = 'aws:cloudtrail';

export type Where = { readonly account: string; readonly region: string };
export type TableName = { readonly database: string; readonly name: string };

export type ViewDefinition = {
  readonly select: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Where names without a database are looked for. */
  readonly database: string;
};

export type CatalogTable = {
  readonly id: string;
  readonly createdAt: number;
} & TableName &
  (
    | { readonly kind: 'table'; readonly definition: TableDefinition }
    | { readonly kind: 'view'; readonly definition: ViewDefinition }
  );

export type Partition = { readonly values: readonly string[]; readonly location: string };

export type Catalog = ReturnType<typeof createCatalog>;

type Db = Settings<AthenaTables>;

export function createCatalog(settings: Db) {
  return { ...databases(settings), ...tables(settings), ...partitions(settings) };
}

function databases(settings: Db) {
  return {
    databases: async (where: Where): Promise<readonly Omit<DatabaseRow, 'account' | 'region'>[]> => {
      const rows = await settings
        .selectFrom('athena_databases')
        .selectAll()
        .where('account', '=', where.account)
        .where('region', '=', where.region)
        .orderBy('name')
        .execute();
      const isThere = rows.some(({ name }) => name === DEFAULT_DATABASE);
      const standard = { name: DEFAULT_DATABASE, description: null, location: null, created_at: 0 };
      return isThere ? rows : [standard, ...rows].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    /** False where there is one. */
    addDatabase: async (where: Where, row: Omit<DatabaseRow, 'account' | 'region'>): Promise<boolean> => {
      const added = await settings
        .insertInto('athena_databases')
        .values({ account: where.account, region: where.region, ...row })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    removeDatabase: async (where: Where, name: string): Promise<void> => {
      await settings.transaction().execute(async (tx) => {
        for (const table of await tablesIn(tx, where, name)) await removeTable(tx, table);
        await tx
          .deleteFrom('athena_databases')
          .where('account', '=', where.account)
          .where('region', '=', where.region)
          .where('name', '=', name)
          .execute();
      });
    },
  };
}

function tables(settings: Db) {
  return {
    tables: (where: Where, database: string) => tablesIn(settings, where, database),
    table: async (where: Where, { database, name }: TableName): Promise<CatalogTable | undefined> => {
      const row = await settings
        .selectFrom('athena_tables')
        .selectAll()
        .where('account', '=', where.account)
        .where('region', '=', where.region)
        .where('database', '=', database)
        .where('name', '=', name)
        .executeTakeFirst();
      return row === undefined ? undefined : tableOf(row);
    },
    /** False where something has that name. */
    addTable: async (
      where: Where,
      { kind, database, name, definition, createdAt }: Omit<CatalogTable, 'id'>,
    ): Promise<boolean> => {
      const added = await settings
        .insertInto('athena_tables')
        .values({
          account: where.account,
          region: where.region,
          id: randomUUID(),
          database,
          name,
          kind,
          definition: JSON.stringify(definition),
          created_at: createdAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    removeTable: (table: CatalogTable) => settings.transaction().execute((tx) => removeTable(tx, table)),
  };
}

function partitions(settings: Db) {
  return {
    partitions: async ({ id }: CatalogTable): Promise<readonly Partition[]> => {
      const rows = await settings
        .selectFrom('athena_partitions')
        .selectAll()
        .where('table_id', '=', id)
        .orderBy('partition_values')
        .execute();
      return rows.map(({ partition_values, location }) => ({
        values: JSON.parse(partition_values) as string[],
        location,
      }));
    },
    /** Resolves with how many were new. */
    addPartitions: async ({ id }: CatalogTable, partitions: readonly Partition[]): Promise<number> =>
      settings.transaction().execute(async (tx) => {
        let added = 0n;
        for (const { values, location } of partitions) {
          const { numInsertedOrUpdatedRows = 0n } = await tx
            .insertInto('athena_partitions')
            .values({ table_id: id, partition_values: JSON.stringify(values), location })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst();
          added += numInsertedOrUpdatedRows;
        }
        return Number(added);
      }),
    removePartition: async ({ id }: CatalogTable, values: readonly string[]): Promise<void> => {
      await settings
        .deleteFrom('athena_partitions')
        .where('table_id', '=', id)
        .where('partition_values', '=', JSON.stringify(values))
        .execute();
    },
  };
}

async function tablesIn(db: Db, where: Where, database: string): Promise<readonly CatalogTable[]> {
  const rows = await db
    .selectFrom('athena_tables')
    .selectAll()
    .where('account', '=', where.account)
    .where('region', '=', where.region)
    .where('database', '=', database)
    .orderBy('name')
    .execute();
  return rows.map(tableOf);
}

async function removeTable(db: Db, { id }: CatalogTable): Promise<void> {
  await db.deleteFrom('athena_partitions').where('table_id', '=', id).execute();
  await db.deleteFrom('athena_tables').where('id', '=', id).execute();
}

function tableOf({ id, database, name, kind, definition, created_at }: TableRow): CatalogTable {
  const common = { id, database, name, createdAt: created_at };
  const read: unknown = JSON.parse(definition);
  return kind === 'view'
    ? { ...common, kind, definition: read as ViewDefinition }
    : { ...common, kind, definition: read as TableDefinition };
}
