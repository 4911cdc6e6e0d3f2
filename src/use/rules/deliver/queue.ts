import type { DeliveryRow, RuleRow, RuleSettings } from '../settings.ts';
import type { Target } from '../target.ts';
import type { LaneKey } from './enqueue.ts';

/** A delivery with everything that is needed to make it. */
export type Job = {
  readonly delivery: DeliveryRow;
  readonly rule: RuleRow;
  readonly target: Target;
  /** The event as JSON. */
  readonly body: string;
  /** ms */
  readonly acceptedAt: number;
  readonly forwarded: boolean;
};

/** Who has something to be delivered, and when the next of what failed is due. */
export async function waitingLanes(
  settings: RuleSettings,
): Promise<readonly (LaneKey & { readonly retryAt: number | undefined; readonly isNew: boolean })[]> {
  const rows = await settings
    .selectFrom('event_queue')
    .select(['rule_id', 'target_id', 'state', (of) => of.fn.min('next_at').as('next_at')])
    .groupBy(['rule_id', 'target_id', 'state'])
    .execute();
  const lanes = Map.groupBy(rows, ({ rule_id, target_id }) => `${rule_id}/${target_id}`);
  return [...lanes.values()].map((states) => {
    const [first] = states as [(typeof rows)[number]];
    const later = states.filter(({ state }) => state !== 'first').map(({ next_at }) => next_at);
    return {
      ruleId: first.rule_id,
      targetId: first.target_id,
      retryAt: later.length === 0 ? undefined : Math.min(...later),
      isNew: states.some(({ state }) => state === 'first'),
    };
  });
}

/** The next that were never tried, in the order of acceptance. */
export function nextFirst(settings: RuleSettings, lane: LaneKey, after: number, limit: number) {
  return inLane(settings, lane)
    .where('state', '=', 'first')
    .where('event_queue.id', '>', after)
    .orderBy('event_queue.id')
    .limit(limit)
    .execute();
}

/** What failed before and is due now. */
export function dueAgain(settings: RuleSettings, lane: LaneKey, now: number, limit: number) {
  return inLane(settings, lane)
    .where('state', 'in', ['retry', 'dead'])
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('event_queue.id')
    .limit(limit)
    .execute();
}

function inLane(settings: RuleSettings, { ruleId, targetId }: LaneKey) {
  return settings
    .selectFrom('event_queue')
    .innerJoin('event_queue_events', 'event_queue_events.id', 'event_queue.event_id')
    .selectAll('event_queue')
    .select(['event_queue_events.body', 'event_queue_events.accepted_at', 'event_queue_events.forwarded'])
    .where('rule_id', '=', ruleId)
    .where('target_id', '=', targetId);
}

/** When the next of what failed is due, ms. */
export async function nextRetry(
  settings: RuleSettings,
  { ruleId, targetId }: LaneKey,
): Promise<number | undefined> {
  const row = await settings
    .selectFrom('event_queue')
    .select((of) => of.fn.min('next_at').as('next_at'))
    .where('rule_id', '=', ruleId)
    .where('target_id', '=', targetId)
    .where('state', 'in', ['retry', 'dead'])
    .executeTakeFirst();
  return row?.next_at ?? undefined;
}

/** The rule and the target as they are now; undefined when they are gone. */
export async function laneTarget(
  settings: RuleSettings,
  { ruleId, targetId }: LaneKey,
): Promise<{ readonly rule: RuleRow; readonly target: Target } | undefined> {
  const rule = await settings
    .selectFrom('event_rules')
    .selectAll()
    .where('id', '=', ruleId)
    .executeTakeFirst();
  const row = await settings
    .selectFrom('event_targets')
    .select('target')
    .where('rule_id', '=', ruleId)
    .where('id', '=', targetId)
    .executeTakeFirst();
  if (rule === undefined || row === undefined) return undefined;
  return { rule, target: JSON.parse(row.target) as Target };
}

/** Nobody wants what waits for a target that is gone. How many those were. */
export async function dropLane(settings: RuleSettings, { ruleId, targetId }: LaneKey): Promise<number> {
  return settings.transaction().execute(async (tx) => {
    const rows = await tx
      .deleteFrom('event_queue')
      .where('rule_id', '=', ruleId)
      .where('target_id', '=', targetId)
      .returning('event_id')
      .execute();
    for (const { event_id } of rows) await forgetEvent(tx, event_id);
    return rows.length;
  });
}

/** Delivered or given up: the event goes with the last delivery that waits for it. */
export async function finish(settings: RuleSettings, { id, event_id }: DeliveryRow): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('event_queue').where('id', '=', id).execute();
    await forgetEvent(tx, event_id);
  });
}

async function forgetEvent(tx: RuleSettings, eventId: number): Promise<void> {
  await tx
    .deleteFrom('event_queue_events')
    .where('id', '=', eventId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('event_queue').select('id').where('event_id', '=', eventId))),
    )
    .execute();
}

export async function change(
  settings: RuleSettings,
  { id }: DeliveryRow,
  to: Partial<DeliveryRow>,
): Promise<void> {
  await settings.updateTable('event_queue').set(to).where('id', '=', id).execute();
}
