import type { MigrationSet } from '../../store/settings/contract.ts';

export type LambdaTables = {
  lambda_policies: LambdaPolicyRow;
  lambda_events: LambdaEventRow;
};

/** Who may use a function, beside those whom their own policies let. */
export type LambdaPolicyRow = {
  function_arn: string;
  /** JSON text of a policy document. */
  policy: string;
  revision: string;
};

/** An asynchronous invocation that was accepted and is not done. */
export type LambdaEventRow = {
  /** The invocation's request id. */
  id: string;
  function_name: string;
  /** JSON. */
  payload: string;
  /** JSON as the function's context gets it, or null. */
  client_context: string | null;
  created_at: number;
  /** Tries that the function failed. */
  attempts: number;
  /** Tries for which there was no room, or that were cut off. */
  waits: number;
  next_at: number;
};

export const lambdaMigrations: MigrationSet = {
  '2026-11-30-lambda': {
    up: async (db) => {
      await db.schema
        .createTable('lambda_policies')
        .addColumn('function_arn', 'text', (c) => c.primaryKey())
        .addColumn('policy', 'text', (c) => c.notNull())
        .addColumn('revision', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('lambda_events')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('function_name', 'text', (c) => c.notNull())
        .addColumn('payload', 'text', (c) => c.notNull())
        .addColumn('client_context', 'text')
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('waits', 'integer', (c) => c.notNull())
        .addColumn('next_at', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('lambda_events_due')
        .on('lambda_events')
        .columns(['function_name', 'next_at'])
        .execute();
    },
  },
};
