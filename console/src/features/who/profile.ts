import type { ApiClient } from '../../aws/client.ts';
import {
  lookupHistogram,
  lookupPage,
  lookupValues,
  type Bucket,
  type ValueCount,
} from '../../events/lookup.ts';
import type { AttributeKey } from '../../events/attributes.ts';
import { EMPTY_QUERY, type Condition } from '../../events/query.ts';
import type { Span } from '../../events/range.ts';
import type { TrailEvent } from '../../events/trail-event.ts';

export type Asked = {
  readonly condition: Condition;
  readonly everywhere: boolean;
};

type Api = Pick<ApiClient, 'cloudtrail'>;

const DAY = 86_400;
/** The histogram takes 20,000 buckets; history is cut to what is kept. */
const LONGEST = 19_000 * DAY;
/** Bars of a service's line. */
const BARS = 60;
const MOST_SERVICES = 6;

export type Seen = {
  readonly count: number;
  readonly errors: number;
  /** Days with events. */
  readonly days: number;
  readonly first: TrailEvent | undefined;
  readonly last: TrailEvent | undefined;
};

/** In all the history there is. `now` in milliseconds. */
export async function seen(api: Api, asked: Asked, now: number, signal?: AbortSignal): Promise<Seen> {
  const to = Math.ceil(now / 1000) + 60;
  const days = await histogram(api, asked, { span: { from: to - LONGEST, to }, bucketSeconds: DAY }, signal);
  const sum = (of: (bucket: Bucket) => number) => days.reduce((all, bucket) => all + of(bucket), 0);
  const [day] = days;
  const [last] = await page(api, asked, { span: { from: 0, to }, pageSize: 1 }, signal);
  return {
    count: sum(({ count }) => count),
    errors: sum(({ errors }) => errors),
    days: days.length,
    first: day && (await firstOf(api, asked, day, signal)),
    last,
  };
}

/** The day's first moment, then the oldest event of it. */
async function firstOf(
  api: Api,
  asked: Asked,
  { time }: Bucket,
  signal?: AbortSignal,
): Promise<TrailEvent | undefined> {
  const bucketSeconds = 10;
  const span = { from: time, to: time + DAY - 1 };
  const [moment] = await histogram(api, asked, { span, bucketSeconds }, signal);
  if (!moment) return undefined;
  const within = { from: moment.time, to: moment.time + bucketSeconds - 1 };
  const events = await page(api, asked, { span: within, pageSize: 1000 }, signal);
  return events.at(-1);
}

/** Calls by hour. */
export function hours(api: Api, asked: Asked, span: Span, signal?: AbortSignal): Promise<readonly Bucket[]> {
  return histogram(api, asked, { span, bucketSeconds: 3600 }, signal);
}

export type ServiceLine = {
  readonly source: string;
  readonly count: number;
  readonly buckets: readonly Bucket[];
};

/** What of each service was called when: the services called most, and how many there are besides. */
export async function services(
  api: Api,
  asked: Asked,
  span: Span,
  signal?: AbortSignal,
): Promise<{
  readonly lines: readonly ServiceLine[];
  readonly others: number;
  readonly bucketSeconds: number;
}> {
  const bucketSeconds = Math.max(60, Math.ceil((span.to - span.from) / BARS / 60) * 60);
  const all = await values(api, asked, { key: 'EventSource', span, limit: 50 }, signal);
  const shown = all.slice(0, MOST_SERVICES);
  const lines = await Promise.all(
    shown.map(async ({ value, count }) => {
      const ofService: Condition = { key: 'EventSource', operator: 'equals', values: [value] };
      const query = { ...EMPTY_QUERY, conditions: [asked.condition, ofService] };
      const search = { query, span, everywhere: asked.everywhere, bucketSeconds };
      return { source: value, count, buckets: await lookupHistogram(api, search, signal) };
    }),
  );
  return { lines, others: all.length - shown.length, bucketSeconds };
}

/** The commonest values of an attribute among the events. */
export function values(
  api: Api,
  { condition, everywhere }: Asked,
  { key, span, limit }: { readonly key: AttributeKey; readonly span: Span; readonly limit: number },
  signal?: AbortSignal,
): Promise<readonly ValueCount[]> {
  return lookupValues(api, { key, prefix: '', limit, span, everywhere, conditions: [condition] }, signal);
}

function histogram(
  api: Api,
  { condition, everywhere }: Asked,
  { span, bucketSeconds }: { readonly span: Span; readonly bucketSeconds: number },
  signal?: AbortSignal,
): Promise<readonly Bucket[]> {
  const query = { ...EMPTY_QUERY, conditions: [condition] };
  return lookupHistogram(api, { query, span, everywhere, bucketSeconds }, signal);
}

async function page(
  api: Api,
  { condition, everywhere }: Asked,
  { span, pageSize }: { readonly span: Span; readonly pageSize: number },
  signal?: AbortSignal,
): Promise<readonly TrailEvent[]> {
  const query = { ...EMPTY_QUERY, conditions: [condition] };
  return (await lookupPage(api, { query, span, everywhere, pageSize, token: undefined }, signal)).events;
}
