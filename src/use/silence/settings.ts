import type { MigrationSet } from '../../store/settings/contract.ts';

export type SilenceTables = { silence_sources: SourceRow; silence_watch: WatchRow };

/** Times are milliseconds since the epoch. */
export type SourceRow = {
  channel: string;
  account: string;
  region: string;
  last_at: number;
  /** JSON of `Rhythm`. */
  rhythm: string;
  /** When it was heard for the last time before it was told to be silent; null: it is not. */
  silent_since: number | null;
  /** JSON of the event that is being told; null: none is. */
  telling: string | null;
};

/** One row: until when the server is known to have been up. */
export type WatchRow = { id: number; alive_at: number; stopped: number };

export const silenceMigrations: MigrationSet = {
  '2026-11-29-silence': {
    up: async (db) => {
      await db.schema
        .createTable('silence_sources')
        .addColumn('channel', 'text', (c) => c.notNull())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('last_at', 'integer', (c) => c.notNull())
        .addColumn('rhythm', 'text', (c) => c.notNull())
        .addColumn('silent_since', 'integer')
        .addColumn('telling', 'text')
        .addPrimaryKeyConstraint('silence_sources_pk', ['channel', 'account', 'region'])
        .execute();
      await db.schema
        .createTable('silence_watch')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('alive_at', 'integer', (c) => c.notNull())
        .addColumn('stopped', 'integer', (c) => c.notNull())
        .execute();
    },
  },
};
