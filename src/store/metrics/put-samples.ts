import { randomUUID } from 'node:crypto';

import type { MetricSample, MetricSeries, MetricStore } from '../contract.ts';
import type { ClickHouse } from '../events/clickhouse.ts';
import { escape } from '../events/encode-rows.ts';
import { gatherInserts } from '../events/gathered-inserts.ts';
import { dimensionsText, seriesKey } from './series-key.ts';

const COLUMNS = ['series', 't', 'unit', 'count', 'sum', 'minimum', 'maximum'];
const SERIES_COLUMNS = ['account', 'region', 'namespace', 'name', 'dimensions', 'last'];
/** Seconds after which a series is noted again as measured. */
const NOTED_FOR = 900;
const MOST_REMEMBERED = 100_000;

/** Series are noted before their samples: what is kept can always be found. */
export function createSamplesWriter(clickhouse: Pick<ClickHouse, 'insert'>): MetricStore['put'] {
  const noted = new Map<string, number>();
  const insert = gatherInserts((rows, token) =>
    clickhouse.insert({ table: 'metric_data', columns: COLUMNS, body: Buffer.from(rows), token }),
  );
  const note = async (samples: readonly MetricSample[]): Promise<void> => {
    const fresh = new Map<string, { readonly series: MetricSeries; readonly last: number }>();
    for (const { series, time } of samples) {
      const key = seriesKey(series);
      const last = Math.max(time, fresh.get(key)?.last ?? 0);
      if (last >= (noted.get(key) ?? -NOTED_FOR) + NOTED_FOR) fresh.set(key, { series, last });
    }
    if (fresh.size === 0) return;
    const rows = [...fresh.values()].map(seriesRow).join('');
    await clickhouse.insert({
      table: 'metric_series',
      columns: SERIES_COLUMNS,
      body: Buffer.from(rows),
      token: randomUUID(),
    });
    if (noted.size + fresh.size > MOST_REMEMBERED) noted.clear();
    for (const [key, { last }] of fresh) noted.set(key, last);
  };
  return async (samples, token) => {
    if (samples.length === 0) return;
    await note(samples);
    await insert(samples.map(sampleRow).join(''), token);
  };
}

function seriesRow({ series, last }: { readonly series: MetricSeries; readonly last: number }): string {
  const texts = [series.account, series.region, series.namespace, series.name, dimensionsText(series)];
  return `${texts.map(escape).join('\t')}\t${last}\n`;
}

function sampleRow(sample: MetricSample): string {
  const { time, unit, count, sum, minimum, maximum } = sample;
  const numbers = [count, sum, minimum, maximum].join('\t');
  return `${seriesKey(sample.series)}\t${time}\t${escape(unit)}\t${numbers}\n`;
}
