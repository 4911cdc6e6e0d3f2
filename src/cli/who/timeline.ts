import type { Attribute, Bucket, History, Range } from './history.ts';

/** What a subject did (or what was done with it) in a service; times in seconds since the epoch. */
export type ServiceActivity = {
  readonly service: string;
  readonly events: number;
  readonly errors: number;
  readonly first: number;
  readonly last: number;
  /** Events in equal parts of the whole time, oldest first. */
  readonly activity: readonly number[];
};

export type Span = {
  readonly first: number;
  readonly last: number;
  readonly events: number;
  readonly errors: number;
};

const DAY = 86_400;
const MINUTE = 60;
const PARTS = 32;
/** More are not drawn apart. */
const MOST_SERVICES = 20;
const BUCKETS = 4000;

/** When a subject was first and last seen, to the second, and how often; undefined when never. */
export async function spanOf(
  history: History,
  attributes: readonly Attribute[],
  range: Range,
): Promise<Span | undefined> {
  const days = await history.histogram(attributes, range, DAY);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [from, to] = await Promise.all([
    edgeOf(history, attributes, { range, bucket: first.time, width: DAY, end: 'first' }),
    edgeOf(history, attributes, { range, bucket: last.time, width: DAY, end: 'last' }),
  ]);
  return { first: from, last: to, ...totals(days) };
}

export async function servicesOf(
  history: History,
  attributes: readonly Attribute[],
  span: Span,
): Promise<{ readonly services: readonly ServiceActivity[]; readonly more: number }> {
  const range = { start: span.first, end: span.last };
  const found = await history.values(attributes, range, { key: 'EventSource', most: 1000 });
  const shown = found.slice(0, MOST_SERVICES);
  const services = await Promise.all(
    shown.map(({ value }) => serviceOf(history, attributes, { value, span })),
  );
  return {
    services: services.filter((one) => one !== undefined),
    more: found.length - shown.length,
  };
}

async function serviceOf(
  history: History,
  attributes: readonly Attribute[],
  { value, span }: { readonly value: string; readonly span: Span },
): Promise<ServiceActivity | undefined> {
  const range = { start: span.first, end: span.last };
  const own = [...attributes, { AttributeKey: 'EventSource', AttributeValue: value }];
  const width = Math.ceil((span.last - span.first + 1) / BUCKETS);
  const buckets = await history.histogram(own, range, width);
  const [oldest, newest] = [buckets[0], buckets.at(-1)];
  if (oldest === undefined || newest === undefined) return undefined;
  const [first, last] = await Promise.all([
    edgeOf(history, own, { range, bucket: oldest.time, width, end: 'first' }),
    edgeOf(history, own, { range, bucket: newest.time, width, end: 'last' }),
  ]);
  return { service: value, ...totals(buckets), first, last, activity: partsOf(buckets, span) };
}

type Edge = {
  readonly range: Range;
  /** Beginning of the bucket in which it lies, and its width in seconds. */
  readonly bucket: number;
  readonly width: number;
  readonly end: 'first' | 'last';
};

/** The second of the first or last event: finer and finer within one bucket. */
async function edgeOf(history: History, attributes: readonly Attribute[], edge: Edge): Promise<number> {
  const { range, bucket, width, end } = edge;
  const start = Math.max(bucket, range.start ?? 0);
  if (width === 1) return start;
  const finer = width > 100 * MINUTE ? MINUTE : 1;
  const within = { start, end: Math.min(bucket + width - 1, range.end ?? Infinity) };
  const buckets = await history.histogram(attributes, within, finer);
  const next = end === 'first' ? buckets[0] : buckets.at(-1);
  return next === undefined
    ? start
    : edgeOf(history, attributes, { range, bucket: next.time, width: finer, end });
}

function totals(buckets: readonly Bucket[]): { readonly events: number; readonly errors: number } {
  return {
    events: buckets.reduce((sum, { count }) => sum + count, 0),
    errors: buckets.reduce((sum, { errors }) => sum + errors, 0),
  };
}

function partsOf(buckets: readonly Bucket[], { first, last }: Span): readonly number[] {
  const width = Math.max(1, (last - first + 1) / PARTS);
  const parts = Array.from({ length: Math.min(PARTS, last - first + 1) }, () => 0);
  for (const { time, count } of buckets) {
    const part = Math.min(parts.length - 1, Math.max(0, Math.floor((time - first) / width)));
    parts[part] = (parts[part] ?? 0) + count;
  }
  return parts;
}
