import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { alarmArn, changeState, findAlarm, noteHistory } from '../alarms/alarm-store.ts';
import { shownAlarm } from '../alarms/shown-alarm.ts';
import { alarmNotFound, alarmsNotFound, invalidFormat } from '../metrics-errors.ts';
import type { AlarmRow } from '../settings.ts';
import { alarmOperation, type AlarmDeps } from './alarm-operation.ts';
import { alarmName } from './input.ts';

const names = { AlarmNames: z.array(alarmName).max(100) };

function arnsOf(alarmNames: readonly string[], { region, accountId: account }: CallContext): string[] {
  return alarmNames.map((name) => alarmArn({ region, account, name }));
}

/** All or none; what was to be told of them is told all the same. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html */
export function deleteAlarms({ settings, clock, forget }: AlarmDeps): Operation {
  return alarmOperation('DeleteAlarms', {
    of: 'AlarmNames',
    handle: async (input, context) => {
      const arns = arnsOf(validateInput(names, input).AlarmNames, context);
      if (arns.length === 0) return;
      await settings.transaction().execute(async (tx) => {
        const found = await tx.selectFrom('alarms').selectAll().where('arn', 'in', arns).execute();
        if (found.length < new Set(arns).size) throw alarmsNotFound();
        await tx.deleteFrom('alarms').where('arn', 'in', arns).execute();
        await tx.deleteFrom('alarm_tags').where('alarm_arn', 'in', arns).execute();
        for (const alarm of found) await noteDeletion(tx, alarm, clock.now());
      });
      arns.forEach(forget);
    },
  });
}

async function noteDeletion(tx: AlarmDeps['settings'], alarm: AlarmRow, at: number): Promise<void> {
  const { account, region, name: alarm_name } = alarm;
  const summary = `Alarm "${alarm_name}" deleted`;
  const data = JSON.stringify({ version: '1.0', type: 'Delete', deletedAlarm: shownAlarm(alarm) });
  await noteHistory(tx, { account, region, alarm_name, at, type: 'ConfigurationUpdate', summary, data });
}

/** Names that nothing has are left out, as in AWS. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_EnableAlarmActions.html */
export function alarmActions({ settings, clock }: AlarmDeps): readonly Operation[] {
  const change = (name: string, actions_enabled: 0 | 1) =>
    alarmOperation(name, {
      of: 'AlarmNames',
      handle: async (input, context) => {
        const arns = arnsOf(validateInput(names, input).AlarmNames, context);
        if (arns.length === 0) return;
        await settings.transaction().execute(async (tx) => {
          const found = await tx.selectFrom('alarms').selectAll().where('arn', 'in', arns).execute();
          for (const alarm of found.filter((one) => one.actions_enabled !== actions_enabled)) {
            await tx.updateTable('alarms').set({ actions_enabled }).where('arn', '=', alarm.arn).execute();
            const { account, region, name: alarm_name } = alarm;
            const updatedAlarm = shownAlarm({ ...alarm, actions_enabled });
            const data = JSON.stringify({ version: '1.0', type: 'Update', updatedAlarm });
            const entry = { account, region, alarm_name, at: clock.now(), data };
            const summary = `Alarm "${alarm_name}" updated`;
            await noteHistory(tx, { ...entry, type: 'ConfigurationUpdate', summary });
          }
        });
      },
    });
  return [change('EnableAlarmActions', 1), change('DisableAlarmActions', 0)];
}

/** Until the alarm is looked at next. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html */
export function setAlarmState({ settings, clock, renew, changed }: AlarmDeps): Operation {
  return alarmOperation('SetAlarmState', {
    of: 'AlarmName',
    handle: async (input, { region, accountId: account }) => {
      const read = validateInput(
        {
          AlarmName: alarmName,
          StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
          StateReason: z.string().max(1023),
          StateReasonData: z.string().max(4000).optional(),
        },
        input,
      );
      const reason_data = read.StateReasonData ?? null;
      if (reason_data !== null && !isJson(reason_data))
        throw invalidFormat('StateReasonData was not valid JSON');
      const arn = alarmArn({ region, account, name: read.AlarmName });
      const to = { state: read.StateValue, reason: read.StateReason, reason_data };
      for (;;) {
        const alarm = await findAlarm(settings, arn);
        if (alarm === undefined) throw alarmNotFound(read.AlarmName);
        // Somebody else changed it meanwhile: once more.
        if (!(await changeState(settings, alarm, { to, now: clock.now() }))) continue;
        renew({ ...alarm, ...to }, 'next step');
        return changed();
      }
    },
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
