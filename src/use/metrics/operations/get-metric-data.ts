import { createHash } from 'node:crypto';

import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { keyOfToken, tokenOfKey } from '../../../aws/page-token.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { MetricDeps } from '../deps.ts';
import { badToken, invalidParameter, invalidValue, missingParameter, notBuilt } from '../metrics-errors.ts';
import { sortedDimensions } from '../read-data.ts';
import { measure, type Point } from '../statistics/measure.ts';
import { readStatistic } from '../statistics/statistic.ts';
import { isUnit } from '../units.ts';
import {
  checkPeriod,
  dimensionList,
  metricName,
  namedDimensions,
  namespace,
  pageToken,
  rangeOf,
} from './input.ts';
import { metricOperation } from './metric-operation.ts';

const MOST_QUERIES = 500;
const MOST_POINTS = 100_800;
/** Of one query, empty ones included: more would be no use to anybody. */
const MOST_PERIODS = 4_000_000;

const query = z.strictObject({
  Id: z.string().max(255),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: dimensionList.optional(),
      }),
      Period: z.number(),
      Stat: z.string(),
      Unit: z.string().optional(),
    })
    .optional(),
  Expression: z.string().optional(),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  Period: z.number().optional(),
  AccountId: z.string().optional(),
});

export type MetricDataQuery = z.output<typeof query>;

const shape = {
  MetricDataQueries: z.array(z.unknown()).min(1).max(MOST_QUERIES),
  StartTime: z.date(),
  EndTime: z.date(),
  NextToken: pageToken.optional(),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  MaxDatapoints: z.number().int().min(1).max(MOST_POINTS).default(MOST_POINTS),
};

type Result = { readonly id: string; readonly label: string; readonly points: readonly Point[] };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export function getMetricData({ store }: MetricDeps): Operation {
  return metricOperation('GetMetricData', {
    handle: async (input, context) => {
      const read = validateInput(shape, input);
      if (read.StartTime.getTime() >= read.EndTime.getTime())
        throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
      const queries = read.MetricDataQueries.map((one, index) => queryOf(one, index, context));
      checkIds(queries);
      const asked = fingerprint({ ...input, NextToken: undefined });
      const skip = read.NextToken === undefined ? 0 : readToken(read.NextToken, asked);
      const results: Result[] = [];
      for (const one of queries) {
        const points = await pointsOf(store, one, { read, context });
        const ordered = read.ScanBy === 'TimestampDescending' ? points.toReversed() : points;
        if (one.ReturnData) results.push({ id: one.Id, label: labelOf(one), points: ordered });
      }
      const { shown, next } = pageOf(results, { skip, most: read.MaxDatapoints });
      return {
        MetricDataResults: shown,
        Messages: [],
        ...(next === undefined ? {} : { NextToken: tokenOf(next, asked) }),
      };
    },
  });
}

/** Throws InvalidParameterValueException. */
function queryOf(
  raw: unknown,
  index: number,
  { accountId }: Pick<CallContext, 'accountId'>,
): MetricDataQuery {
  const at = `MetricDataQueries.member.${index + 1}`;
  const parsed = query.safeParse(definedIn(raw));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidValue(`${at}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const read = parsed.data;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(read.Id))
    throw invalidParameter(read.Id, `${at}.Id`, 'It must begin with a small letter.');
  if (read.Expression !== undefined) throw notBuilt(`${at}.Expression`, 'metric math and queries');
  if (read.MetricStat === undefined) throw missingParameter(`${at}.MetricStat`);
  if (read.AccountId !== undefined && read.AccountId !== accountId)
    throw notBuilt(`${at}.AccountId`, 'metrics of other accounts');
  checkPeriod(read.MetricStat.Period, `${at}.MetricStat.Period`);
  readStatistic(read.MetricStat.Stat, `${at}.MetricStat.Stat`);
  const { Unit } = read.MetricStat;
  if (Unit !== undefined && !isUnit(Unit)) throw invalidParameter(Unit, `${at}.MetricStat.Unit`);
  return read;
}

/** Members that were not sent are undefined. */
function definedIn(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || raw instanceof Date) return raw;
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, definedIn(value)]),
  );
}

function checkIds(queries: readonly MetricDataQuery[]): void {
  const seen = new Set<string>();
  for (const { Id } of queries) {
    if (seen.has(Id)) throw invalidValue(`The id ${Id} is used twice in MetricDataQueries.`);
    seen.add(Id);
  }
}

async function pointsOf(
  store: MetricDeps['store'],
  { Id, MetricStat }: MetricDataQuery,
  { read, context }: { readonly read: { StartTime: Date; EndTime: Date }; readonly context: CallContext },
): Promise<readonly Point[]> {
  if (MetricStat === undefined) return [];
  const { Metric, Period: period, Stat, Unit: unit } = MetricStat;
  const { accountId: account, region, signal } = context;
  const { from, to } = rangeOf({ start: read.StartTime, end: read.EndTime }, period);
  if ((to - from) / period > MOST_PERIODS)
    throw invalidValue(`The query ${Id} asks for too many periods: choose a longer one or less time.`);
  const dimensions = sortedDimensions(namedDimensions(Metric.Dimensions), Id);
  const series = { account, region, namespace: Metric.Namespace, name: Metric.MetricName, dimensions };
  const statistic = readStatistic(Stat, Id);
  return measure(store, { series, from, to, period, unit }, { statistic, signal });
}

function labelOf({ Label, MetricStat, Id }: MetricDataQuery): string {
  return Label ?? MetricStat?.Metric.MetricName ?? Id;
}

/** So many points of all results, behind those of the pages before. Every result is on every page, as in AWS. */
function pageOf(
  results: readonly Result[],
  { skip, most }: { readonly skip: number; readonly most: number },
) {
  let [toSkip, left] = [skip, most];
  let isWhole = true;
  const shown = results.map(({ id, label, points }) => {
    const rest = points.slice(toSkip);
    toSkip = Math.max(0, toSkip - points.length);
    const page = rest.slice(0, left);
    left -= page.length;
    const isPart = page.length < rest.length;
    isWhole &&= !isPart;
    return {
      Id: id,
      Label: label,
      Timestamps: page.map(({ time }) => new Date(time * 1000)),
      Values: page.map(({ value }) => value),
      StatusCode: isPart ? 'PartialData' : 'Complete',
    };
  });
  return { shown, next: isWhole ? undefined : skip + most - left };
}

function fingerprint(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 22);
}

function tokenOf(skip: number, asked: string): string {
  return tokenOfKey(`${skip}/${asked}`);
}

/** Throws InvalidNextToken for one that belongs to another question. */
function readToken(token: string, asked: string): number {
  const [, skip, of] = /^(\d{1,9})\/([\w-]{22})$/.exec(keyOfToken(token, badToken)) ?? [];
  if (skip === undefined || of !== asked) throw badToken();
  return Number(skip);
}
