import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Clock } from '../../base/clock.ts';
import { isoSeconds } from '../../base/clock.ts';

/** What ingest needs to know of a record: its bytes and where it belongs. The record stage finds these out (`parseRecords`, `columnsOf`). */
export type IngestedRecord = {
  readonly raw: Uint8Array;
  /** Lower-case UUID. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly time: number;
};

export type IngestOrigin = 'ingested' | 'imported' | 'demo' | 'replayed';

export type SlicedBody<R extends IngestedRecord> = Iterable<
  R | { readonly problem: string; readonly offset: number }
>;

export type IngestReport = {
  readonly received: number;
  readonly recorded: number;
  /** Already stored, or twice in the request. */
  readonly duplicates: number;
  /** Older than the `since` that was asked for. */
  readonly beforeSince: number;
  readonly outsideRetention: {
    readonly count: number;
    readonly oldest: string | undefined;
    readonly newest: string | undefined;
  };
  readonly rejected: readonly { readonly offset: number; readonly reason: string }[];
  /** Of each part that `bounds` named. */
  readonly parts?: readonly IngestedPart[];
};

export type IngestedPart = {
  /** Records that could be read. */
  readonly events: number;
  /** Time of the newest, seconds; 0: there is none. */
  readonly newest: number;
};

export type IngestDeps<R extends IngestedRecord> = {
  readonly slice: (body: Uint8Array) => SlicedBody<R>;
  /** Which of the ids are stored already. Only asked for records of log files: they alone come twice by design. */
  readonly existing: (query: {
    readonly ids: readonly string[];
    readonly from: number;
    readonly to: number;
  }) => Promise<ReadonlySet<string>>;
  /** Resolves when the store is not too far behind, or will not catch up soon: what is read back from the disk costs twice. */
  readonly room: () => Promise<void>;
  /** Journals; resolves with the last seq when the records are accepted. */
  readonly accept: (records: readonly R[], origin: IngestOrigin) => Promise<number>;
  /** Journal seq up to which the event store is searchable. */
  readonly storedThrough: () => number;
  readonly count: (
    outcome: 'recorded' | 'rejected' | 'duplicate' | 'outside-retention',
    count: number,
  ) => void;
  readonly retentionMs: number;
  readonly clock: Clock;
};

export type IngestOptions = {
  readonly origin: IngestOrigin;
  /** Seconds since the epoch: older records are passed over. */
  readonly since?: number | undefined;
  /** Where parts of the body begin, rising from 0: files, say. */
  readonly bounds?: readonly number[] | undefined;
};

export type Ingest = (body: Uint8Array, options: IngestOptions) => Promise<IngestReport>;

/** Records between two yields to the event loop: the gateway must not wait for an import. */
const TURN = 250;

/** Takes CloudTrail log files or single records, one after another, into the journal: each record once, byte for byte. */
export function createIngest<R extends IngestedRecord>(deps: IngestDeps<R>): Ingest {
  const inFlight = new InFlightIds(deps.storedThrough);
  return async (body, { origin, since = -Infinity, bounds }) => {
    await deps.room();
    const sorted = await sortOut(deps, body, { since, bounds });
    const comesTwice = origin === 'imported' || origin === 'replayed';
    const fresh = comesTwice ? await withoutKnown(deps, sorted.fresh, inFlight) : sorted.fresh;
    const duplicates = sorted.repeated + sorted.fresh.length - fresh.length;
    if (fresh.length > 0) {
      inFlight.begin(fresh);
      try {
        inFlight.end(fresh, await deps.accept(fresh, origin));
      } catch (error) {
        inFlight.forget(fresh);
        throw error;
      }
    }
    deps.count('recorded', fresh.length);
    deps.count('duplicate', duplicates);
    deps.count('rejected', sorted.rejected.length);
    deps.count('outside-retention', sorted.outside.count);
    return {
      received: sorted.received,
      recorded: fresh.length,
      duplicates,
      beforeSince: sorted.beforeSince,
      outsideRetention: {
        count: sorted.outside.count,
        oldest: timeText(sorted.outside.oldest),
        newest: timeText(sorted.outside.newest),
      },
      rejected: sorted.rejected,
      ...(bounds === undefined ? {} : { parts: sorted.parts }),
    };
  };
}

type SortedOut<R> = {
  readonly received: number;
  readonly repeated: number;
  readonly beforeSince: number;
  readonly fresh: readonly R[];
  readonly outside: { readonly count: number; readonly oldest: number; readonly newest: number };
  readonly rejected: readonly { offset: number; reason: string }[];
  readonly parts: readonly IngestedPart[];
};

async function sortOut<R extends IngestedRecord>(
  deps: IngestDeps<R>,
  body: Uint8Array,
  { since, bounds = [] }: { readonly since: number; readonly bounds?: readonly number[] | undefined },
): Promise<SortedOut<R>> {
  const least = (deps.clock.now() - deps.retentionMs) / 1000;
  const fresh = new Map<string, R>();
  const rejected: { offset: number; reason: string }[] = [];
  const outside = { count: 0, oldest: Infinity, newest: -Infinity };
  let received = 0;
  let repeated = 0;
  let beforeSince = 0;
  const parts = bounds.map(() => ({ events: 0, newest: 0 }));
  let at = 0;
  for (const item of deps.slice(body)) {
    if (++received % TURN === 0) await nextTurn();
    if ('problem' in item) {
      rejected.push({ offset: item.offset, reason: item.problem });
      continue;
    }
    while (at + 1 < bounds.length && item.raw.byteOffset - body.byteOffset >= (bounds[at + 1] ?? 0)) at++;
    const part = parts[at];
    if (part !== undefined) {
      part.events++;
      part.newest = Math.max(part.newest, item.time);
    }
    if (item.time < since) beforeSince++;
    else if (item.time < least) {
      outside.count++;
      outside.oldest = Math.min(outside.oldest, item.time);
      outside.newest = Math.max(outside.newest, item.time);
    } else if (fresh.has(item.id)) repeated++;
    else fresh.set(item.id, item);
  }
  return { received, repeated, beforeSince, fresh: [...fresh.values()], outside, rejected, parts };
}

async function withoutKnown<R extends IngestedRecord>(
  deps: IngestDeps<R>,
  records: readonly R[],
  inFlight: InFlightIds,
): Promise<readonly R[]> {
  if (records.length === 0) return records;
  const candidates = records.filter((record) => !inFlight.has(record.id));
  const ids = candidates.map((record) => record.id);
  const times = candidates.map((record) => record.time);
  const from = times.reduce((a, b) => Math.min(a, b), Infinity);
  const to = times.reduce((a, b) => Math.max(a, b), -Infinity);
  const known = ids.length === 0 ? new Set<string>() : await deps.existing({ ids, from, to });
  // Asked again: another request may have taken the same record while the store was asked.
  return candidates.filter((record) => !known.has(record.id) && !inFlight.has(record.id));
}

/** Ids that are accepted but not yet searchable, so that the event store cannot know them. */
class InFlightIds {
  readonly #ids = new Set<string>();
  readonly #batches: { readonly seq: number; readonly ids: readonly string[] }[] = [];
  readonly #storedThrough: () => number;

  constructor(storedThrough: () => number) {
    this.#storedThrough = storedThrough;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  begin(records: readonly IngestedRecord[]): void {
    for (const record of records) this.#ids.add(record.id);
  }

  end(records: readonly IngestedRecord[], seq: number): void {
    this.#batches.push({ seq, ids: records.map((record) => record.id) });
    const stored = this.#storedThrough();
    while (this.#batches[0] && this.#batches[0].seq <= stored) {
      for (const id of this.#batches.shift()?.ids ?? []) this.#ids.delete(id);
    }
  }

  forget(records: readonly IngestedRecord[]): void {
    for (const record of records) this.#ids.delete(record.id);
  }
}

function timeText(seconds: number): string | undefined {
  return Number.isFinite(seconds) ? isoSeconds(seconds * 1000) : undefined;
}
