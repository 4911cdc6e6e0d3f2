import type { ApiClient } from '../../aws/client.ts';
import { number, object, objects, text, type Json } from '../../aws/pages.ts';
import { parseRecord } from '../../events/record.ts';

type Api = Pick<ApiClient, 'cloudtrail'>;

export type Share = { readonly value: string; readonly average: number };
export type Attribution = {
  /** userIdentityArn, userAgent, errorCode. */
  readonly attribute: string;
  readonly insight: readonly Share[];
  readonly baseline: readonly Share[];
};

/** A start with its end, where that has come. Times in milliseconds, rates per minute. */
export type Insight = {
  /** Start and end share it. */
  readonly id: string;
  readonly isError: boolean;
  readonly source: string;
  readonly name: string;
  /** '' for call rates. */
  readonly errorCode: string;
  readonly account: string;
  readonly region: string;
  readonly start: number;
  /** Undefined while it goes on. */
  readonly end: number | undefined;
  readonly baseline: number;
  readonly rate: number;
  /** Minutes. */
  readonly duration: number;
  readonly attributions: readonly Attribution[];
};

const MOST_PAGES = 20;

/** Of all accounts and regions where `everywhere`; newest first. */
export async function listInsights(
  api: Api,
  everywhere: boolean,
  signal?: AbortSignal,
): Promise<readonly Insight[]> {
  const records: Json[] = [];
  let token = '';
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = {
      EventCategory: 'insight',
      MaxResults: 50,
      ...(everywhere ? { Scope: 'all' } : {}),
      ...(token === '' ? {} : { NextToken: token }),
    };
    const answer = await api.cloudtrail('LookupEvents', input, signal);
    records.push(...objects(answer['Events']).map((event) => parseRecord(text(event['CloudTrailEvent']))));
    token = text(answer['NextToken']);
    if (token === '') break;
  }
  return joined(records);
}

/** Starts and ends of the same made one. */
export function joined(records: readonly Json[]): readonly Insight[] {
  const byId = new Map<string, Json[]>();
  for (const record of records) {
    const id = text(record['sharedEventID']);
    byId.set(id, [...(byId.get(id) ?? []), record]);
  }
  return [...byId.values()].map(readInsight).sort((a, b) => b.start - a.start);
}

function readInsight(records: readonly Json[]): Insight {
  const stateOf = (record: Json) => text(object(record['insightDetails'])['state']);
  const started = records.find((record) => stateOf(record) === 'Start');
  const ended = records.find((record) => stateOf(record) === 'End');
  // What the end tells is of the whole of it.
  const told = ended ?? started ?? {};
  const details = object(told['insightDetails']);
  const context = object(details['insightContext']);
  const statistics = object(context['statistics']);
  const duration = number(statistics['insightDuration']);
  const timeOf = (record: Json | undefined) => Date.parse(text(record?.['eventTime'])) || undefined;
  const end = timeOf(ended);
  return {
    id: text(told['sharedEventID']),
    isError: text(details['insightType']) === 'ApiErrorRateInsight',
    source: text(details['eventSource']),
    name: text(details['eventName']),
    errorCode: text(details['errorCode']),
    account: text(told['recipientAccountId']),
    region: text(told['awsRegion']),
    start: timeOf(started) ?? (end ?? 0) - duration * 60_000,
    end,
    baseline: number(object(statistics['baseline'])['average']),
    rate: number(object(statistics['insight'])['average']),
    duration,
    attributions: objects(context['attributions']).map((one) => ({
      attribute: text(one['attribute']),
      insight: shares(one['insight']),
      baseline: shares(one['baseline']),
    })),
  };
}

function shares(value: unknown): readonly Share[] {
  return objects(value).map((one) => ({ value: text(one['value']), average: number(one['average']) }));
}

export type Rate = { readonly time: number; readonly value: number };

/** Calls, or errors, of each period; those without any are told as zero. `period` in seconds, times in milliseconds. */
export async function rates(
  api: Api,
  { source, name, isError, errorCode }: Insight,
  asked: { readonly from: number; readonly to: number; readonly period: 60 | 300 | 3600 },
  signal?: AbortSignal,
): Promise<readonly Rate[]> {
  const answer = await api.cloudtrail(
    'ListInsightsMetricData',
    {
      EventSource: source,
      EventName: name,
      InsightType: isError ? 'ApiErrorRateInsight' : 'ApiCallRateInsight',
      ...(isError ? { ErrorCode: errorCode } : {}),
      StartTime: Math.floor(asked.from / 1000),
      EndTime: Math.ceil(asked.to / 1000),
      Period: asked.period,
      DataType: 'FillWithZeros',
    },
    signal,
  );
  const values = Array.isArray(answer['Values']) ? answer['Values'].map(Number) : [];
  const times = Array.isArray(answer['Timestamps']) ? (answer['Timestamps'] as unknown[]) : [];
  return times.map((at, index) => ({
    time: typeof at === 'number' ? at * 1000 : Date.parse(String(at)),
    value: values[index] ?? 0,
  }));
}

/** `3.2 calls a minute`. */
export function rateText(rate: number): string {
  const digits = rate >= 10 ? 0 : rate >= 1 ? 1 : 3;
  return rate.toLocaleString('en', { maximumFractionDigits: digits });
}

export function whatText({ name, isError, errorCode }: Insight): string {
  return isError ? `${errorCode || 'errors'} of ${name}` : `calls of ${name}`;
}
