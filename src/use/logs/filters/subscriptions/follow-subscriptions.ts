import { AwsError } from '../../../../aws/errors.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { Stoppable } from '../../../../base/lifecycle.ts';
import type { Logger } from '../../../../base/log.ts';
import { createRounds } from '../../../../base/rounds.ts';
import type { LogEvent } from '../../../../store/contract.ts';
import type { Arrivals } from '../../arrivals.ts';
import type { LogDeps } from '../../deps.ts';
import { compileFilterPattern } from '../../filter-pattern/compile.ts';
import type { LogGroupRow } from '../../settings.ts';
import { createPatience } from '../patience.ts';
import type { SubscriptionFilterRow } from '../settings.ts';
import { deliver, type Destinations } from './destination.ts';

export type FollowSubscriptionsDeps = Pick<LogDeps, 'settings' | 'events' | 'clock'> & {
  readonly arrivals: Arrivals;
  readonly destinations: Destinations;
  readonly log: Logger;
};

/** Milliseconds between looks. */
const TICK = 500;
const BATCH = 1000;
/** As long as AWS tries: what arrived longer ago is given up. */
const TRIED_FOR = 86_400_000;

/**
 * Hands on what matches each subscription filter, in the order of arrival, at least once: a filter has a cursor of its own, and one whose
 * destination fails or is slow holds up no other.
 */
export function createSubscriptionFollower(
  deps: FollowSubscriptionsDeps,
): Stoppable & { readonly start: () => void } {
  const dirty = deps.arrivals.listen();
  const patience = createPatience(deps.clock);
  /** Filters that have seen all that had arrived, by group. */
  const done = new Map<string, string>();
  const running = new Map<string, Promise<void>>();
  const rounds = createRounds({
    round: async () => {
      const arrived = dirty.take();
      for (const filter of await deps.settings.selectFrom('log_subscription_filters').selectAll().execute()) {
        if (arrived.has(filter.group_id)) done.delete(filter.id);
        if (done.has(filter.id) || running.has(filter.id) || patience.isWaiting(filter.id)) continue;
        running.set(
          filter.id,
          look(filter).finally(() => running.delete(filter.id)),
        );
      }
    },
    onError: (error) => deps.log.warn({ reason: messageOf(error) }, 'subscription filters cannot be read'),
    tick: TICK,
  });
  return {
    start: rounds.start,
    stop: async () => {
      await rounds.stop();
      await Promise.all(running.values());
    },
  };

  async function look(filter: SubscriptionFilterRow): Promise<void> {
    try {
      // Marked first: what arrives meanwhile takes the mark away again.
      done.set(filter.id, filter.group_id);
      await follow(deps, filter.id, rounds.stopping);
      patience.succeeded(filter.id);
      // What has arrived may wait for an append that began before.
      if (deps.events.appending()) done.delete(filter.id);
    } catch (error) {
      patience.failed(filter.id);
      done.delete(filter.id);
      const told = { filter: filter.name, destination: filter.destination, reason: messageOf(error) };
      deps.log.warn(told, 'a subscription waits');
    }
  }
}

async function follow(deps: FollowSubscriptionsDeps, id: string, stopping: AbortSignal): Promise<void> {
  const { settings, events } = deps;
  // As it is now: who read it before may have read it while it went on.
  const filter = await settings
    .selectFrom('log_subscription_filters')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (filter === undefined) return;
  const group = await settings
    .selectFrom('log_groups')
    .selectAll()
    .where('id', '=', filter.group_id)
    .executeTakeFirst();
  if (group === undefined) return;
  const { matches } = compileFilterPattern(filter.pattern);
  let after = filter.cursor;
  while (!stopping.aborted) {
    const through = events.arrivedThrough();
    const batch = await events.arrivals({ group: group.id, after, through, limit: BATCH });
    const last = batch.at(-1);
    if (last === undefined) return;
    await handOn(deps, { group, filter, events: batch.filter(({ message }) => matches(message)) });
    after = last.n;
    await settings
      .updateTable('log_subscription_filters')
      .set({ cursor: after })
      .where('id', '=', filter.id)
      .execute();
    if (batch.length < BATCH) return;
  }
}

type HandingOn = {
  readonly group: LogGroupRow;
  readonly filter: SubscriptionFilterRow;
  readonly events: readonly LogEvent[];
};

/** What cannot be delivered for a day, or is refused for what it is, is told and given up. */
async function handOn(deps: FollowSubscriptionsDeps, { group, filter, events }: HandingOn): Promise<void> {
  const { settings, clock, destinations, log } = deps;
  const oldest = clock.now() - TRIED_FOR;
  const wanted = events.filter(({ ingested }) => ingested >= oldest);
  const lost = events.length - wanted.length;
  const told = { group: group.name, filter: filter.name, destination: filter.destination };
  if (lost > 0) log.warn({ ...told, events: lost }, 'events of a subscription are given up after a day');
  if (wanted.length === 0) return;
  const rows = await settings
    .selectFrom('log_streams')
    .select(['id', 'name'])
    .where('group_id', '=', group.id)
    .execute();
  const streams = new Map(rows.map(({ id, name }) => [id, name]));
  try {
    await deliver(destinations, { group, filter, events: wanted, streams });
  } catch (error) {
    const isHopeless =
      error instanceof AwsError &&
      ['InvalidRequestContentException', 'RequestTooLargeException'].includes(error.code);
    if (!isHopeless) throw error;
    log.warn(
      { ...told, events: wanted.length, reason: error.message },
      'events of a subscription are refused',
    );
  }
}
