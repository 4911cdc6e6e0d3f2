import type { Fired } from '../rule-table.ts';
import type { DeliveryRow, RuleSettings } from '../settings.ts';

/** An event and what it fired. */
export type Accepted = {
  /** The event as JSON. */
  readonly body: string;
  readonly fired: readonly Fired[];
  /** Whether it came from another bus. */
  readonly forwarded?: boolean;
};

export type LaneKey = { readonly ruleId: string; readonly targetId: string };

/**
 * Notes what is to be delivered, all or none; in one go with how far the journal was read, so that no entry is noted twice, whatever dies in
 * between. Once it resolves, deliveries survive the process.
 */
export type Enqueue = (
  events: readonly Accepted[],
  options?: { readonly throughSeq?: number | undefined },
) => Promise<void>;

export type EnqueueDeps = {
  readonly settings: RuleSettings;
  readonly clock: { readonly now: () => number };
  readonly wake: (lanes: Iterable<LaneKey>) => void;
};

/** Rows of one insert: what SQLite and PostgreSQL take of parameters. */
const ROWS = 500;

export function createEnqueue({ settings, clock, wake }: EnqueueDeps): Enqueue {
  return async (events, { throughSeq } = {}) => {
    const wanted = events.filter(({ fired }) => fired.some(({ targets }) => targets.length > 0));
    if (wanted.length === 0 && throughSeq === undefined) return;
    const lanes = new Map<string, LaneKey>();
    const now = clock.now();
    await settings.transaction().execute(async (tx) => {
      let next = (await progressOf(tx)).next_id;
      const queued: DeliveryRow[] = [];
      const bodies = wanted.map(({ body, fired, forwarded }) => {
        const id = next++;
        for (const { rule, targets } of fired) {
          for (const targetId of targets) {
            queued.push(
              deliveryRow(
                { id: next++, event_id: id, rule_id: rule.id, target_id: targetId, rule_arn: rule.arn },
                now,
              ),
            );
            lanes.set(`${rule.id}/${targetId}`, { ruleId: rule.id, targetId });
          }
        }
        return { id, body, accepted_at: now, forwarded: forwarded === true ? 1 : 0 };
      });
      for (const some of inParts(bodies)) await tx.insertInto('event_queue_events').values(some).execute();
      for (const some of inParts(queued)) await tx.insertInto('event_queue').values(some).execute();
      await tx
        .updateTable('event_progress')
        .set({ next_id: next, ...(throughSeq === undefined ? {} : { seq: throughSeq }) })
        .execute();
    });
    wake(lanes.values());
  };
}

/** How far the journal was read, and the next free number. */
export async function progressOf(
  settings: RuleSettings,
): Promise<{ readonly seq: number; readonly next_id: number }> {
  const row = await settings.selectFrom('event_progress').selectAll().executeTakeFirst();
  if (row !== undefined) return row;
  const first = { id: 1, seq: 0, next_id: 1 };
  await settings.insertInto('event_progress').values(first).execute();
  return first;
}

function deliveryRow(
  given: Pick<DeliveryRow, 'id' | 'event_id' | 'rule_id' | 'target_id' | 'rule_arn'>,
  now: number,
): DeliveryRow {
  return {
    ...given,
    state: 'first',
    created_at: now,
    attempts: 0,
    next_at: now,
    error_code: null,
    error: null,
    exhausted: null,
    dead_attempts: 0,
  };
}

function* inParts<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += ROWS) yield all.slice(at, at + ROWS);
}
