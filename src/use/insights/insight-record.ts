import { isoSeconds } from '../../base/clock.ts';
import { uuidFrom } from '../../base/ids.ts';
import type { Attribution } from './attributions.ts';
import type { InsightRow } from './settings.ts';

export type InsightFigures = {
  /** Calls (or errors) per minute in the seven days before, and now. */
  readonly baseline: number;
  readonly insight: number;
  /** Minutes. */
  readonly baselineDuration: number;
  readonly insightDuration: number;
  readonly attributions: readonly Attribution[];
};

export type InsightRecord = { readonly id: string; readonly time: number; readonly json: string };

export function insightType({
  error,
}: Pick<InsightRow, 'error'>): 'ApiCallRateInsight' | 'ApiErrorRateInsight' {
  return error === '' ? 'ApiCallRateInsight' : 'ApiErrorRateInsight';
}

export function insightEventId({ id }: Pick<InsightRow, 'id'>, state: 'Start' | 'End'): string {
  return uuidFrom(`${id} ${state}`);
}

/**
 * An Insights event as trails have it: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html
 * Its ids follow from what it tells. Those about data events say so in `insightDetails.eventCategory`, which AWS does not document: nothing else
 * would tell a trail that asks for these from one that does not.
 */
export function insightRecord(
  row: InsightRow,
  state: 'Start' | 'End',
  figures: InsightFigures,
): InsightRecord {
  const minute = state === 'Start' ? row.start_minute : (row.end_minute ?? row.start_minute);
  const id = insightEventId(row, state);
  const record = {
    eventVersion: '1.09',
    eventTime: isoSeconds(minute * 60_000),
    awsRegion: row.region,
    eventID: id,
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: row.account,
    sharedEventID: row.id,
    insightDetails: {
      state,
      eventSource: row.source,
      eventName: row.name,
      insightType: insightType(row),
      ...(row.error === '' ? {} : { errorCode: row.error }),
      ...(row.category === 'Data' ? { eventCategory: 'Data' } : {}),
      insightContext: {
        statistics: {
          baseline: { average: figures.baseline },
          insight: { average: figures.insight },
          insightDuration: figures.insightDuration,
          baselineDuration: figures.baselineDuration,
        },
        attributions: figures.attributions,
      },
    },
    eventCategory: 'Insight',
  };
  return { id, time: minute * 60, json: JSON.stringify(record) };
}
