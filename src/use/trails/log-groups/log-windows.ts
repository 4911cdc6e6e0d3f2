import type { NewId } from '../../../base/ids.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { TrailRow, TrailTables } from '../settings.ts';
import type { LogWindowRow } from './settings.ts';

type Tx = Settings<TrailTables>;

export type LogWindow = Readonly<LogWindowRow>;

/** When logging begins: the trail's log group gets what comes behind `head`. Nothing for a trail without one. */
export async function openLogWindow(
  tx: Tx,
  { id, trailId, head }: { readonly id: string; readonly trailId: string; readonly head: number },
): Promise<void> {
  const trail = await tx
    .selectFrom('trails')
    .select(['logs_group', 'logs_role'])
    .where('id', '=', trailId)
    .executeTakeFirst();
  if (trail?.logs_group == null || trail.logs_role == null) return;
  const row: LogWindowRow = {
    id: `logs-${id}`,
    trail_id: trailId,
    group_arn: trail.logs_group,
    role_arn: trail.logs_role,
    next_seq: head + 1,
    plan_to: null,
    plan_at: null,
    stopped_at: null,
    stop_seq: null,
    stop_event: null,
    last_seq: null,
    replaced_at: null,
  };
  await tx.insertInto('trail_log_windows').values(row).execute();
}

type Stop = {
  readonly trailId: string;
  readonly head: number;
  readonly eventId: string;
  readonly now: number;
};

/** Its last entry is the record of the stopping call, `eventId`. */
export async function closeLogWindow(tx: Tx, { trailId, head, eventId, now }: Stop): Promise<void> {
  await tx
    .updateTable('trail_log_windows')
    .set({ stopped_at: now, stop_seq: head, stop_event: eventId })
    .where('trail_id', '=', trailId)
    .where('stopped_at', 'is', null)
    .execute();
}

type Placed = Pick<TrailRow, 'id' | 'logging' | 'logs_group' | 'logs_role' | 'logs_error'>;

/**
 * After UpdateTrail. The former group still gets all until the record of that very call, so that who watches there sees why it falls silent; but where
 * it refuses, the new one gets what the former has not.
 */
export async function moveLogWindow(
  tx: Tx,
  before: Placed,
  after: Placed,
  call: { readonly head: number; readonly eventId: string; readonly now: number; readonly newId: NewId },
): Promise<void> {
  if (before.logs_group === after.logs_group) {
    if (before.logs_role !== after.logs_role) await takeRole(tx, after);
    return;
  }
  const { id: trailId, logs_group: groupArn, logs_role: roleArn } = after;
  if (before.logs_error !== null && groupArn !== null && roleArn !== null) {
    await tx
      .updateTable('trail_log_windows')
      .set({ group_arn: groupArn, role_arn: roleArn, replaced_at: null })
      .where('trail_id', '=', trailId)
      .execute();
  } else {
    await closeLogWindow(tx, { ...call, trailId });
    await tx
      .updateTable('trail_log_windows')
      .set({ replaced_at: call.now })
      .where('trail_id', '=', trailId)
      .where('replaced_at', 'is', null)
      .execute();
  }
  const open = await tx
    .selectFrom('trail_log_windows')
    .select('id')
    .where('trail_id', '=', trailId)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  if (after.logging === 1 && open === undefined)
    await openLogWindow(tx, { id: call.newId(), trailId, head: call.head });
}

async function takeRole(tx: Tx, { id, logs_role: roleArn }: Placed): Promise<void> {
  if (roleArn === null) return;
  await tx
    .updateTable('trail_log_windows')
    .set({ role_arn: roleArn })
    .where('trail_id', '=', id)
    .where('replaced_at', 'is', null)
    .execute();
}

export async function hasLogWindow(settings: Tx, trailId: string): Promise<boolean> {
  const found = await settings
    .selectFrom('trail_log_windows')
    .select('id')
    .where('trail_id', '=', trailId)
    .executeTakeFirst();
  return found !== undefined;
}
