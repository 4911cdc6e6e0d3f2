import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { AwsError } from '../aws/errors.ts';
import type { Clock } from '../base/clock.ts';
import { placeInTime } from '../record/columns.ts';
import { parseRecords } from '../record/slice-records.ts';
import type { LakeTables } from '../store/contract.ts';
import type { EventDataStores } from '../use/lake/stores/contract.ts';

export type StoreWriterDeps = {
  readonly tables: Pick<LakeTables, 'insert' | 'existing'>;
  readonly stores: Pick<EventDataStores, 'byId'>;
  readonly clock: Clock;
};

export type WrittenFile = {
  /** Records that could be read. */
  readonly events: number;
  /** Those that the store did not have. */
  readonly added: number;
  /** Older than the store keeps. */
  readonly outside: number;
  /** Time of the newest, seconds; 0: there is none. */
  readonly newest: number;
  readonly problems: readonly { readonly offset: number; readonly reason: string }[];
};

export type StoreWriter = (batch: {
  readonly storeArn: string;
  readonly files: readonly { readonly text: Uint8Array }[];
  /** Told how many are new before they are added. */
  readonly planned?: ((added: number) => Promise<void>) | undefined;
}) => Promise<readonly WrittenFile[]>;

/** What one insert takes. */
const MOST_RECORDS = 20_000;
const MOST_BYTES = 32 * 1024 * 1024;
/** Records between two yields to the event loop: the gateway must not wait for an import. */
const TURN = 250;

type Fresh = { readonly raw: Uint8Array; readonly id: string; readonly time: number; readonly file: Sums };
type Sums = {
  events: number;
  added: number;
  outside: number;
  newest: number;
  readonly problems: { offset: number; reason: string }[];
};

/** Adds the records of log files to an event data store, each event once by its id. */
export function createStoreWriter({ tables, stores, clock }: StoreWriterDeps): StoreWriter {
  return async ({ storeArn, files, planned }) => {
    const id = storeArn.slice(storeArn.lastIndexOf('/') + 1);
    const store = await stores.byId(id);
    if (store === undefined || store.status === 'PENDING_DELETION') throw gone(storeArn);
    const least = clock.now() / 1000 - store.retentionDays * 86_400;
    const sums = files.map((): Sums => ({ events: 0, added: 0, outside: 0, newest: 0, problems: [] }));
    const fresh = await freshOf(files, { sums, least });
    const chunks: (readonly Fresh[])[] = [];
    for (const chunk of chunksOf([...fresh.values()])) {
      const known = await tables.existing({ id, ...idsAndTimes(chunk) });
      chunks.push(known.size === 0 ? chunk : chunk.filter((record) => !known.has(record.id)));
    }
    await planned?.(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    for (const chunk of chunks) {
      if (chunk.length > 0)
        await tables.insert({ id, token: tokenOf(chunk), records: chunk.map(({ raw }) => raw) });
      for (const { file } of chunk) file.added++;
    }
    return sums;
  };
}

async function freshOf(
  files: readonly { readonly text: Uint8Array }[],
  { sums, least }: { readonly sums: readonly Sums[]; readonly least: number },
): Promise<ReadonlyMap<string, Fresh>> {
  const fresh = new Map<string, Fresh>();
  let count = 0;
  for (const [i, { text }] of files.entries()) {
    const file = sums[i] as Sums;
    for (const item of parseRecords(text)) {
      if (++count % TURN === 0) await nextTurn();
      if ('problem' in item) {
        file.problems.push({ offset: item.offset, reason: item.problem });
        continue;
      }
      const { id, time } = placeInTime(item.record);
      if (time <= 0) {
        file.problems.push({ offset: item.raw.byteOffset - text.byteOffset, reason: 'has no eventTime' });
        continue;
      }
      file.events++;
      file.newest = Math.max(file.newest, time);
      if (time < least) file.outside++;
      else if (!fresh.has(id)) fresh.set(id, { raw: item.raw, id, time, file });
    }
  }
  return fresh;
}

function* chunksOf(records: readonly Fresh[]): Generator<readonly Fresh[]> {
  let from = 0;
  let bytes = 0;
  for (const [i, { raw }] of records.entries()) {
    bytes += raw.length;
    if (bytes <= MOST_BYTES && i - from < MOST_RECORDS) continue;
    yield records.slice(from, i);
    [from, bytes] = [i, raw.length];
  }
  if (from < records.length) yield records.slice(from);
}

function idsAndTimes(records: readonly Fresh[]) {
  let [from, to] = [Infinity, -Infinity];
  for (const { time } of records) {
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  return { ids: records.map(({ id }) => id), from, to };
}

/** The same for the same records in the same order. */
function tokenOf(records: readonly Fresh[]): string {
  const hash = createHash('sha256');
  for (const { id } of records) hash.update(id);
  return `import ${hash.digest('hex')}`;
}

function gone(storeArn: string): AwsError {
  return new AwsError(
    'EventDataStoreNotFoundException',
    `The event data store ${storeArn} is not there any more.`,
  );
}
