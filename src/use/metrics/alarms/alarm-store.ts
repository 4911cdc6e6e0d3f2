import { randomUUID } from 'node:crypto';

import { parseArn } from '../../../aws/arn.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { AlarmHistoryRow, AlarmRow, MetricTables } from '../settings.ts';
import { actionsFor, alarmData, functionPayload, topicMessage, type Change } from './message.ts';

export type AlarmSettings = Settings<MetricTables>;

export type NewState = Change['to'];

export function alarmArn({
  region,
  account,
  name,
}: {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
}

export function findAlarm(settings: AlarmSettings, arn: string): Promise<AlarmRow | undefined> {
  return settings.selectFrom('alarms').selectAll().where('arn', '=', arn).executeTakeFirst();
}

/** Sorts by time, also within a millisecond. */
function idAt(now: number): string {
  const tick = String(process.hrtime.bigint() % 1_000_000_000_000n).padStart(12, '0');
  return `${String(now).padStart(15, '0')}-${tick}-${randomUUID().slice(0, 8)}`;
}

/** In the transaction of what it tells of. */
export async function noteHistory(tx: AlarmSettings, entry: Omit<AlarmHistoryRow, 'id'>): Promise<void> {
  await tx
    .insertInto('alarm_history')
    .values({ ...entry, id: idAt(entry.at) })
    .execute();
}

/**
 * Puts an alarm into another state, with its history and what is to be told of it, all or nothing. Does nothing where the alarm was changed
 * since it was read. Resolves with whether it did.
 */
export async function changeState(
  settings: AlarmSettings,
  alarm: AlarmRow,
  { to, now }: { readonly to: NewState; readonly now: number },
): Promise<boolean> {
  return settings.transaction().execute(async (tx) => {
    const current = await findAlarm(tx, alarm.arn);
    const isSame =
      current !== undefined &&
      current.configured_at === alarm.configured_at &&
      current.state === alarm.state &&
      current.state_updated_at === alarm.state_updated_at;
    if (!isSame) return false;
    // Unique by time, as in CloudWatch.
    const at = Math.max(now, current.state_updated_at + 1);
    await tx
      .updateTable('alarms')
      .set({ ...to, state_updated_at: at })
      .where('arn', '=', alarm.arn)
      .execute();
    const { account, region, name: alarm_name } = alarm;
    const change: Change = { alarm: current, from: current, to, at };
    if (to.state === current.state) return true;
    const summary = `Alarm updated from ${current.state} to ${to.state}`;
    const data = historyData(change);
    await noteHistory(tx, { account, region, alarm_name, at, type: 'StateUpdate', summary, data });
    await noteNotices(tx, change);
    return true;
  });
}

/** Event buses hear of every change, actions or not. */
async function noteNotices(tx: AlarmSettings, change: Change): Promise<void> {
  const { alarm, to, at } = change;
  const { arn: alarm_arn, name: alarm_name, account, region } = alarm;
  const common = { alarm_arn, alarm_name, account, region, state: to.state, created_at: at };
  const actions = alarm.actions_enabled === 1 ? actionsFor(alarm, to.state) : [];
  for (const target of [BUSES, ...actions]) {
    const told = messageFor(target, change);
    const row = { ...common, ...told, id: idAt(at), target, attempts: 0, next_at: at };
    await tx.insertInto('alarm_notices').values(row).execute();
  }
}

/** Target of what is told to the event buses of the alarm's account. */
export const BUSES = 'event-buses';

function messageFor(target: string, change: Change): { readonly subject: string; readonly message: string } {
  if (target === BUSES) return { subject: '', message: JSON.stringify(alarmData(change)) };
  if (isFunction(target)) return { subject: '', message: functionPayload(change) };
  return topicMessage(change);
}

export function isFunction(target: string): boolean {
  return parseArn(target)?.service === 'lambda';
}

function historyData({ from, to }: Change): string {
  const state = ({ state: stateValue, reason: stateReason, reason_data }: NewState) => ({
    stateValue,
    stateReason,
    ...(reason_data === null ? {} : { stateReasonData: readJson(reason_data) }),
  });
  return JSON.stringify({ version: '1.0', oldState: state(from), newState: state(to) });
}

/** Callers of SetAlarmState may give any text. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
