import type { MigrationSet } from '../../../store/settings/contract.ts';

/** Times are milliseconds since the epoch; lists are JSON. */
export type ChannelTables = {
  lake_channels: ChannelRow;
  lake_channel_senders: SenderRow;
};

export type ChannelRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  /** `Custom`, or a partner's name. */
  source: string;
  /** ARNs of event data stores. */
  destinations: string;
  created_at: number;
  /** What became of the latest events: GetChannel's IngestionStatus. */
  attempt_at: number | null;
  attempt_event: string | null;
  success_at: number | null;
  success_event: string | null;
  error_code: string | null;
};

/** Who may send to a channel without an AWS signature: by a token, or by a client certificate. */
export type SenderRow = {
  id: string;
  channel_arn: string;
  account: string;
  region: string;
  /** What people call it; '' for none. */
  name: string;
  kind: 'token' | 'certificate';
  /** Of a token the SHA-256 in hex; of a certificate the name in it (CN, DNS or URI). */
  secret: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
};

export const channelMigrations: MigrationSet = {
  '2026-11-29-lake-channels': {
    up: async (db) => {
      await db.schema
        .createTable('lake_channels')
        .addColumn('arn', 'text', (c) => c.primaryKey())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('destinations', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('attempt_at', 'integer')
        .addColumn('attempt_event', 'text')
        .addColumn('success_at', 'integer')
        .addColumn('success_event', 'text')
        .addColumn('error_code', 'text')
        .addUniqueConstraint('lake_channels_name', ['account', 'region', 'name'])
        .execute();
      await db.schema
        .createTable('lake_channel_senders')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('channel_arn', 'text', (c) => c.notNull())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('kind', 'text', (c) => c.notNull())
        .addColumn('secret', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('expires_at', 'integer')
        .addColumn('used_at', 'integer')
        .addUniqueConstraint('lake_channel_senders_secret', ['kind', 'secret'])
        .execute();
    },
  },
};
