import type { MigrationSet } from '../../store/settings/contract.ts';

type Owned = { account: string; region: string };

export type WorkGroupRow = Owned & {
  name: string;
  description: string | null;
  state: string;
  /** JSON, as CreateWorkGroup takes it. */
  configuration: string;
  created_at: number;
};

export type NamedQueryRow = Owned & {
  id: string;
  workgroup: string;
  name: string;
  description: string | null;
  database: string;
  query: string;
  token: string | null;
  created_at: number;
};

export type PreparedStatementRow = Owned & {
  workgroup: string;
  name: string;
  statement: string;
  description: string | null;
  modified_at: number;
};

export type DatabaseRow = Owned & {
  name: string;
  description: string | null;
  location: string | null;
  created_at: number;
};

export type TableRow = Owned & {
  id: string;
  database: string;
  name: string;
  kind: 'table' | 'view';
  /** JSON of a TableDefinition, or of a ViewDefinition. */
  definition: string;
  created_at: number;
};

export type PartitionRow = {
  table_id: string;
  /** JSON of the values, in the order of the table's partition columns. */
  partition_values: string;
  location: string;
};

export type ExecutionRow = Owned & {
  id: string;
  workgroup: string;
  query: string;
  statement_type: string;
  substatement_type: string | null;
  /** JSON: context, parameters, encryption … as asked for. */
  request: string;
  /** `s3://…/ID.csv`. */
  output: string;
  state: string;
  reason: string | null;
  /** JSON of AthenaError. */
  error: string | null;
  submitted_at: number;
  started_at: number | null;
  completed_at: number | null;
  /** JSON of Statistics. */
  statistics: string;
  /** JSON of the columns of the result. */
  columns: string;
  token: string | null;
  /** What was asked under the token. */
  fingerprint: string;
};

export type AthenaTables = {
  athena_workgroups: WorkGroupRow;
  athena_named_queries: NamedQueryRow;
  athena_prepared_statements: PreparedStatementRow;
  athena_databases: DatabaseRow;
  athena_tables: TableRow;
  athena_partitions: PartitionRow;
  athena_executions: ExecutionRow;
  athena_tags: { arn: string; key: string; value: string };
};

const OWNED = { account: 'text', region: 'text' } as const;

/** `?`: may be NULL. */
const TABLES: Readonly<
  Record<string, { columns: Readonly<Record<string, string>>; key: readonly string[] }>
> = {
  athena_workgroups: {
    columns: {
      ...OWNED,
      name: 'text',
      description: 'text?',
      state: 'text',
      configuration: 'text',
      created_at: 'integer',
    },
    key: ['account', 'region', 'name'],
  },
  athena_named_queries: {
    columns: {
      ...OWNED,
      id: 'text',
      workgroup: 'text',
      name: 'text',
      description: 'text?',
      database: 'text',
      query: 'text',
      token: 'text?',
      created_at: 'integer',
    },
    key: ['id'],
  },
  athena_prepared_statements: {
    columns: {
      ...OWNED,
      workgroup: 'text',
      name: 'text',
      statement: 'text',
      description: 'text?',
      modified_at: 'integer',
    },
    key: ['account', 'region', 'workgroup', 'name'],
  },
  athena_databases: {
    columns: { ...OWNED, name: 'text', description: 'text?', location: 'text?', created_at: 'integer' },
    key: ['account', 'region', 'name'],
  },
  athena_tables: {
    columns: {
      ...OWNED,
      id: 'text',
      database: 'text',
      name: 'text',
      kind: 'text',
      definition: 'text',
      created_at: 'integer',
    },
    key: ['account', 'region', 'database', 'name'],
  },
  athena_partitions: {
    columns: { table_id: 'text', partition_values: 'text', location: 'text' },
    key: ['table_id', 'partition_values'],
  },
  athena_executions: {
    columns: {
      ...OWNED,
      id: 'text',
      workgroup: 'text',
      query: 'text',
      statement_type: 'text',
      substatement_type: 'text?',
      request: 'text',
      output: 'text',
      state: 'text',
      reason: 'text?',
      error: 'text?',
      submitted_at: 'integer',
      started_at: 'integer?',
      completed_at: 'integer?',
      statistics: 'text',
      columns: 'text',
      token: 'text?',
      fingerprint: 'text',
    },
    key: ['id'],
  },
  athena_tags: { columns: { arn: 'text', key: 'text', value: 'text' }, key: ['arn', 'key'] },
};

export const athenaMigrations: MigrationSet = {
  '2026-11-29-athena': {
    up: async (db) => {
      for (const [table, { columns, key }] of Object.entries(TABLES)) {
        let made = db.schema.createTable(table);
        for (const [name, type] of Object.entries(columns)) {
          const kind = type.startsWith('text') ? ('text' as const) : ('bigint' as const);
          made = made.addColumn(name, kind, (column) => (type.endsWith('?') ? column : column.notNull()));
        }
        await made.addPrimaryKeyConstraint(`${table}_pk`, key as never).execute();
      }
      await db.schema
        .createIndex('athena_executions_listed')
        .on('athena_executions')
        .columns(['account', 'region', 'workgroup', 'submitted_at'])
        .execute();
      await db.schema
        .createIndex('athena_executions_by_token')
        .on('athena_executions')
        .columns(['account', 'region', 'token'])
        .execute();
    },
  },
};
