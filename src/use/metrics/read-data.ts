import type { MetricDatum } from '../../aws/ports.ts';
import type { MetricSample, MetricSeries } from '../../store/contract.ts';
import { badCombination, invalidParameter, missingParameter } from './metrics-errors.ts';
import { isUnit } from './units.ts';

/** Values beyond are refused, as are NaN and the infinities. */
const MOST_VALUE = 2 ** 360;
const MOST_DIMENSIONS = 30;
const MOST_VALUES = 150;
const FUTURE = 2 * 3_600_000;
const PAST = 14 * 86_400_000;

type Dimensions = readonly { readonly name: string; readonly value: string }[];

/**
 * A datum as samples. `at` is how it is named in complaints: `MetricData.member.1`. Throws InvalidParameterValueException, MissingParameter and
 * InvalidParameterCombination. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
export function samplesOf(
  datum: MetricDatum,
  where: Pick<MetricSeries, 'account' | 'region' | 'namespace'>,
  { at, now }: { readonly at: string; readonly now: number },
): readonly MetricSample[] {
  const { name, dimensions = [], time = now, unit = 'None' } = datum;
  if (name.length === 0) throw missingParameter(`${at}.MetricName`);
  if (name.length > 255 || !isPrintable(name)) throw invalidParameter(name, `${at}.MetricName`);
  if (!isUnit(unit)) throw invalidParameter(unit, `${at}.Unit`);
  if (!(time <= now + FUTURE) || time < now - PAST)
    throw invalidParameter(
      Number.isFinite(time) && Math.abs(time) < 8e15 ? new Date(time).toISOString() : time,
      `${at}.Timestamp`,
      'It must be within the last two weeks, and at most two hours in the future.',
    );
  const series = { ...where, name, dimensions: sortedDimensions(dimensions, at) };
  const common = { series, time: Math.floor(time / 1000), unit };
  return measuresOf(datum, at).map((measure) => ({ ...common, ...measure }));
}

/** Sorted by name. Throws InvalidParameterValueException. */
export function sortedDimensions(dimensions: Dimensions, at: string): MetricSeries['dimensions'] {
  if (dimensions.length > MOST_DIMENSIONS)
    throw invalidParameter(
      `of ${dimensions.length} members`,
      `${at}.Dimensions`,
      `There may be ${MOST_DIMENSIONS}.`,
    );
  for (const [index, { name, value }] of dimensions.entries()) {
    const member = `${at}.Dimensions.member.${index + 1}`;
    if (name.length === 0 || name.length > 255 || name.startsWith(':') || !isPrintable(name))
      throw invalidParameter(name, `${member}.Name`);
    if (value.trim().length === 0 || value.length > 1024 || !isPrintable(value))
      throw invalidParameter(value, `${member}.Value`);
  }
  const sorted = dimensions
    .map(({ name, value }) => [name, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const twice = sorted.find(([name], index) => sorted[index + 1]?.[0] === name);
  if (twice !== undefined) throw invalidParameter(twice[0], `${at}.Dimensions`, 'It is there twice.');
  return sorted;
}

type Measure = Pick<MetricSample, 'count' | 'sum' | 'minimum' | 'maximum'>;

function measuresOf(datum: MetricDatum, at: string): readonly Measure[] {
  const { value, statistics, values } = datum;
  const given = [value, statistics, values].filter((one) => one !== undefined);
  if (given.length === 0) throw missingParameter(`${at}.Value`);
  if (given.length > 1)
    throw badCombination(
      `The parameters ${at}.Value, ${at}.Values and ${at}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  if (value !== undefined) return [measure(checked(value, `${at}.Value`), 1)];
  if (statistics !== undefined) return [statisticsOf(statistics, `${at}.StatisticValues`)];
  if (values === undefined || values.length === 0) throw missingParameter(`${at}.Values`);
  if (values.length > MOST_VALUES)
    throw invalidParameter(`of ${values.length} members`, `${at}.Values`, `There may be ${MOST_VALUES}.`);
  return values.map((one, index) => {
    const count = checked(one.count, `${at}.Counts.member.${index + 1}`);
    if (count < 0) throw invalidParameter(count, `${at}.Counts.member.${index + 1}`);
    return measure(checked(one.value, `${at}.Values.member.${index + 1}`), count);
  });
}

function measure(value: number, count: number): Measure {
  return { count, sum: value * count, minimum: value, maximum: value };
}

function statisticsOf(
  { sampleCount, sum, minimum, maximum }: NonNullable<MetricDatum['statistics']>,
  at: string,
): Measure {
  const count = checked(sampleCount, `${at}.SampleCount`);
  if (count <= 0) throw invalidParameter(count, `${at}.SampleCount`);
  const read = {
    count,
    sum: checked(sum, `${at}.Sum`),
    minimum: checked(minimum, `${at}.Minimum`),
    maximum: checked(maximum, `${at}.Maximum`),
  };
  if (read.minimum > read.maximum)
    throw invalidParameter(read.minimum, `${at}.Minimum`, 'It is greater than the maximum.');
  return read;
}

function checked(value: number, parameter: string): number {
  if (Number.isFinite(value) && Math.abs(value) <= MOST_VALUE) return value;
  throw invalidParameter(value, parameter);
}

/** No control characters. */
function isPrintable(text: string): boolean {
  return !/[\u0000-\u001f\u007f]/.test(text);
}
