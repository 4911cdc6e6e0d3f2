import type { MigrationSet } from '../../store/settings/contract.ts';

export type SourceTables = {
  followed_sources: SourceRow;
  followed_files: FileRow;
  followed_accounts: AccountRow;
  followed_set_aside: SetAsideRow;
  followed_gaps: GapRow;
};

/** Times are milliseconds since the epoch; booleans are 0/1. */
export type SourceRow = {
  id: string;
  account: string;
  region: string;
  name: string;
  bucket: string;
  /** With its slash, or ''. */
  prefix: string;
  /** ARN; null: by listing alone. */
  queue_arn: string | null;
  /** `here`, `aws`, or the address of another S3 and SQS. */
  place: string;
  place_region: string;
  /** Sealed JSON of the key that reads there; null: as Opentrail reads everywhere. */
  sealed_key: string | null;
  /** ARN of an event data store; null: the history. */
  store_arn: string | null;
  replay: number;
  list_every: number;
  sweep_every: number;
  /** Files from this minute on. */
  since: number;
  created_at: number;
  listed_at: number | null;
  swept_at: number | null;
  noticed_at: number | null;
  notices: number;
  test_notices: number;
  foreign_objects: number;
  repeated: number;
  files: number;
  events: number;
  duplicates: number;
  outside: number;
};

/** A file that is done with. Forgotten once no listing looks that far back. */
export type FileRow = { source_id: string; key: string; time: number };

export type AccountRow = {
  source_id: string;
  account: string;
  /** Of the newest event. */
  newest_event: number;
  /** The minute in the name of the newest file. */
  newest_file: number;
  taken_at: number;
  files: number;
  events: number;
};

export type SetAsideRow = {
  source_id: string;
  /** Key of a file, or id of a message. */
  what: string;
  kind: string;
  reason: string;
  /** The message, as far as it is kept. */
  text: string;
  at: number;
};

/** What a digest says there is and there is not, or hours without a digest. */
export type GapRow = {
  source_id: string;
  kind: string;
  /** Key of the missing file; of hours: the folder of the digests. */
  key: string;
  account: string;
  region: string;
  from_time: number;
  to_time: number;
  found_at: number;
};

export const sourceMigrations: MigrationSet = {
  '2026-11-29-followed-sources': {
    up: async (db) => {
      await createSources(db.schema);
      await createFiles(db.schema);
      await createFindings(db.schema);
    },
  },
};

type Schema = Parameters<MigrationSet[string]['up']>[0]['schema'];

async function createSources(schema: Schema): Promise<void> {
  let table = schema
    .createTable('followed_sources')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('region', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull());
  for (const name of ['bucket', 'prefix', 'place', 'place_region'])
    table = table.addColumn(name, 'text', (c) => c.notNull());
  for (const name of ['queue_arn', 'sealed_key', 'store_arn']) table = table.addColumn(name, 'text');
  for (const name of ['replay', 'list_every', 'sweep_every', 'since', 'created_at'])
    table = table.addColumn(name, 'bigint', (c) => c.notNull());
  for (const name of ['listed_at', 'swept_at', 'noticed_at']) table = table.addColumn(name, 'bigint');
  const counters = ['notices', 'test_notices', 'foreign_objects', 'repeated'];
  for (const name of [...counters, 'files', 'events', 'duplicates', 'outside'])
    table = table.addColumn(name, 'bigint', (c) => c.notNull().defaultTo(0));
  await table.addUniqueConstraint('followed_sources_name', ['account', 'region', 'name']).execute();
}

async function createFiles(schema: Schema): Promise<void> {
  await schema
    .createTable('followed_files')
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('time', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('followed_files_pk', ['source_id', 'key'])
    .execute();
  let accounts = schema
    .createTable('followed_accounts')
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull());
  for (const name of ['newest_event', 'newest_file', 'taken_at', 'files', 'events'])
    accounts = accounts.addColumn(name, 'bigint', (c) => c.notNull());
  await accounts.addPrimaryKeyConstraint('followed_accounts_pk', ['source_id', 'account']).execute();
}

async function createFindings(schema: Schema): Promise<void> {
  let aside = schema
    .createTable('followed_set_aside')
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addColumn('what', 'text', (c) => c.notNull());
  for (const name of ['kind', 'reason', 'text']) aside = aside.addColumn(name, 'text', (c) => c.notNull());
  await aside
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('followed_set_aside_pk', ['source_id', 'what'])
    .execute();
  let gaps = schema
    .createTable('followed_gaps')
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('from_time', 'bigint', (c) => c.notNull());
  for (const name of ['account', 'region']) gaps = gaps.addColumn(name, 'text', (c) => c.notNull());
  for (const name of ['to_time', 'found_at']) gaps = gaps.addColumn(name, 'bigint', (c) => c.notNull());
  await gaps.addPrimaryKeyConstraint('followed_gaps_pk', ['source_id', 'kind', 'key', 'from_time']).execute();
}
