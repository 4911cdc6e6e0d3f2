import type { BucketPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { atMost, backoff } from '../../../base/retry.ts';
import { createRounds, type Rounds } from '../../../base/rounds.ts';
import type { PlainColumns } from '../../../record/event-record.ts';
import type { EventStore, FollowerStatus, Journal } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { DigestKeys } from '../digests/digest-keys.ts';
import type { TrailTables } from '../settings.ts';
import { createJointDelivery, type DeliverLogFiles } from './deliver-together.ts';
import { createGate } from './gate.ts';
import { runTrail, type RunOutcome } from './run-trail.ts';

export type TrailDelivery = Stoppable & {
  /** Resolves when `followers` is complete. */
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
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => PlainColumns;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds. */
  readonly deliveryInterval: number;
  readonly digestInterval: number;
  /** Regions that multi-region trails write digests for from the start (OPENTRAIL_REGIONS), beside home and those seen. */
  readonly regions: readonly string[];
  /** Called after each delivery of log files. */
  readonly onDelivered?: (() => void) | undefined;
  /** Makes the settings durable against a power cut; called before a digest is written. */
  readonly settle?: (() => Promise<void>) | undefined;
};

const STOP_WITHIN = 10_000;
const FIRST_RETRY = 1000;
const LAST_RETRY = 30_000;

/** Delivers log files and digests of all trails, each trail for itself: one that fails holds back no other. */
export function createTrailDelivery(deps: TrailDeliveryDeps): TrailDelivery {
  const scheduler = new Scheduler(deps);
  return {
    start: () => scheduler.start(),
    stop: () => scheduler.stop(),
    wake: (trailId) => scheduler.wake(trailId),
    followers: () => scheduler.followers(),
  };
}

type TrailState = {
  running: Promise<void> | undefined;
  /** Of failures in a row. */
  attempts: number;
  failingSince: number | undefined;
  /** No earlier than this (ms), but for a wake. */
  notBefore: number;
  /** When log files are due (ms): the intervals are aligned to the clock, as AWS's are. */
  nextFiles: number;
};

type Active = {
  readonly id: string;
  readonly arn: string;
  readonly next_seq: number | null;
  readonly delivery_error: string | null;
  readonly digest_error: string | null;
};

class Scheduler {
  readonly #deps: TrailDeliveryDeps;
  readonly #states = new Map<string, TrailState>();
  readonly #woken = new Set<string>();
  // Trails that fail wait for each other, never those that work for them, which are delivered to together.
  readonly #failing = createGate(2);
  readonly #together: DeliverLogFiles;
  #active: readonly Active[] = [];
  readonly #rounds: Rounds;

  constructor(deps: TrailDeliveryDeps) {
    this.#deps = deps;
    this.#together = createJointDelivery(deps);
    this.#rounds = createRounds({
      round: () => this.#round(),
      onError: (error) => this.#logFailure(error),
      tick: Math.min(1000, deps.deliveryInterval / 2, deps.digestInterval / 2),
    });
  }

  async start(): Promise<void> {
    this.#active = await activeTrails(this.#deps.settings);
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
    const last = this.#finish().catch((error: unknown) => this.#logFailure(error));
    await atMost(STOP_WITHIN, last);
  }

  wake(trailId: string): void {
    this.#woken.add(trailId);
    this.#rounds.wake();
  }

  followers(): readonly FollowerStatus[] {
    const head = this.#deps.journal.head();
    return this.#active.map((trail) => statusOf(trail, this.#states.get(trail.id), head));
  }

  async #round(): Promise<void> {
    const active = await activeTrails(this.#deps.settings);
    this.#active = active;
    for (const id of this.#states.keys()) {
      if (!active.some((trail) => trail.id === id)) this.#states.delete(id);
    }
    for (const trail of active) this.#runIfDue(trail);
  }

  #runIfDue(trail: Active): void {
    const state = this.#stateOf(trail.id);
    const now = this.#deps.clock.now();
    const isWoken = this.#woken.has(trail.id);
    if (state.running !== undefined || (now < state.notBefore && !isWoken)) return;
    this.#woken.delete(trail.id);
    const files = isWoken || state.attempts > 0 || now >= state.nextFiles;
    if (files) {
      const interval = this.#deps.deliveryInterval;
      state.nextFiles = (Math.floor(now / interval) + 1) * interval;
    }
    state.running = this.#run(trail, state, files);
  }

  async #run(trail: Active, state: TrailState, files: boolean): Promise<void> {
    let outcome: RunOutcome = 'failed';
    try {
      outcome =
        state.attempts > 0
          ? await this.#failing.run(() => runTrail(this.#deps, trail.id, { files }))
          : await runTrail({ ...this.#deps, deliver: this.#together }, trail.id, { files });
    } catch (error) {
      this.#deps.log.error({ trail: trail.arn, reason: messageOf(error) }, 'trail round failed');
    }
    settleState(state, outcome, this.#deps.clock.now());
    state.running = undefined;
  }

  /** The last files of every trail, before the server ends. */
  async #finish(): Promise<void> {
    await Promise.all([...this.#states.values()].map((state) => state.running));
    const active = await activeTrails(this.#deps.settings);
    await Promise.all(active.map((trail) => this.#run(trail, this.#stateOf(trail.id), true)));
  }

  #stateOf(id: string): TrailState {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    // Seen for the first time (start of the server, StartLogging): what a crash left is delivered at once.
    const state: TrailState = {
      running: undefined,
      attempts: 0,
      failingSince: undefined,
      notBefore: 0,
      nextFiles: 0,
    };
    this.#states.set(id, state);
    return state;
  }

  #logFailure(error: unknown): void {
    this.#deps.log.error({ reason: messageOf(error) }, 'trails could not be read');
  }
}

function settleState(state: TrailState, outcome: RunOutcome, now: number): void {
  if (outcome !== 'failed') {
    state.attempts = 0;
    state.failingSince = undefined;
    state.notBefore = 0;
    return;
  }
  state.attempts++;
  state.failingSince ??= now;
  state.notBefore = now + backoff(state.attempts, { first: FIRST_RETRY, most: LAST_RETRY });
}

function statusOf(trail: Active, state: TrailState | undefined, head: number): FollowerStatus {
  const cursor = trail.next_seq === null ? head : trail.next_seq - 1;
  const isFailing = state !== undefined && state.attempts > 0;
  return {
    name: `trail:${trail.arn}`,
    cursor,
    lag: Math.max(0, head - cursor),
    failing: isFailing ? (trail.delivery_error ?? trail.digest_error ?? 'InternalError') : undefined,
    failingSince: isFailing ? state.failingSince : undefined,
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
