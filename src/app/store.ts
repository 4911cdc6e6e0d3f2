import { join } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import { sqsMigrations, type SqsTables } from '../embedded/sqs/index.ts';
import { columnsOfBytes } from '../record/columns.ts';
import { openDataDir } from '../store/data-dir.ts';
import { createEventStore } from '../store/events/create-event-store.ts';
import { startEngine } from '../store/events/engine/engine.ts';
import { createIntake } from '../store/journal/intake.ts';
import { openJournal } from '../store/journal/open-journal.ts';
import { createLakeTables } from '../store/lake/create-lake-tables.ts';
import { createLogFileStore } from '../store/log-files/create-log-file-store.ts';
import { createMetricStore } from '../store/metrics/create-metric-store.ts';
import { createLogEventStore } from '../store/log-events/create-log-event-store.ts';
import { createSqlEngine } from '../store/sql/create-sql-engine.ts';
import { createRateStore } from '../store/rates/create-rate-store.ts';
import { createCursors } from '../store/settings/cursors.ts';
import { createMeta, type Meta } from '../store/settings/meta.ts';
import { openSettings } from '../store/settings/open-settings.ts';
import { openTree } from '../use/proofs/tree/open-tree.ts';
import type { Closing } from './closing.ts';
import { migrations, type Tables } from './tables.ts';

export type StoreDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** What was opened is closed in reverse order. */
  readonly closing: Closing;
};

export type Store = Awaited<ReturnType<typeof openStore>>;

/** Opens the data folder and what is kept in it: settings, journal, event store. */
export async function openStore({ config, clock, log, metrics, closing }: StoreDeps) {
  const dataDir = await openDataDir(config.data);
  closing.add('data folder', () => dataDir.release());
  const settings = await openSettings<Tables>({
    path: dataDir.file('settings.db'),
    migrations,
  });
  closing.add('settings', () => settings.close());
  const queues = await openSettings<SqsTables>({
    path: dataDir.file('queues.db'),
    migrations: [sqsMigrations],
  });
  closing.add('queues', () => queues.close());
  const cursors = createCursors(settings.db);
  const meta = createMeta(settings.db);
  const events = await openEvents({ config, clock, log, metrics, closing }, await journalIdOf(meta));
  const tree = await openTree(dataDir.file('proofs'));
  closing.add('tree of proofs', () => tree.close());
  const journal = await openJournal({
    dir: dataDir.file('journal'),
    sync: config.journal_sync,
    segmentBytes: config.journal_segment,
    clock,
    log,
    metrics,
    // A power cut may leave the tree ahead of the cursors: no entry may get a number that it has seen.
    after: Math.max(await cursors.highest(), tree.throughSeq()),
    repair: config.journal_repair,
  });
  closing.add('journal', () => journal.stop());
  const intake = await createIntake(
    { journal, clock, log, metrics },
    {
      dir: dataDir.file('journal'),
      failClosed: config.fail_closed,
      teller: { accountId: config.account_id, region: config.region },
    },
  );
  closing.add('intake', () => intake.stop());
  return {
    dataDir,
    settings: settings.db,
    queues: queues.db,
    tree,
    cursors,
    meta,
    journal,
    intake,
    ...events,
  };
}

/** The embedded engine in its own process, or a ClickHouse server. */
async function openEvents({ config, log, metrics, closing }: StoreDeps, journalId: string) {
  const engine =
    config.clickhouse_url === undefined
      ? await startEngine({ dir: join(config.data, 'events'), log })
      : undefined;
  if (engine) closing.add('event engine', () => engine.stop());
  const url = config.clickhouse_url ?? engine?.url ?? '';
  const events = await createEventStore({
    url,
    retentionMs: config.history_retention,
    journalId,
    columnsOf: columnsOfBytes,
    log,
    metrics,
  });
  closing.add('event store', () => events.stop());
  const logEvents = await createLogEventStore(url);
  closing.add('log events', () => logEvents.stop());
  const lakeTables = await createLakeTables(url);
  closing.add('tables of event data stores', () => lakeTables.stop());
  const metricData = await createMetricStore(url);
  closing.add('metrics', () => metricData.stop());
  const rates = await createRateStore(url);
  closing.add('rates', () => rates.stop());
  const logFiles = await createLogFileStore({
    url,
    folder: engine === undefined ? undefined : join(config.data, 'log-files'),
    cacheBytes: config.athena_cache,
    log,
  });
  closing.add('log files', () => logFiles.stop());
  const sql = createSqlEngine(url);
  closing.add('sql', () => sql.stop());
  return { journalId, lakeTables, events, logEvents, metricData, rates, logFiles, sql, engine };
}

/** Sequence numbers mean something only within one journal: the event store keeps which one they came from. */
async function journalIdOf(meta: Meta): Promise<string> {
  const known = await meta.get('journal-id');
  if (known !== undefined) return known;
  const made = newEventId();
  await meta.set('journal-id', made);
  return made;
}
