import { z } from 'zod';

import { invalidParameter, missingParameter } from '../metrics-errors.ts';

/** Limits of members, as the API reference gives them: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html */

export const namespace = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^:].*$/);
export const metricName = z.string().min(1).max(255);
export const alarmName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}]*$/u);
export const dimensionList = z.array(z.object({ Name: z.string(), Value: z.string() })).max(30);
export const pageToken = z.string().min(1).max(4096);
export const timestamp = z.date();

export type DimensionInput = z.output<typeof dimensionList>;

export function namedDimensions(dimensions: DimensionInput | undefined) {
  return (dimensions ?? []).map(({ Name, Value }) => ({ name: Name, value: Value }));
}

/** Seconds: 1, 5, 10, 20, 30 or a multiple of 60. */
export function checkPeriod(period: number | undefined, parameter: string): number {
  if (period === undefined) throw missingParameter(parameter);
  const isShort = [1, 5, 10, 20, 30].includes(period);
  if (Number.isInteger(period) && period >= 1 && (isShort || period % 60 === 0) && period <= 86_400 * 455)
    return period;
  throw invalidParameter(period, parameter, 'Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.');
}

/** Seconds; periods begin at a whole minute, short ones at a whole period. */
export function rangeOf(
  { start, end }: { readonly start: Date; readonly end: Date },
  period: number,
): { readonly from: number; readonly to: number } {
  const [first, last] = [Math.floor(start.getTime() / 1000), Math.ceil(end.getTime() / 1000)];
  const step = Math.min(60, period);
  const bounded = (seconds: number) => Math.min(2 ** 32 - 1, Math.max(0, seconds));
  return { from: bounded(first - (((first % step) + step) % step)), to: bounded(last) };
}
