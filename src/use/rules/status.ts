import type { CallContext } from '../../aws/operation.ts';
import type { Attempts } from './deliver/attempts.ts';
import type { RuleRow, RuleSettings } from './settings.ts';

const MOST = 100;

/**
 * What DescribeRule answers beyond AWS's to `Deliveries: {}`: how much waits for each target and since when, what it failed with, and the newest
 * attempts since the server started.
 */
export function createStatus(settings: RuleSettings, attempts: Attempts) {
  return async ({ id }: RuleRow, context: CallContext) => {
    if (context.extensions['Deliveries'] === undefined) return undefined;
    const rows = await settings
      .selectFrom('event_queue')
      .select((of) => [
        'target_id',
        'state',
        of.fn.countAll<number>().as('count'),
        of.fn.min('created_at').as('oldest'),
        of.fn.min('next_at').as('next'),
      ])
      .where('rule_id', '=', id)
      .groupBy(['target_id', 'state'])
      .execute();
    const failing = await settings
      .selectFrom('event_queue')
      .selectAll()
      .where('rule_id', '=', id)
      .where('state', '!=', 'first')
      .orderBy('next_at')
      .limit(MOST)
      .execute();
    return {
      Deliveries: {
        Waiting: rows.map(({ target_id, state, count, oldest, next }) => ({
          TargetId: target_id,
          State: STATES[state],
          Count: Number(count),
          OldestAcceptedAt: iso(oldest),
          NextAttemptAt: iso(next),
        })),
        Failing: failing.map((row) => ({
          TargetId: row.target_id,
          State: STATES[row.state],
          AcceptedAt: iso(row.created_at),
          Attempts: row.attempts,
          NextAttemptAt: iso(row.next_at),
          ErrorCode: row.error_code,
          ErrorMessage: row.error,
        })),
        Attempts: attempts.of(id).map((one) => ({
          TargetId: one.targetId,
          EventId: one.eventId,
          At: iso(one.at),
          Milliseconds: one.took,
          Attempt: one.attempt,
          Outcome: one.outcome,
          ...(one.code === undefined ? {} : { ErrorCode: one.code, ErrorMessage: one.reason }),
        })),
      },
    };
  };
}

const STATES = { first: 'NEW', retry: 'RETRYING', dead: 'DEAD_LETTER' } as const;

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
