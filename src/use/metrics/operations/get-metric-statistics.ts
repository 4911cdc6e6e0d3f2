import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { MetricDeps } from '../deps.ts';
import { badCombination, invalidValue, missingParameter, stored } from '../metrics-errors.ts';
import { sortedDimensions } from '../read-data.ts';
import { basicOf, extendedOf } from '../statistics/compute.ts';
import { BASIC, readStatistic } from '../statistics/statistic.ts';
import { isUnit } from '../units.ts';
import {
  checkPeriod,
  dimensionList,
  metricName,
  namedDimensions,
  namespace,
  rangeOf,
  timestamp,
} from './input.ts';
import { metricOperation } from './metric-operation.ts';

const MOST_POINTS = 1440;

const shape = {
  Namespace: namespace,
  MetricName: metricName,
  Dimensions: dimensionList.optional(),
  StartTime: timestamp,
  EndTime: timestamp,
  Period: z.number(),
  Statistics: z.array(z.enum(BASIC)).max(5).optional(),
  ExtendedStatistics: z.array(z.string()).max(10).optional(),
  Unit: z.string().refine(isUnit, 'Member must be a unit of CloudWatch').optional(),
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export function getMetricStatistics({ store }: MetricDeps): Operation {
  return metricOperation('GetMetricStatistics', {
    handle: async (input, { accountId: account, region, signal }) => {
      const read = validateInput(shape, input);
      const { Statistics: basic = [], ExtendedStatistics: extended = [] } = read;
      if (basic.length + extended.length === 0) throw missingParameter('Statistics');
      const statistics = extended.map((text) => {
        const statistic = readStatistic(text, 'ExtendedStatistics');
        if (statistic.kind === 'basic') throw invalidValue(`${text} is not an extended statistic.`);
        return [text, statistic] as const;
      });
      const period = checkPeriod(read.Period, 'Period');
      const { from, to } = rangeOf({ start: read.StartTime, end: read.EndTime }, period);
      if (from >= to) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
      checkSize((to - from) / period);
      const dimensions = sortedDimensions(namedDimensions(read.Dimensions), 'GetMetricStatistics');
      const series = { account, region, namespace: read.Namespace, name: read.MetricName, dimensions };
      const range = { series, from, to, period, unit: read.Unit };
      const periods = await stored(store.periods(range, signal));
      const distributions = statistics.length > 0 ? await stored(store.distributions(range, signal)) : [];
      const byTime = new Map(distributions.map(({ time, values }) => [time, values]));
      const Datapoints = periods.map((one) => ({
        Timestamp: new Date(one.time * 1000),
        Unit: one.unit,
        ...Object.fromEntries(basic.map((name) => [name, basicOf(one, name)])),
        ...(statistics.length === 0
          ? {}
          : { ExtendedStatistics: extendedStatistics(byTime.get(one.time) ?? [], statistics) }),
      }));
      return { Label: read.MetricName, Datapoints };
    },
  });
}

function extendedStatistics(
  values: Parameters<typeof extendedOf>[0],
  statistics: readonly (readonly [string, Parameters<typeof extendedOf>[1]])[],
): Record<string, number> {
  const computed = statistics.map(([text, statistic]) => [text, extendedOf(values, statistic)] as const);
  return Object.fromEntries(computed.filter((one): one is [string, number] => one[1] !== undefined));
}

function checkSize(points: number): void {
  if (points <= MOST_POINTS) return;
  throw badCombination(
    `You have requested up to ${Math.ceil(points).toLocaleString('en-US')} datapoints, which exceeds the limit of ${MOST_POINTS.toLocaleString('en-US')}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
  );
}
