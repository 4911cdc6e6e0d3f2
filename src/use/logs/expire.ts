import { messageOf } from '../../base/errors.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { createRounds } from '../../base/rounds.ts';
import type { LogDeps, LogSettings } from './deps.ts';
import { oldestKept } from './log-groups.ts';
import type { LogRemovalRow } from './settings.ts';

export type ExpireDeps = Pick<LogDeps, 'settings' | 'events' | 'clock'> & {
  readonly log: Logger;
  /** Milliseconds between looks; default ten minutes. */
  readonly every?: number | undefined;
};

const EVERY = 600_000;

/** Notes, in the transaction that deletes a group or stream, that its events are to go. */
export async function removeSoon(tx: LogSettings, what: LogRemovalRow): Promise<void> {
  await tx.insertInto('log_removals').values(what).execute();
}

/** Takes from the disk what was deleted and what is past its group's retention. No answer waits for it: both are invisible at once. */
export function createExpiry(deps: ExpireDeps): Stoppable & { readonly start: () => void } {
  return createRounds({
    round: () => expireOnce(deps),
    onError: (error) => deps.log.warn({ reason: messageOf(error) }, 'expired log events cannot be removed'),
    tick: deps.every ?? EVERY,
    waitFirst: true,
  });
}

/** One look. */
export async function expireOnce({
  settings,
  events,
  clock,
}: Pick<ExpireDeps, 'settings' | 'events' | 'clock'>): Promise<void> {
  for (const { id, group_id, stream_id } of await settings.selectFrom('log_removals').selectAll().execute()) {
    await events.remove({ group: group_id, stream: stream_id ?? undefined });
    await settings.deleteFrom('log_removals').where('id', '=', id).execute();
  }
  const groups = await settings
    .selectFrom('log_groups')
    .select(['id', 'retention_days'])
    .where('retention_days', 'is not', null)
    .execute();
  for (const group of groups)
    await events.remove({ group: group.id, before: oldestKept(group, clock.now()) });
}
