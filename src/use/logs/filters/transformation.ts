import { z } from 'zod';

import { invalid } from '../log-errors.ts';
import type { FilterPattern } from '../filter-pattern/pattern.ts';
import type { LogMessage } from '../filter-pattern/message.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html */
export type Transformation = {
  readonly metricName: string;
  readonly metricNamespace: string;
  /** A number, or what of the message has it: `$.latency`, `$bytes`. */
  readonly metricValue: string;
  readonly defaultValue?: number | undefined;
  /** Name → `$.field`. */
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
  readonly unit?: string | undefined;
};

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MOST_DIMENSIONS = 3;
/** What CloudWatch takes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const MOST_VALUE = 2 ** 360;
const SCALES = ['', 'Kilo', 'Mega', 'Giga', 'Tera'];
const UNITS = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  ...SCALES.flatMap((scale) =>
    ['bytes', 'bits'].flatMap((what) => {
      const unit = scale === '' ? what[0]?.toUpperCase() + what.slice(1) : scale + what;
      return [unit, `${unit}/Second`];
    }),
  ),
  'Percent',
  'Count',
  'Count/Second',
  'None',
] as const;

export const metricName = z
  .string()
  .max(255)
  .regex(/^[^:*$]*$/);

const shape = z.strictObject({
  metricName: metricName.min(1),
  metricNamespace: metricName.min(1),
  metricValue: z.string().min(1).max(100),
  defaultValue: z.number().min(-MOST_VALUE).max(MOST_VALUE).optional(),
  dimensions: z.record(z.string().min(1).max(255), z.string().min(1).max(255)).optional(),
  unit: z.enum(UNITS).optional(),
});

/** Throws InvalidParameterException, which names the member; also for a field that the pattern does not have. */
export function readTransformation(given: unknown, pattern: FilterPattern): Transformation {
  const present = Object.fromEntries(
    Object.entries((given ?? {}) as object).filter(([, value]) => value !== undefined && value !== null),
  );
  const parsed = shape.safeParse(present);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(
      `1 validation error detected: Value at 'metricTransformations.1.member.${issue?.path.join('.') ?? ''}' failed to satisfy constraint: ${issue?.message ?? ''}`,
    );
  }
  const { dimensions = {}, defaultValue } = parsed.data;
  const names = Object.keys(dimensions);
  if (names.length > MOST_DIMENSIONS)
    throw invalid(`A metric filter can have at most ${MOST_DIMENSIONS} dimensions (got ${names.length}).`);
  if (names.length > 0 && defaultValue !== undefined)
    throw invalid('Invalid metric transformation: dimensions and default value are mutually exclusive.');
  valueReader(parsed.data, pattern);
  dimensionReader(parsed.data, pattern);
  return parsed.data;
}

/** The number that a message stands for; undefined where it has none. Throws InvalidParameterException. */
export function valueReader(
  { metricValue }: Transformation,
  pattern: FilterPattern,
): (message: LogMessage) => number | undefined {
  if (NUMBER.test(metricValue)) {
    const value = Number(metricValue);
    if (Math.abs(value) > MOST_VALUE)
      throw invalid(`Invalid metric transformation: the value ${metricValue} is out of range.`);
    return () => value;
  }
  if (!metricValue.startsWith('$'))
    throw invalid(
      `Invalid metric transformation: the value ${JSON.stringify(metricValue)} is neither a number nor a field such as $.latency.`,
    );
  const read = pattern.reader(metricValue);
  return (message) => {
    const text = read(message)?.trim();
    const value = text !== undefined && NUMBER.test(text) ? Number(text) : undefined;
    return value === undefined || Math.abs(value) > MOST_VALUE ? undefined : value;
  };
}

type Dimensions = readonly { readonly name: string; readonly value: string }[];

/** Undefined for a message that lacks one of them: it is not measured. Throws InvalidParameterException. */
export function dimensionReader(
  { dimensions = {} }: Transformation,
  pattern: FilterPattern,
): (message: LogMessage) => Dimensions | undefined {
  const readers = Object.entries(dimensions).map(([name, selector]) => {
    if (!selector.startsWith('$'))
      throw invalid(
        `Invalid metric transformation: the dimension ${JSON.stringify(name)} must be a field such as $.eventName (got ${JSON.stringify(selector)}).`,
      );
    return { name, read: pattern.reader(selector) };
  });
  return (message) => {
    const found: { name: string; value: string }[] = [];
    for (const { name, read } of readers) {
      const value = dimensionValue(read(message));
      if (value === undefined) return undefined;
      found.push({ name, value });
    }
    return found;
  };
}

/** As CloudWatch takes values of dimensions: visible ASCII, 1 to 1024 characters. */
function dimensionValue(text: string | undefined): string | undefined {
  const value = text
    ?.replaceAll(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 1024);
  return value === '' ? undefined : value;
}
