import type { MigrationSet } from '../../../store/settings/contract.ts';

export type DeliveredTables = { trail_delivered: DeliveredRow };

/** The log files that a trail delivered of one account, region and hour: what its bucket must have, whether digests name it or not. */
export type DeliveredRow = {
  trail_id: string;
  bucket: string;
  /** What stands before `AWSLogs/`, slash included; '' for nothing. */
  root: string;
  /** `o-…/`, '' for a trail of one account. */
  organization: string;
  account: string;
  region: string;
  hour_seconds: number;
  /** `MM` `unique` `=` `records` of each file, a space between; of aggregates an `a` behind. */
  files: string;
};

export const deliveredMigrations: MigrationSet = {
  '2026-11-29-trail-delivered': {
    up: async (db) => {
      await db.schema
        .createTable('trail_delivered')
        .addColumn('trail_id', 'text', (c) => c.notNull())
        .addColumn('bucket', 'text', (c) => c.notNull())
        .addColumn('root', 'text', (c) => c.notNull())
        .addColumn('organization', 'text', (c) => c.notNull())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('hour_seconds', 'integer', (c) => c.notNull())
        .addColumn('files', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('trail_delivered_pk', [
          'trail_id',
          'account',
          'region',
          'hour_seconds',
          'organization',
          'root',
          'bucket',
        ])
        .execute();
    },
  },
};
