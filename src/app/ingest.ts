import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../base/clock.ts';
import { Counter, type Registry } from '../base/metrics.ts';
import {
  createIngest,
  type Ingest,
  type IngestedRecord,
  type IngestOrigin,
} from '../capture/ingest/ingest.ts';
import type { Config } from '../config.ts';
import { columnsOf } from '../record/columns.ts';
import type { EventColumns, EventRecord } from '../record/event-record.ts';
import { parseRecords } from '../record/slice-records.ts';
import type { Store } from './store.ts';

type Ingested = IngestedRecord & { readonly columns: EventColumns };

export type IngestJoin = {
  readonly store: Pick<Store, 'intake' | 'events' | 'journal'>;
  readonly config: Pick<Config, 'history_retention'>;
  readonly clock: Clock;
  readonly metrics: Registry;
  readonly publish: (event: EventRecord) => void;
  readonly storedThrough: () => number;
};

/** Joins ingest to the record stage (slicing, columns) and the store (journal, known ids). */
export function joinIngest({ store, config, clock, metrics, publish, storedThrough }: IngestJoin): Ingest {
  const counter = new Counter({
    name: 'opentrail_ingested_total',
    help: 'Records that came as records: imported, ingested, demo; by what became of them.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  return createIngest<Ingested>({
    slice,
    existing: (query) => store.events.existing(query),
    room: () => room(store.journal, storedThrough),
    accept: async (records, origin) => {
      const events = records.map(({ raw, columns }): EventRecord => ({ raw, columns, origin }));
      const { lastSeq } = await store.intake.submit(events);
      if (isLive(origin)) for (const event of events) publish(event);
      return lastSeq;
    },
    storedThrough,
    count: (outcome, count) => counter.inc({ outcome }, count),
    retentionMs: config.history_retention,
    clock,
  });
}

/**
 * Entries that the event store may be behind: about what the journal keeps in memory as it came in. Beyond that every entry is read from the disk
 * and parsed once more.
 */
const MOST_BEHIND = 30_000;
/** Milliseconds. An engine that is down does not hold an import back for longer: the journal has it. */
const PATIENCE = 2000;
const GLANCE = 5;

async function room(journal: Pick<Store['journal'], 'head'>, storedThrough: () => number): Promise<void> {
  for (let waited = 0; waited < PATIENCE && journal.head() - storedThrough() > MOST_BEHIND; waited += GLANCE)
    await sleep(GLANCE);
}

/** What happened long ago, or never, is no news. */
function isLive(origin: IngestOrigin): boolean {
  return origin === 'ingested' || origin === 'replayed';
}

function* slice(body: Uint8Array): Generator<Ingested | { problem: string; offset: number }> {
  for (const item of parseRecords(body)) {
    if ('problem' in item) {
      yield item;
      continue;
    }
    const columns = columnsOf(item.record);
    if (columns.time > 0) yield { raw: item.raw, columns, id: columns.id, time: columns.time };
    else yield { problem: 'has no eventTime', offset: item.raw.byteOffset - body.byteOffset };
  }
}
