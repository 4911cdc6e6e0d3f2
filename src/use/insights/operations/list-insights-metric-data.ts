import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import type { InsightOperationDeps } from './deps.ts';
import { integer, invalid, makeToken, oneOf, optionalText, readToken, text, timeRange } from './input.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Seconds, and how many days such points are there. */
const KEPT: Readonly<Record<number, number>> = { 60: 15, 300: 63, 3600: 90 };
const MOST = 21_600;
const SOURCE = /^[a-z0-9_-]+\.amazonaws\.com$/;

/**
 * Calls or errors per minute of an API in the caller's account and region, the average of each period. With `TrailName` of its data events, else of its
 * management events (call rates: of writes). https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsMetricData.html
 */
export async function listInsightsMetricData(
  deps: InsightOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await trailOf(deps, input, context);
  const asked = readApi(input);
  const period = oneOf(input, 'Period', { values: [60, 300, 3600], fallback: 3600 });
  const fill = oneOf(input, 'DataType', {
    values: ['NonZeroData', 'FillWithZeros'],
    fallback: 'NonZeroData',
  });
  const most = integer(input, 'MaxResults', { most: MOST, fallback: MOST });
  const range = rangeOf(input, { period, now: context.now });
  const call = [context.accountId, context.region, trail ?? '', ...Object.values(asked), period, fill];
  const from = Math.max(range.from, readToken(optionalText(input, 'NextToken'), call));
  const minutes = period / 60;
  const found = await deps.rates.periods(
    {
      account: context.accountId,
      region: context.region,
      source: asked.EventSource,
      name: asked.EventName,
      ...(asked.ErrorCode === undefined ? {} : { error: asked.ErrorCode }),
      category: trail === undefined ? 'Management' : 'Data',
      watched: asked.InsightType === 'ApiCallRateInsight',
      ...{ from, to: range.to, period: minutes },
    },
    context.signal,
  );
  const points = fill === 'FillWithZeros' ? filled(found, { from, to: range.to, minutes }) : found;
  const page = points.slice(0, most);
  const next = points[most]?.minute;
  return {
    output: {
      ...(trail === undefined ? {} : { TrailARN: trail }),
      ...asked,
      Timestamps: page.map(({ minute }) => new Date(minute * MINUTE)),
      Values: page.map(({ calls }) => calls / minutes),
      ...(next === undefined ? {} : { NextToken: makeToken(call, next) }),
    },
  };
}

async function trailOf(
  { trailArn }: InsightOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<string | undefined> {
  const name = optionalText(input, 'TrailName');
  if (name === undefined) return undefined;
  const arn = await trailArn(name, context);
  context.authorize('cloudtrail:ListInsightsData', arn);
  return arn;
}

function readApi(input: OperationInput) {
  const EventSource = text(input, 'EventSource');
  if (!SOURCE.test(EventSource))
    throw invalid(
      `EventSource "${EventSource.slice(0, 200)}" is not valid: it must be like ec2.amazonaws.com.`,
    );
  const InsightType = oneOf(input, 'InsightType', { values: ['ApiCallRateInsight', 'ApiErrorRateInsight'] });
  const ErrorCode = optionalText(input, 'ErrorCode');
  if (InsightType === 'ApiErrorRateInsight' && ErrorCode === undefined)
    throw invalid('ErrorCode must be specified for ApiErrorRateInsight.');
  if (InsightType === 'ApiCallRateInsight' && ErrorCode !== undefined)
    throw invalid('ErrorCode can be specified for ApiErrorRateInsight only.');
  const api = { EventSource, EventName: text(input, 'EventName'), InsightType };
  return ErrorCode === undefined ? { ...api, ErrorCode: undefined } : { ...api, ErrorCode };
}

/** Minutes; the start is inclusive, the end is not. No point is older than such points are kept. */
function rangeOf(input: OperationInput, { period, now }: { period: number; now: number }) {
  const asked = timeRange(input, { from: now - 90 * DAY, to: now });
  const oldest = now - (KEPT[period] ?? 90) * DAY;
  const step = period / 60;
  const from = Math.floor(Math.max(asked.from, oldest) / MINUTE / step) * step;
  return { from, to: Math.max(from, Math.ceil(Math.min(asked.to, now) / MINUTE)) };
}

type Point = { readonly minute: number; readonly calls: number };

function filled(
  found: readonly Point[],
  { from, to, minutes }: { from: number; to: number; minutes: number },
): readonly Point[] {
  const known = new Map(found.map(({ minute, calls }) => [minute, calls]));
  return Array.from({ length: Math.ceil((to - from) / minutes) }, (_, n) => {
    const minute = from + n * minutes;
    return { minute, calls: known.get(minute) ?? 0 };
  });
}
