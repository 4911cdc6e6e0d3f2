import { isoSeconds } from '../../../base/clock.ts';
import { readKey, type DigestName, type LogName } from '../verify/key-names.ts';
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
  for await (const name of namesOf<DigestName>(source, place, { kind: 'digest', ...range })) {
    const last = chunk.at(-1);
    if (last !== undefined && chunk.length >= CHUNK && dayOf(name.endSeconds) !== dayOf(last.endSeconds)) {
      yield { digests: byEnd(chunk), until: dayOf(name.endSeconds) };
      chunk = [];
    }
    chunk.push(name);
  }
  yield { digests: byEnd(chunk), until: Infinity };
}

/** The log files of a place in the order of their days, as far as they are asked for. */
export function logFiles(
  source: VerifySource,
  place: Place,
  range: { readonly from: number; readonly to: number },
): { readonly upTo: (seconds: number) => AsyncGenerator<ListedLog> } {
  const names = namesOf<ListedLog>(source, place, { kind: 'log', ...range });
  let next: IteratorResult<ListedLog, void> | undefined;
  return {
    upTo: async function* (seconds) {
      for (next ??= await names.next(); next.done !== true; next = await names.next()) {
        if (dayOf(next.value.deliveredSeconds) >= seconds) return;
        yield next.value;
      }
    },
  };
}

type Wanted = { readonly kind: 'digest' | 'log'; readonly from: number; readonly to: number };

async function* namesOf<Name extends DigestName | (LogName & { modifiedAt: number | undefined })>(
  source: VerifySource,
  { root, organization, account, region }: Place,
  { kind, from, to }: Wanted,
): AsyncGenerator<Name, void> {
  const folder = `${root}AWSLogs/${organization}${account}/${kind === 'digest' ? 'CloudTrail-Digest' : 'CloudTrail'}/${region}/`;
  const startAfter = from <= 0 ? undefined : `${folder}${dateFolder(from)}/`;
  for await (const { key, modifiedAt } of source.list(folder, startAfter)) {
    const name = readKey(key);
    if (name?.kind !== kind || name.region !== region || name.root !== root) continue;
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
