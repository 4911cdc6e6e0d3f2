import { createHash } from 'node:crypto';

import type { MetricSeries } from '../contract.ts';

/** Under which samples of a series are kept. */
export function seriesKey(series: MetricSeries): string {
  const { account, region, namespace, name } = series;
  const text = JSON.stringify([account, region, namespace, name, series.dimensions]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Dimensions as they are kept: they sort as they are compared. */
export function dimensionsText({ dimensions }: Pick<MetricSeries, 'dimensions'>): string {
  return JSON.stringify(dimensions);
}

export function readDimensions(text: string): MetricSeries['dimensions'] {
  return JSON.parse(text) as MetricSeries['dimensions'];
}
