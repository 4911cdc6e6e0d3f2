import type { MetricDatum } from '../../../aws/ports.ts';
import type { LogEvent } from '../../../store/contract.ts';
import { compileFilterPattern } from '../filter-pattern/compile.ts';
import { LogMessage } from '../filter-pattern/message.ts';
import type { MetricFilterRow } from './settings.ts';
import { dimensionReader, valueReader, type Transformation } from './transformation.ts';

export type MetricFilter = {
  readonly row: MetricFilterRow;
  readonly transformation: Transformation;
  readonly holds: (message: LogMessage) => boolean;
  readonly value: (message: LogMessage) => number | undefined;
  readonly dimensions: ReturnType<typeof dimensionReader>;
};

export function metricFilter(row: MetricFilterRow): MetricFilter {
  const pattern = compileFilterPattern(row.pattern);
  const transformation = JSON.parse(row.transformation) as Transformation;
  return {
    row,
    transformation,
    holds: pattern.holds,
    value: valueReader(transformation, pattern),
    dimensions: dimensionReader(transformation, pattern),
  };
}

const MINUTE = 60_000;
/** Older measurements CloudWatch does not take; the oldest events that PutLogEvents takes count at its limit. */
const OLDEST = 14 * 24 * 60 * MINUTE - 10 * MINUTE;
/** Values of one datum. */
const MOST_VALUES = 150;

export type Measured = {
  /** By namespace. */
  readonly data: ReadonlyMap<string, readonly MetricDatum[]>;
  /** Minutes in which events came and nothing matched: the default value is due. */
  readonly defaults: readonly { readonly filter: MetricFilter; readonly minute: number }[];
  /** What each filter's open minute is then. */
  readonly open: ReadonlyMap<MetricFilter, { readonly minute: number | null; readonly matched: boolean }>;
};

/** What a group's events in the order of arrival are to its metric filters. */
export function measure(
  filters: readonly MetricFilter[],
  events: readonly LogEvent[],
  now: number,
): Measured {
  const series = new Map<string, Series>();
  const defaults: { filter: MetricFilter; minute: number }[] = [];
  const open = new Map(
    filters
      .filter(({ transformation }) => transformation.defaultValue !== undefined)
      .map((filter) => {
        const { open_minute: minute, open_matched: matched } = filter.row;
        return [filter, { minute, matched: matched !== 0 }] as const;
      }),
  );
  for (const event of events) {
    const message = new LogMessage(event.message);
    const arrived = floor(event.ingested);
    for (const filter of filters) {
      if (event.n <= filter.row.since) continue;
      const state = open.get(filter);
      if (state !== undefined && arrived > (state.minute ?? 0)) {
        if (state.minute !== null && !state.matched) defaults.push({ filter, minute: state.minute });
        open.set(filter, { minute: arrived, matched: false });
      }
      if (!filter.holds(message)) continue;
      if (state !== undefined)
        open.set(filter, { minute: open.get(filter)?.minute ?? arrived, matched: true });
      count(series, filter, { message, time: floor(Math.max(event.time, now - OLDEST)) });
    }
  }
  return { data: dataOf(series), defaults, open };
}

type Series = {
  readonly filter: MetricFilter;
  readonly time: number;
  readonly dimensions: MetricDatum['dimensions'];
  readonly counts: Map<number, number>;
};

function count(
  series: Map<string, Series>,
  filter: MetricFilter,
  { message, time }: { readonly message: LogMessage; readonly time: number },
): void {
  const value = filter.value(message);
  const dimensions = filter.dimensions(message);
  if (value === undefined || dimensions === undefined) return;
  const key = JSON.stringify([filter.row.id, time, dimensions]);
  const found = series.get(key) ?? { filter, time, dimensions, counts: new Map<number, number>() };
  found.counts.set(value, (found.counts.get(value) ?? 0) + 1);
  series.set(key, found);
}

function dataOf(series: ReadonlyMap<string, Series>): Measured['data'] {
  const data = new Map<string, MetricDatum[]>();
  for (const { filter, time, dimensions, counts } of series.values()) {
    const list = [...counts].map(([value, times]) => ({ value, count: times }));
    const { metricNamespace } = filter.transformation;
    const own = data.get(metricNamespace) ?? [];
    for (let at = 0; at < list.length; at += MOST_VALUES)
      own.push({ ...datumOf(filter, time), dimensions, values: list.slice(at, at + MOST_VALUES) });
    data.set(metricNamespace, own);
  }
  return data;
}

/** The default value, once, for a minute. */
export function defaultDatum(filter: MetricFilter, minute: number): MetricDatum {
  return { ...datumOf(filter, minute), value: filter.transformation.defaultValue };
}

function datumOf({ transformation: { metricName, unit } }: MetricFilter, time: number): MetricDatum {
  return { name: metricName, time, ...(unit === undefined ? {} : { unit }) };
}

/** The minute of a time. */
function floor(time: number): number {
  return time - (time % MINUTE);
}
