import { isoSeconds } from '../../../base/clock.ts';
import { uuidFrom } from '../../../base/ids.ts';
import type { Group } from './tally.ts';
import { PRIMARY, type Dimension } from './templates.ts';
import { WINDOW_SECONDS } from './time-windows.ts';

type Statistics = {
  readonly dimension: Dimension;
  readonly statistics: readonly { readonly name: string; readonly value: number }[];
  readonly aggregationType: 'Count';
};

/**
 * The JSON of an aggregated event: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html
 * `seed` tells the delivery: the same group of the same delivery has the same id.
 */
export function aggregatedRecord(group: Group, seed: string): Uint8Array {
  const { organization, account, region, source, windowStart, late, template, primary } = group;
  const details = [...group.details].filter(([, names]) => names.size > 0);
  const record = {
    eventVersion: '1.0',
    accountId: account,
    eventId: uuidFrom(
      JSON.stringify([seed, organization, account, region, source, windowStart, late, template, primary]),
    ),
    eventCategory: 'Aggregated',
    eventType: 'AwsAggregatedEvent',
    awsRegion: region,
    eventSource: source,
    timeWindow: {
      windowStart: isoSeconds(windowStart * 1000),
      windowEnd: isoSeconds((windowStart + WINDOW_SECONDS) * 1000),
      windowSize: 'PT5M',
    },
    summary: {
      primaryDimension: statistics(PRIMARY[template], new Map([[primary, group.count]])),
      details: details.map(([dimension, names]) => statistics(dimension, names)),
    },
    ...(late ? { addendum: { reason: 'DELIVERY_DELAY' } } : {}),
  };
  return Buffer.from(JSON.stringify(record), 'utf8');
}

/** Most frequent first. */
function statistics(dimension: Dimension, names: ReadonlyMap<string, number>): Statistics {
  const sorted = [...names].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1));
  return {
    dimension,
    statistics: sorted.map(([name, value]) => ({ name, value })),
    aggregationType: 'Count',
  };
}
