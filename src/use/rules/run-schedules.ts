import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuidFrom } from '../../base/ids.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { createRounds } from '../../base/rounds.ts';
import type { Enqueue } from './deliver/enqueue.ts';
import type { BusEvent } from './event.ts';
import { nextTime } from './schedule.ts';
import type { RuleRow, RuleSettings } from './settings.ts';

export type Schedules = Stoppable & { readonly start: () => void; readonly look: () => Promise<void> };

const EVERY = 1000;

/** Fires the rules that have a schedule. What fell due while the server was down fires once, when it is up. */
export function runSchedules(deps: {
  readonly settings: RuleSettings;
  readonly enqueue: Enqueue;
  readonly clock: Clock;
  readonly log: Logger;
}): Schedules {
  const { settings, clock, log } = deps;
  const look = async (): Promise<void> => {
    const now = clock.now();
    const due = await settings
      .selectFrom('event_rules')
      .selectAll()
      .where('due_at', '<=', now)
      .where('state', '!=', 'DISABLED')
      .execute();
    for (const rule of due) await fire(deps, rule, now);
  };
  const rounds = createRounds({
    round: look,
    onError: (error) => log.error({ err: messageOf(error) }, 'schedules could not be looked at'),
    tick: EVERY,
  });
  return { look, start: () => rounds.start(), stop: () => rounds.stop() };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html: what a scheduled event looks like. */
async function fire(
  { settings, enqueue }: { readonly settings: RuleSettings; readonly enqueue: Enqueue },
  rule: RuleRow,
  now: number,
): Promise<void> {
  const dueAt = rule.due_at ?? now;
  const event: BusEvent = {
    version: '0',
    id: uuidFrom(`schedule ${rule.id} ${dueAt}`),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: rule.account,
    time: `${new Date(dueAt).toISOString().slice(0, 19)}Z`,
    region: rule.region,
    resources: [rule.arn],
    detail: {},
  };
  // Who moves it on fires it.
  const { numUpdatedRows } = await settings
    .updateTable('event_rules')
    .set({ due_at: nextTime(rule.schedule ?? '', now) })
    .where('id', '=', rule.id)
    .where('due_at', '=', dueAt)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return;
  const targets = await settings
    .selectFrom('event_targets')
    .select('id')
    .where('rule_id', '=', rule.id)
    .execute();
  await enqueue([{ body: JSON.stringify(event), fired: [{ rule, targets: targets.map(({ id }) => id) }] }]);
}
