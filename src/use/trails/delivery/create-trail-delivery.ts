import type { BucketPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { backoff, pause } from '../../../base/retry.ts';
import type { EventColumns } from '../../../record/event-record.ts';
import type { EventStore, FollowerStatus, Journal } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { DigestKeys } from '../digests/digest-keys.ts';
import type { TrailTables } from '../settings.ts';
import { createGate } from './gate.ts';
import { runTrail, type RunOutcome } from './run-trail.ts';

export type TrailDelivery = Stoppable & {
  readonly start: () => Promise<void>;
  /** Delivers what is pending (for at most ten seconds), then ends. */
  readonly stop: () => Promise<void>;
  /** Looks at this trail now instead of at the next interval: after StartLogging, StopLogging, UpdateTrail, DeleteTrail. */
  readonly wake: (trailId: string) => void;
  /** One for each trail with something to deliver, named `trail:ARN`. The journal keeps what lies behind their cursors. */
  readonly followers: () => readonly FollowerStatus[];
};

export type TrailDeliveryDeps = {
  readonly settings: Settings<TrailTables>;
  readonly journal: Pick<Journal, 'read' | 'head'> & { readonly oldest: () => number };
  /** Read instead of the journal where that is pruned already. */
  readonly events: Pick<EventStore, 'bySequence'>;
  readonly buckets: BucketPort;
  readonly keys: DigestKeys;
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => EventColumns;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds. */
  readonly deliveryInterval: number;
  readonly digestInterval: number;
  /** Regions that multi-region trails write digests for from the start (OPENTRAIL_REGIONS), beside home and those seen. */
  readonly regions: readonly string[];
  /** Makes the settings durable against a power cut; called before a digest is written. */
  readonly settle?: (() => Promise<void>) | undefined;
};

type TrailState = {
  running: Promise<void> | undefined;
  /** Of failures in a row. */
  attempts: number;
  failing: string | undefined;
  failingSince: number | undefined;
  /** No earlier than this (ms), but for a wake. */
  notBefore: number;
  nextFiles: number;
};

type Active = {
  readonly id: string;
  readonly arn: string;
  readonly next_seq: number | null;
  readonly delivery_error: string | null;
  readonly digest_error: string | null;
};

const STOP_WITHIN = 10_000;

/** Delivers log files and digests of all trails, each trail for itself: one that fails holds back no other. */
export function createTrailDelivery(deps: TrailDeliveryDeps): TrailDelivery {
  const states = new Map<string, TrailState>();
  const woken = new Set<string>();
  let active: readonly Active[] = [];
  let ring = new AbortController();
  let stopping = false;
  let loop: Promise<void> = Promise.resolve();
  // Trails that fail wait for each other, never those that work for them.
  const healthy = createGate(4);
  const failing = createGate(2);
  const tick = Math.min(1000, deps.deliveryInterval / 2, deps.digestInterval / 2);

  const run = (trail: Active, state: TrailState, files: boolean): void => {
    const gate = state.attempts > 0 ? failing : healthy;
    state.running = gate
      .run(() => runTrail(deps, trail.id, { files }))
      .catch((error: unknown): RunOutcome => {
        deps.log.error({ trail: trail.arn, reason: messageOf(error) }, 'trail round failed');
        return 'failed';
      })
      .then((outcome) => {
        settleState(deps, state, outcome);
        state.running = undefined;
      });
  };

  const round = async (): Promise<void> => {
    active = await activeTrails(deps.settings);
    const now = deps.clock.now();
    for (const id of states.keys()) if (!active.some((trail) => trail.id === id)) states.delete(id);
    for (const trail of active) {
      const state = stateOf(states, trail.id);
      const isWoken = woken.has(trail.id);
      if (state.running !== undefined || (now < state.notBefore && !isWoken)) continue;
      woken.delete(trail.id);
      const files = isWoken || state.attempts > 0 || now >= state.nextFiles;
      if (files) state.nextFiles = (Math.floor(now / deps.deliveryInterval) + 1) * deps.deliveryInterval;
      run(trail, state, files);
    }
  };

  const loopUntilStopped = async (): Promise<void> => {
    while (!stopping) {
      await round().catch((error: unknown) =>
        deps.log.error({ reason: messageOf(error) }, 'trails could not be read'),
      );
      await pause(tick, ring.signal);
      if (ring.signal.aborted) ring = new AbortController();
    }
  };

  return {
    start: async () => {
      active = await activeTrails(deps.settings);
      loop = loopUntilStopped();
    },
    stop: async () => {
      stopping = true;
      ring.abort();
      await loop;
      const last = finish(deps, states, run);
      await Promise.race([last, pause(STOP_WITHIN)]);
    },
    wake: (trailId) => {
      woken.add(trailId);
      ring.abort();
    },
    followers: () => active.map((trail) => statusOf(deps, trail, states.get(trail.id))),
  };
}

/** The last files of every trail, before the server ends. */
async function finish(
  deps: TrailDeliveryDeps,
  states: Map<string, TrailState>,
  run: (trail: Active, state: TrailState, files: boolean) => void,
): Promise<void> {
  await Promise.all([...states.values()].map((state) => state.running));
  const rounds = (await activeTrails(deps.settings)).map(async (trail) => {
    const state = stateOf(states, trail.id);
    run(trail, state, true);
    await state.running;
  });
  await Promise.all(rounds);
}

function settleState(deps: TrailDeliveryDeps, state: TrailState, outcome: RunOutcome): void {
  const now = deps.clock.now();
  if (outcome !== 'failed') {
    state.attempts = 0;
    state.failingSince = undefined;
    state.notBefore = 0;
    return;
  }
  state.attempts++;
  state.failingSince ??= now;
  state.notBefore = now + backoff(state.attempts, { first: 1000, most: 30_000 });
}

function stateOf(states: Map<string, TrailState>, id: string): TrailState {
  const known = states.get(id);
  if (known !== undefined) return known;
  // Seen for the first time (start of the server, StartLogging): what a crash left is delivered at once.
  const state: TrailState = {
    running: undefined,
    attempts: 0,
    failing: undefined,
    failingSince: undefined,
    notBefore: 0,
    nextFiles: 0,
  };
  states.set(id, state);
  return state;
}

function statusOf(deps: TrailDeliveryDeps, trail: Active, state: TrailState | undefined): FollowerStatus {
  const head = deps.journal.head();
  const cursor = trail.next_seq === null ? head : trail.next_seq - 1;
  const isFailing = (state?.attempts ?? 0) > 0;
  return {
    name: `trail:${trail.arn}`,
    cursor,
    lag: Math.max(0, head - cursor),
    failing: isFailing ? (trail.delivery_error ?? trail.digest_error ?? 'InternalError') : undefined,
    failingSince: isFailing ? state?.failingSince : undefined,
  };
}

/** Trails with something left to deliver: a stretch of logging, or their own end. */
function activeTrails(settings: Settings<TrailTables>): Promise<Active[]> {
  return settings
    .selectFrom('trails')
    .leftJoin('trail_windows', 'trail_windows.trail_id', 'trails.id')
    .select(['trails.id', 'trails.arn', 'trails.delivery_error', 'trails.digest_error'])
    .select((select) => select.fn.min('trail_windows.next_seq').as('next_seq'))
    .where((where) =>
      where.or([where('trail_windows.id', 'is not', null), where('trails.deleted_at', 'is not', null)]),
    )
    .groupBy('trails.id')
    .execute();
}
