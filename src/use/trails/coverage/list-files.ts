import { isoSeconds } from '../../../base/clock.ts';
import { DIGEST_KIND, LOG_KINDS, readKey, type DigestName, type LogName } from '../verify/key-names.ts';
import type { VerifySource } from '../verify/source.ts';
import type { ListedLog } from '../verify/unnamed-logs.ts';
import type { Place } from './contract.ts';

const DAY = 86_400;
/** Digests that are read at a time: whole days, so that those of several trails come in order. */
const CHUNK = 256;

export type DigestChunk = {
  /** By their end. */
  readonly digests: readonly DigestName[];
  /** Everything that ends before this time (seconds) has been seen. */
  readonly until: number;
};

/** The digests of a place whose day is in the range, some whole days at a time, oldest first. */
export async function* digestChunks(
  source: VerifySource,
  place: Place,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<DigestChunk> {
  let chunk: DigestName[] = [];
  for await (const name of namesOf<DigestName>(source, place, { kind: DIGEST_KIND, ...range })) {
    const last = chunk.at(-1);
    if (last !== undefined && chunk.length >= CHUNK && dayOf(name.endSeconds) !== dayOf(last.endSeconds)) {
      yield { digests: byEnd(chunk), until: dayOf(name.endSeconds) };
      chunk = [];
    }
    chunk.push(name);
  }
  yield { digests: byEnd(chunk), until: Infinity };
}

/** The log files of a place, of whatever kind, in the order of their days, as far as they are asked for. */
export function logFiles(
  source: VerifySource,
  place: Place,
  range: { readonly from: number; readonly to: number },
): { readonly upTo: (seconds: number) => AsyncGenerator<ListedLog> } {
  const kinds = LOG_KINDS.map((kind) => namesOf<ListedLog>(source, place, { kind, ...range }));
  let heads: Head[] | undefined;
  return {
    upTo: async function* (seconds) {
      heads ??= (await Promise.all(kinds.map(headOf))).filter((head) => head !== undefined);
      for (;;) {
        const [first, ...others] = heads.sort((a, b) => a.log.deliveredSeconds - b.log.deliveredSeconds);
        if (first === undefined || dayOf(first.log.deliveredSeconds) >= seconds) return;
        yield first.log;
        const next = await headOf(first.names);
        heads = next === undefined ? others : [next, ...others];
      }
    },
  };
}

/** The next log file of one kind. */
type Head = { readonly log: ListedLog; readonly names: AsyncGenerator<ListedLog, void> };

async function headOf(names: AsyncGenerator<ListedLog, void>): Promise<Head | undefined> {
  const next = await names.next();
  return next.done === true ? undefined : { log: next.value, names };
}

type Wanted = {
  readonly kind: typeof DIGEST_KIND | (typeof LOG_KINDS)[number];
  readonly from: number;
  readonly to: number;
};

async function* namesOf<Name extends DigestName | (LogName & { modifiedAt: number | undefined })>(
  source: VerifySource,
  { root, organization, account, region }: Place,
  { kind, from, to }: Wanted,
): AsyncGenerator<Name, void> {
  const folder = `${root}AWSLogs/${organization}${account}/${kind}/${region}/`;
  const startAfter = from <= 0 ? undefined : `${folder}${dateFolder(from)}/`;
  for await (const { key, modifiedAt } of source.list(folder, startAfter)) {
    const name = readKey(key);
    if (name === undefined || (name.kind === 'digest') !== (kind === DIGEST_KIND)) continue;
    if (name.region !== region || name.root !== root) continue;
    if (dayOf(name.kind === 'digest' ? name.endSeconds : name.deliveredSeconds) > to) return;
    yield { ...name, modifiedAt } as unknown as Name;
  }
}

function dateFolder(seconds: number): string {
  return isoSeconds(seconds * 1000)
    .slice(0, 10)
    .replaceAll('-', '/');
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY) * DAY;
}

function byEnd(digests: DigestName[]): DigestName[] {
  return digests.sort((a, b) => a.endSeconds - b.endSeconds);
}
