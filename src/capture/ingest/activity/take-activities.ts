import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Activity, ActivityResult, IngestChannel } from './activity.ts';
import { activityEventId, activityRecord } from './activity-record.ts';
import { createKnownIds } from './known-ids.ts';

export type ActivityRecord = { readonly id: string; readonly raw: Uint8Array };

export type TakeDeps = {
  /** Resolves when the records are journalled: they survive kill -9. Throws JOURNAL_FULL. */
  readonly accept: (records: readonly ActivityRecord[]) => Promise<void>;
  /** Which of the event ids are stored already, near the times (seconds since the epoch). */
  readonly existing: (query: {
    readonly ids: readonly string[];
    readonly from: number;
    readonly to: number;
  }) => Promise<ReadonlySet<string>>;
  /** Event ids that were journalled before this start and are not searchable yet. */
  readonly unstored: () => Promise<readonly string[]>;
  /** What became of an event, for GetChannel's IngestionStatus. */
  readonly attempted: (
    channelArn: string,
    attempt: { at: number; eventId: string; errorCode: undefined },
  ) => void;
  readonly count: (outcome: 'recorded' | 'duplicate', count: number) => void;
  readonly clock: Clock;
  readonly log: Logger;
};

/** One result for each activity, in order. Rejects (JOURNAL_FULL) when none of those that are new could be journalled. */
export type TakeActivities = (
  channel: IngestChannel,
  activities: readonly Activity[],
) => Promise<readonly ActivityResult[]>;

/** Seconds to either side of an event's time in which its repetition is looked for; it is usually the same time. */
const NEAR = 7 * 86_400;
/** Milliseconds. An engine that does not answer does not hold events back: what was taken lately is known without it. */
const PATIENCE = 2000;

/**
 * Takes activity events into the journal, each id of a channel once: whether it comes twice in a request, in two requests at once, or
 * again after a restart.
 */
export function createTakeActivities(deps: TakeDeps): TakeActivities {
  const known = createKnownIds();
  const underWay = new Map<string, Promise<void>>();
  let caughtUp: Promise<void> | undefined;
  return async (channel, activities) => {
    await (caughtUp ??= catchUp(deps, known.add));
    const now = deps.clock.now();
    const named = activities.map((activity) => ({
      activity,
      eventId: activityEventId(channel, activity.id),
    }));
    const fresh = new Map<string, Activity>();
    const others: Promise<void>[] = [];
    for (const { activity, eventId } of named) {
      const other = underWay.get(eventId);
      if (other !== undefined) others.push(other);
      else if (!known.has(eventId) && !fresh.has(eventId)) fresh.set(eventId, activity);
    }
    if (fresh.size > 0) {
      const taking = takeFresh(deps, channel, fresh, now);
      for (const eventId of fresh.keys()) underWay.set(eventId, taking);
      try {
        await taking;
        for (const eventId of fresh.keys()) known.add(eventId);
      } finally {
        for (const eventId of fresh.keys()) underWay.delete(eventId);
      }
    }
    await Promise.all(others);
    deps.count('duplicate', activities.length - fresh.size);
    const last = named.at(-1);
    if (last !== undefined)
      deps.attempted(channel.arn, { at: now, eventId: last.eventId, errorCode: undefined });
    return named.map(({ eventId }) => ({ eventId }));
  };
}

async function takeFresh(
  deps: TakeDeps,
  channel: IngestChannel,
  fresh: ReadonlyMap<string, Activity>,
  now: number,
): Promise<void> {
  const stored = await storedOf(deps, fresh);
  const records = [...fresh]
    .filter(([eventId]) => !stored.has(eventId))
    .map(([eventId, activity]) => ({
      id: eventId,
      raw: activityRecord(channel, activity, { eventId, now }),
    }));
  if (records.length > 0) await deps.accept(records);
  deps.count('recorded', records.length);
  deps.count('duplicate', stored.size);
}

async function storedOf(
  { existing, log }: TakeDeps,
  fresh: ReadonlyMap<string, Activity>,
): Promise<ReadonlySet<string>> {
  const times = [...fresh.values()].map(({ time }) => time);
  const from = Math.max(0, times.reduce((a, b) => Math.min(a, b), Infinity) - NEAR);
  const to = times.reduce((a, b) => Math.max(a, b), 0) + NEAR;
  const gaveUp = new AbortController();
  const nothing = sleep(PATIENCE, undefined, { signal: gaveUp.signal }).then(() => new Set<string>());
  try {
    return await Promise.race([existing({ ids: [...fresh.keys()], from, to }), nothing]);
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'whether events came before is known only of the latest');
    return new Set();
  } finally {
    nothing.catch(() => undefined);
    gaveUp.abort();
  }
}

async function catchUp({ unstored, log }: TakeDeps, add: (id: string) => void): Promise<void> {
  try {
    for (const id of await unstored()) add(id);
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'what was journalled before the start could not be read again');
  }
}
