import type {
  MetricPeriod,
  MetricRange,
  MetricSample,
  MetricSeries,
  MetricStore,
} from '../../src/store/contract.ts';

const keyOf = (series: MetricSeries) =>
  [series.namespace, series.name, JSON.stringify(series.dimensions)] as const;
const compare = (a: MetricSeries, b: MetricSeries) => {
  const [x, y] = [keyOf(a), keyOf(b)];
  const at = x.findIndex((text, index) => text !== y[index]);
  return at < 0 ? 0 : (x[at] ?? '') < (y[at] ?? '') ? -1 : 1;
};

/** The store of metrics in memory, by its contract. */
export function memoryMetrics() {
  const samples: MetricSample[] = [];
  const tokens = new Set<string>();
  const within = ({ series, from, to, period, unit }: MetricRange) => {
    const own = samples.filter(
      (sample) =>
        sample.series.account === series.account &&
        sample.series.region === series.region &&
        compare(sample.series, series) === 0 &&
        sample.time >= from &&
        sample.time < to &&
        (unit === undefined || sample.unit === unit),
    );
    const byTime = Map.groupBy(own, ({ time }) => from + Math.floor((time - from) / period) * period);
    return [...byTime].sort(([a], [b]) => a - b);
  };
  const store: MetricStore = {
    put: async (batch, token) => {
      if (token !== undefined && tokens.has(token)) return;
      if (token !== undefined) tokens.add(token);
      samples.push(...batch);
    },
    periods: async (range) =>
      within(range).map(([time, held]): MetricPeriod => ({
        time,
        count: held.reduce((sum, { count }) => sum + count, 0),
        sum: held.reduce((sum, one) => sum + one.sum, 0),
        minimum: Math.min(...held.map(({ minimum }) => minimum)),
        maximum: Math.max(...held.map(({ maximum }) => maximum)),
        unit: held[0]?.unit ?? '',
      })),
    distributions: async (range) =>
      within(range).flatMap(([time, held]) => {
        const plain = held.filter(({ minimum, maximum }) => minimum === maximum);
        const values = [...Map.groupBy(plain, ({ minimum }) => minimum)]
          .map(([value, same]) => [value, same.reduce((sum, { count }) => sum + count, 0)] as const)
          .sort(([a], [b]) => a - b);
        return values.length === 0 ? [] : [{ time, values, unit: plain[0]?.unit ?? '' }];
      }),
    list: async ({ account, region, namespace, name, dimensions, since, after, limit }) => {
      const found = samples.filter(
        ({ series, time }) =>
          series.account === account &&
          series.region === region &&
          (namespace === undefined || series.namespace === namespace) &&
          (name === undefined || series.name === name) &&
          dimensions.every((wanted) =>
            series.dimensions.some(
              ([key, value]) => key === wanted.name && (wanted.value === undefined || value === wanted.value),
            ),
          ) &&
          time >= since &&
          (after === undefined || compare(series, after) > 0),
      );
      const unique = new Map(found.map(({ series }) => [keyOf(series).join('\n'), series]));
      return [...unique.values()].sort(compare).slice(0, limit);
    },
  };
  return { store, samples };
}
