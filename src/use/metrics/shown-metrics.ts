import { Gauge, type Registry } from '../../base/metrics.ts';
import type { MetricSample, MetricSeries } from '../../store/contract.ts';

export type ShownMetricsDeps = {
  readonly metrics: Registry;
  /** Only this account's: everybody may read `/_metrics`. */
  readonly account: string;
  /** Series that are shown, at most; those that come later are only counted. */
  readonly most: number;
};

type Totals = { readonly series: MetricSeries; count: number; sum: number; last: number };

const LABELS = ['region', 'namespace', 'metric', 'dimensions'];

/** What was put since the start, for Prometheus: `rate(opentrail_cloudwatch_sum[5m])` is what CloudWatch calls Sum. */
export function showMetrics({
  metrics,
  account,
  most,
}: ShownMetricsDeps): (samples: readonly MetricSample[]) => void {
  if (most === 0) return () => undefined;
  const known = new Map<string, Totals>();
  const unshown = new Set<string>();
  const show = (name: string, help: string, value: (totals: Totals) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: LABELS,
      registers: [metrics],
      collect() {
        for (const totals of known.values()) this.set(labelsOf(totals.series), value(totals));
      },
    });
  };
  show('opentrail_cloudwatch_samples', 'Samples of a CloudWatch metric since the start', (one) => one.count);
  show(
    'opentrail_cloudwatch_sum',
    'Sum of the samples of a CloudWatch metric since the start',
    (one) => one.sum,
  );
  show(
    'opentrail_cloudwatch_last',
    'The last sample of a CloudWatch metric, or the mean of several',
    (one) => one.last,
  );
  new Gauge({
    name: 'opentrail_cloudwatch_unshown_series',
    help: 'CloudWatch metrics that are not shown here, because there are too many (up to as many as are shown)',
    registers: [metrics],
    collect() {
      this.set(unshown.size);
    },
  });
  return (samples) => {
    for (const { series, count, sum } of samples) {
      if (series.account !== account) continue;
      const key = JSON.stringify(labelsOf(series));
      let totals = known.get(key);
      if (totals === undefined) {
        if (known.size >= most) {
          if (unshown.size < most) unshown.add(key);
          continue;
        }
        totals = { series, count: 0, sum: 0, last: 0 };
        known.set(key, totals);
      }
      totals.count += count;
      totals.sum += sum;
      if (count > 0) totals.last = sum / count;
    }
  };
}

function labelsOf({ region, namespace, name, dimensions }: MetricSeries) {
  const text = dimensions.map(([key, value]) => `${key}=${value}`).join(',');
  return { region, namespace, metric: name, dimensions: text };
}
