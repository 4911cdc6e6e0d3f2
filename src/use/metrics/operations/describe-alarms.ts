import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { firstPage, startOf } from '../../../aws/page-token.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { shownAlarm } from '../alarms/shown-alarm.ts';
import { badCombination, badToken, notBuilt } from '../metrics-errors.ts';
import { sortedDimensions } from '../read-data.ts';
import { BASIC } from '../statistics/statistic.ts';
import { alarmOperation, type AlarmDeps } from './alarm-operation.ts';
import { alarmName, dimensionList, metricName, namedDimensions, namespace, pageToken } from './input.ts';
import { metricOperation } from './metric-operation.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export function describeAlarms({ settings }: AlarmDeps): Operation {
  return alarmOperation('DescribeAlarms', {
    of: 'all',
    handle: async (input, { accountId, region }) => {
      for (const name of ['ChildrenOfAlarmName', 'ParentsOfAlarmName'])
        if (input[name] !== undefined && input[name] !== null) throw notBuilt(name, 'composite alarms');
      const read = validateInput(
        {
          AlarmNames: z.array(alarmName).max(100).optional(),
          AlarmNamePrefix: alarmName.optional(),
          AlarmTypes: z.array(z.enum(['CompositeAlarm', 'MetricAlarm', 'LogAlarm'])).optional(),
          StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
          ActionPrefix: z.string().min(1).max(1024).optional(),
          MaxRecords: z.number().int().min(1).max(100).default(50),
          NextToken: pageToken.optional(),
        },
        input,
      );
      if (read.AlarmNames !== undefined && read.AlarmNamePrefix !== undefined)
        throw badCombination('You may specify AlarmNames or AlarmNamePrefix, and not both.');
      // There are none of the other kinds.
      if (read.AlarmTypes !== undefined && !read.AlarmTypes.includes('MetricAlarm'))
        return { MetricAlarms: [], CompositeAlarms: [] };
      let query = settings
        .selectFrom('alarms')
        .selectAll()
        .where('account', '=', accountId)
        .where('region', '=', region)
        .where('name', '>', startOf(read.NextToken, badToken))
        .orderBy('name');
      if (read.AlarmNames !== undefined && read.AlarmNames.length > 0)
        query = query.where('name', 'in', read.AlarmNames);
      if (read.StateValue !== undefined) query = query.where('state', '=', read.StateValue);
      const { AlarmNamePrefix: prefix, ActionPrefix: action } = read;
      const found = (await query.execute()).filter(
        (alarm) =>
          (prefix === undefined || alarm.name.startsWith(prefix)) &&
          (action === undefined || actionsOf(alarm).some((one) => one.startsWith(action))),
      );
      const { items, next } = firstPage(found, ({ name }) => name, read.MaxRecords);
      return { MetricAlarms: items.map(shownAlarm), CompositeAlarms: [], NextToken: next };
    },
  });
}

function actionsOf(alarm: {
  readonly ok_actions: string;
  readonly alarm_actions: string;
  readonly insufficient_data_actions: string;
}): readonly string[] {
  const lists = [alarm.ok_actions, alarm.alarm_actions, alarm.insufficient_data_actions];
  return lists.flatMap((list) => JSON.parse(list) as string[]);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmsForMetric.html */
export function describeAlarmsForMetric({ settings }: AlarmDeps): Operation {
  return metricOperation('DescribeAlarmsForMetric', {
    handle: async (input, { accountId, region }) => {
      const read = validateInput(
        {
          MetricName: metricName,
          Namespace: namespace,
          Statistic: z.enum(BASIC).optional(),
          ExtendedStatistic: z.string().optional(),
          Dimensions: dimensionList.optional(),
          Period: z.number().optional(),
          Unit: z.string().optional(),
        },
        input,
      );
      const dimensions = sortedDimensions(namedDimensions(read.Dimensions), 'DescribeAlarmsForMetric');
      let query = settings
        .selectFrom('alarms')
        .selectAll()
        .where('account', '=', accountId)
        .where('region', '=', region)
        .where('metric_name', '=', read.MetricName)
        .where('namespace', '=', read.Namespace)
        .where('dimensions', '=', JSON.stringify(dimensions))
        .orderBy('name');
      const statistic = read.Statistic ?? read.ExtendedStatistic;
      if (statistic !== undefined) query = query.where('statistic', '=', statistic);
      if (read.Period !== undefined) query = query.where('period', '=', read.Period);
      if (read.Unit !== undefined) query = query.where('unit', '=', read.Unit);
      return { MetricAlarms: (await query.execute()).map(shownAlarm) };
    },
  });
}
