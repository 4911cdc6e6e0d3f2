import { messageOf } from '../../base/errors.ts';
import { createRounds, type Rounds } from '../../base/rounds.ts';
import { backoff, pause } from '../../base/retry.ts';
import type { Source, SourceDeps } from './deps.ts';
import { listNewest, sweep, type Folders } from './follow-listing.ts';
import { followQueue } from './follow-queue.ts';
import { placeOf } from './place.ts';
import type { SourceRow } from './settings.ts';

export type Failing = { readonly since: number; readonly reason: string };

export type FollowedSource = {
  readonly row: SourceRow;
  /** What fails now, of queue, listing and sweep. */
  readonly failing: () => Failing | undefined;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

const NOTHING_SOONER = 100;
const RETRY_MOST = 60_000;

/** Follows one bucket: its queue without a pause, its listings on time. */
export function followSource(deps: SourceDeps, row: SourceRow): FollowedSource {
  const stopping = new AbortController();
  const { signal } = stopping;
  const reached = deps.reach(placeOf(deps, row));
  const source: Source = { row, reached, signal };
  const known: Folders = { folders: undefined };
  // One at a time: what two of them found would be read twice.
  let listing: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => (): Promise<void> => {
    listing = listing.catch(() => undefined).then(() => (signal.aborted ? undefined : work()));
    return listing;
  };
  const newest: Lane =
    row.queue_arn === null
      ? { name: 'listing', tick: row.list_every, work: inTurn(() => listNewest(deps, source, known)) }
      : { name: 'queue', tick: NOTHING_SOONER, work: () => followQueue(deps, source) };
  const swept: Lane = {
    name: 'sweep',
    tick: row.sweep_every,
    work: inTurn(() => sweep(deps, source, known)),
  };
  const lanes = [newest, ...(row.sweep_every > 0 ? [swept] : [])].map((lane) => runLane(deps, source, lane));
  return {
    row,
    failing: () =>
      lanes
        .map((lane) => lane.failing())
        .filter((one) => one !== undefined)
        .sort((a, b) => a.since - b.since)[0],
    start: () => lanes.forEach(({ rounds }) => rounds.start()),
    stop: async () => {
      stopping.abort();
      await Promise.all(lanes.map(({ rounds }) => rounds.stop()));
      reached.close?.();
    },
  };
}

type Lane = { readonly name: string; readonly tick: number; readonly work: () => Promise<void> };

/** Backs off by itself while it fails. */
function runLane(
  { clock, log, retryFirst: first = 1000 }: SourceDeps,
  { row, signal }: Source,
  { name, tick, work }: Lane,
): { readonly rounds: Rounds; readonly failing: () => Failing | undefined } {
  let failing: Failing | undefined;
  let attempts = 0;
  const rounds = createRounds({
    tick,
    round: async () => {
      if (attempts > 0) await pause(backoff(attempts, { first, most: RETRY_MOST }), signal);
      if (signal.aborted) return;
      await work();
      if (failing !== undefined) log.info({ source: row.name, lane: name }, 'followed source works again');
      failing = undefined;
      attempts = 0;
    },
    onError: (error) => {
      if (signal.aborted) return;
      attempts++;
      failing = { since: failing?.since ?? clock.now(), reason: messageOf(error) };
      log.warn({ source: row.name, lane: name, err: failing.reason }, 'followed source fails');
    },
  });
  return { rounds, failing: () => failing };
}
