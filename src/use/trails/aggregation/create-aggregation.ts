import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import { atMost, backoff } from '../../../base/retry.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { FollowerStatus } from '../../../store/contract.ts';
import { createGate } from '../delivery/gate.ts';
import { runAggregation, type AggregationDeps } from './run-aggregation.ts';

export type Aggregation = Stoppable & {
  /** Resolves when `followers` is complete. */
  readonly start: () => Promise<void>;
  /** One for each stretch with something to count, named `aggregates:ARN`. */
  readonly followers: () => readonly FollowerStatus[];
};

type Active = {
  readonly id: string;
  readonly arn: string;
  readonly next_seq: number;
  readonly error: string | null;
};
type State = { running: boolean; attempts: number; failingSince: number | undefined; notBefore: number };

const TICK = 1000;
const STOP_WITHIN = 10_000;
const RETRY = { first: 1000, most: 30_000 };

/** Delivers the aggregates of all trails beside their log files, with cursors and retries of their own: neither waits for the other. */
export function createAggregation(deps: AggregationDeps): Aggregation {
  const states = new Map<string, State>();
  const healthy = createGate(2);
  const failing = createGate(1);
  const running = new Set<Promise<void>>();
  let active: readonly Active[] = [];

  const run = async (id: string, state: State) => {
    state.running = true;
    const gate = state.attempts > 0 ? failing : healthy;
    const worked = await gate
      .run(() => runAggregation(deps, id))
      .catch((error: unknown) => {
        deps.log.error({ reason: messageOf(error) }, 'aggregation round failed');
        return false;
      });
    const now = deps.clock.now();
    state.attempts = worked ? 0 : state.attempts + 1;
    state.failingSince = worked ? undefined : (state.failingSince ?? now);
    state.notBefore = worked ? 0 : now + backoff(state.attempts, RETRY);
    state.running = false;
  };

  const round = async () => {
    active = await activeStretches(deps.settings);
    for (const id of states.keys()) if (!active.some((one) => one.id === id)) states.delete(id);
    for (const { id } of active) {
      const state = states.get(id) ?? { running: false, attempts: 0, failingSince: undefined, notBefore: 0 };
      states.set(id, state);
      if (state.running || deps.clock.now() < state.notBefore) continue;
      const work = run(id, state).finally(() => running.delete(work));
      running.add(work);
    }
  };

  const rounds = createRounds({
    round,
    onError: (error) => deps.log.error({ reason: messageOf(error) }, 'aggregations could not be read'),
    tick: TICK,
  });

  return {
    start: async () => {
      active = await activeStretches(deps.settings);
      rounds.start();
    },
    stop: async () => {
      await rounds.stop();
      // What is cut off is derived again after the next start.
      await atMost(STOP_WITHIN, Promise.all(running));
    },
    followers: () => active.map((one) => statusOf(one, states.get(one.id), deps.journal.head())),
  };
}

function statusOf({ arn, next_seq, error }: Active, state: State | undefined, head: number): FollowerStatus {
  const failingSince = state?.failingSince;
  return {
    name: `aggregates:${arn}`,
    cursor: next_seq - 1,
    lag: Math.max(0, head - next_seq + 1),
    failing: failingSince === undefined ? undefined : (error ?? 'InternalError'),
    failingSince,
  };
}

function activeStretches(settings: AggregationDeps['settings']): Promise<Active[]> {
  return settings
    .selectFrom('trail_aggregations')
    .innerJoin('trails', 'trails.id', 'trail_aggregations.trail_id')
    .select([
      'trail_aggregations.id',
      'trails.arn',
      'trail_aggregations.next_seq',
      'trail_aggregations.error',
    ])
    .orderBy('trail_aggregations.next_seq')
    .execute();
}
