import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { alarmArn } from '../alarms/alarm-store.ts';
import { badToken } from '../metrics-errors.ts';
import type { AlarmHistoryRow } from '../settings.ts';
import type { AlarmDeps } from './alarm-operation.ts';
import { alarmName, pageToken } from './input.ts';
import { metricOperation } from './metric-operation.ts';

const ITEM = /^\d{15}-\d{12}-[0-9a-f]{8}$/;

/** Also of alarms that are deleted, for 30 days. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html */
export function describeAlarmHistory({ settings }: AlarmDeps): Operation {
  return metricOperation('DescribeAlarmHistory', {
    resources: (input, { region, accountId: account }) => {
      const name = typeof input['AlarmName'] === 'string' ? input['AlarmName'] : '*';
      return [alarmArn({ region, account, name })];
    },
    handle: async (input, { accountId, region }) => {
      const read = validateInput(
        {
          AlarmName: alarmName.optional(),
          AlarmTypes: z.array(z.enum(['CompositeAlarm', 'MetricAlarm', 'LogAlarm'])).optional(),
          HistoryItemType: z
            .enum([
              'ConfigurationUpdate',
              'StateUpdate',
              'Action',
              'AlarmContributorStateUpdate',
              'AlarmContributorAction',
            ])
            .optional(),
          StartDate: z.date().optional(),
          EndDate: z.date().optional(),
          MaxRecords: z.number().int().min(1).max(100).default(100),
          NextToken: pageToken.optional(),
          ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
        },
        input,
      );
      if (
        read.AlarmTypes !== undefined &&
        read.AlarmTypes.length > 0 &&
        !read.AlarmTypes.includes('MetricAlarm')
      )
        return { AlarmHistoryItems: [] };
      const isDescending = read.ScanBy === 'TimestampDescending';
      let query = settings
        .selectFrom('alarm_history')
        .selectAll()
        .where('account', '=', accountId)
        .where('region', '=', region)
        .orderBy('id', isDescending ? 'desc' : 'asc')
        .limit(read.MaxRecords + 1);
      if (read.AlarmName !== undefined) query = query.where('alarm_name', '=', read.AlarmName);
      const { HistoryItemType: type } = read;
      if (type?.startsWith('AlarmContributor') === true) return { AlarmHistoryItems: [] };
      if (type !== undefined) query = query.where('type', '=', type as AlarmHistoryRow['type']);
      if (read.StartDate !== undefined) query = query.where('at', '>=', read.StartDate.getTime());
      if (read.EndDate !== undefined) query = query.where('at', '<=', read.EndDate.getTime());
      if (read.NextToken !== undefined)
        query = query.where('id', isDescending ? '<' : '>', placeOf(read.NextToken));
      const found = await query.execute();
      const page = found.slice(0, read.MaxRecords);
      const last = found.length > page.length ? page.at(-1) : undefined;
      return {
        AlarmHistoryItems: page.map(shownItem),
        ...(last === undefined ? {} : { NextToken: last.id }),
      };
    },
  });
}

function placeOf(token: string): string {
  if (!ITEM.test(token)) throw badToken();
  return token;
}

function shownItem({ alarm_name, at, type, summary, data }: AlarmHistoryRow) {
  return {
    AlarmName: alarm_name,
    AlarmType: 'MetricAlarm',
    Timestamp: new Date(at),
    HistoryItemType: type,
    HistorySummary: summary,
    HistoryData: data,
  };
}
