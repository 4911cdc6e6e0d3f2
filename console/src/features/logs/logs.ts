import type { ApiClient } from '../../aws/client.ts';
import { number, objects, pages, text, type Json } from '../../aws/pages.ts';

type Api = Pick<ApiClient, 'json'>;

/** Times in milliseconds, 0 where there is none. */
export type LogGroup = {
  readonly name: string;
  readonly arn: string;
  /** Days; undefined: for ever. */
  readonly retention: number | undefined;
  readonly bytes: number;
  readonly created: number;
  readonly filters: number;
};

export type LogStream = {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly created: number;
};

export type LogEvent = {
  readonly id: string;
  readonly stream: string;
  readonly time: number;
  readonly message: string;
};

export type MetricFilter = {
  readonly name: string;
  readonly pattern: string;
  readonly namespace: string;
  readonly metric: string;
  readonly value: string;
  readonly defaultValue: number | undefined;
};

export async function listGroups(api: Api, signal?: AbortSignal): Promise<readonly LogGroup[]> {
  const groups = await pages(
    api,
    { service: 'logs', operation: 'DescribeLogGroups', list: 'logGroups', input: { limit: 50 } },
    signal,
  );
  return groups.map(readGroup);
}

/** Rejects with ResourceNotFoundException's like where there is none of that name. */
export async function getGroup(api: Api, name: string, signal?: AbortSignal): Promise<LogGroup | undefined> {
  const answer = await api.json('logs', 'DescribeLogGroups', { logGroupNamePrefix: name, limit: 50 }, signal);
  return objects(answer['logGroups'])
    .map(readGroup)
    .find((group) => group.name === name);
}

/** What PutRetentionPolicy takes, in days. */
export const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export function retentionText(days: number | undefined): string {
  if (days === undefined) return 'for ever';
  return days === 1 ? '1 day' : `${days.toLocaleString('en')} days`;
}

export async function createGroup(api: Api, name: string, days: number | undefined): Promise<void> {
  await api.json('logs', 'CreateLogGroup', { logGroupName: name });
  if (days !== undefined) await setRetention(api, name, days);
}

/** `days` undefined: for ever. */
export async function setRetention(api: Api, name: string, days: number | undefined): Promise<void> {
  if (days === undefined) await api.json('logs', 'DeleteRetentionPolicy', { logGroupName: name });
  else await api.json('logs', 'PutRetentionPolicy', { logGroupName: name, retentionInDays: days });
}

export async function deleteGroup(api: Api, name: string): Promise<void> {
  await api.json('logs', 'DeleteLogGroup', { logGroupName: name });
}

/** Those that were written to last first: the newest fifty. */
export async function newestStreams(
  api: Api,
  group: string,
  signal?: AbortSignal,
): Promise<readonly LogStream[]> {
  const input = { logGroupName: group, orderBy: 'LastEventTime', descending: true, limit: 50 };
  const answer = await api.json('logs', 'DescribeLogStreams', input, signal);
  return objects(answer['logStreams']).map((one) => ({
    name: text(one['logStreamName']),
    first: number(one['firstEventTimestamp']),
    last: number(one['lastEventTimestamp']),
    created: number(one['creationTime']),
  }));
}

export async function listFilters(
  api: Api,
  group: string,
  signal?: AbortSignal,
): Promise<readonly MetricFilter[]> {
  const input = { logGroupName: group };
  const asked = {
    service: 'logs',
    operation: 'DescribeMetricFilters',
    list: 'metricFilters',
    input,
  } as const;
  return (await pages(api, asked, signal)).map((one) => {
    const [metric = {}] = objects(one['metricTransformations']);
    return {
      name: text(one['filterName']),
      pattern: text(one['filterPattern']),
      namespace: text(metric['metricNamespace']),
      metric: text(metric['metricName']),
      value: text(metric['metricValue']),
      defaultValue: typeof metric['defaultValue'] === 'number' ? metric['defaultValue'] : undefined,
    };
  });
}

export async function deleteFilter(api: Api, group: string, name: string): Promise<void> {
  await api.json('logs', 'DeleteMetricFilter', { logGroupName: group, filterName: name });
}

/** What a filter pattern takes of messages: by their number in the list, with the values that it names. */
export async function testFilter(
  api: Api,
  pattern: string,
  messages: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, Readonly<Record<string, string>>>> {
  const input = { filterPattern: pattern, logEventMessages: messages };
  const answer = await api.json('logs', 'TestMetricFilter', input, signal);
  return new Map(
    objects(answer['matches']).map((one) => [
      Number(one['eventNumber']) - 1,
      (one['extractedValues'] ?? {}) as Readonly<Record<string, string>>,
    ]),
  );
}

type Search = {
  readonly group: string;
  readonly pattern: string;
  /** '' for all. */
  readonly stream: string;
  /** Milliseconds, both inclusive. */
  readonly from: number;
  readonly to: number;
};

/** A page of one call, oldest first. */
export async function filterEvents(
  api: Api,
  {
    group,
    pattern,
    stream,
    from,
    to,
    token,
    limit = 1000,
  }: Search & { readonly token?: string; readonly limit?: number },
  signal?: AbortSignal,
): Promise<{ readonly events: readonly LogEvent[]; readonly next: string | undefined }> {
  const input = {
    logGroupName: group,
    startTime: from,
    endTime: to,
    limit,
    ...(pattern === '' ? {} : { filterPattern: pattern }),
    ...(stream === '' ? {} : { logStreamNames: [stream] }),
    ...(token === undefined ? {} : { nextToken: token }),
  };
  const answer = await api.json('logs', 'FilterLogEvents', input, signal);
  return {
    events: objects(answer['events']).map((one, index) => ({
      id: text(one['eventId']) || `${number(one['timestamp'])}-${index}`,
      stream: text(one['logStreamName']),
      time: number(one['timestamp']),
      message: text(one['message']),
    })),
    next: text(answer['nextToken']) || undefined,
  };
}

function readGroup(group: Json): LogGroup {
  return {
    name: text(group['logGroupName']),
    arn: text(group['logGroupArn']) || text(group['arn']).replace(/:\*$/, ''),
    retention: typeof group['retentionInDays'] === 'number' ? group['retentionInDays'] : undefined,
    bytes: number(group['storedBytes']),
    created: number(group['creationTime']),
    filters: number(group['metricFilterCount']),
  };
}
