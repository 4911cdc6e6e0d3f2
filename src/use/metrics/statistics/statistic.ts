import { invalidParameter } from '../metrics-errors.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
export const BASIC = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const;
export type Basic = (typeof BASIC)[number];

/** One end of a range: a percentage of all values, a value, or nothing. */
export type Bound = { readonly percent: number } | { readonly value: number } | undefined;

export type Statistic =
  | { readonly kind: 'basic'; readonly of: Basic }
  | { readonly kind: 'percentile'; readonly percent: number }
  /** Mean, winsorized mean, count and sum of those within a range, or the percentage of all that they are. */
  | {
      readonly kind: 'tm' | 'wm' | 'tc' | 'ts' | 'pr';
      readonly lower: Bound;
      readonly upper: Bound;
    };

const NUMBER = '\\d{1,20}(?:\\.\\d{1,10})?';
const SHORT = new RegExp(`^(p|tm|wm|tc|ts)(\\d{1,2}(?:\\.\\d{1,10})?|100)$`);
const RANGE = new RegExp(`^(TM|WM|TC|TS|PR)\\((-?${NUMBER}%?)?:(-?${NUMBER}%?)?\\)$`);

export function isBasic(text: string): text is Basic {
  return (BASIC as readonly string[]).includes(text);
}

/** Throws InvalidParameterValueException for what is no statistic. */
export function readStatistic(text: string, parameter: string): Statistic {
  if (isBasic(text)) return { kind: 'basic', of: text };
  if (text === 'IQM') return { kind: 'tm', lower: { percent: 25 }, upper: { percent: 75 } };
  const [, short, percent] = SHORT.exec(text) ?? [];
  if (short === 'p') return { kind: 'percentile', percent: Number(percent) };
  if (short !== undefined)
    return { kind: short as 'tm', lower: undefined, upper: { percent: Number(percent) } };
  const [, kind, lower, upper] = RANGE.exec(text) ?? [];
  if (kind === undefined || (lower === undefined && upper === undefined))
    throw invalidParameter(text, parameter);
  const read = { kind: kind.toLowerCase() as 'tm', lower: boundOf(lower), upper: boundOf(upper) };
  const isMixed =
    read.lower !== undefined &&
    read.upper !== undefined &&
    'percent' in read.lower !== 'percent' in read.upper;
  const isPercent = [read.lower, read.upper].some((bound) => bound !== undefined && 'percent' in bound);
  if (isMixed || (isPercent && kind === 'PR')) throw invalidParameter(text, parameter);
  return read;
}

function boundOf(text: string | undefined): Bound {
  if (text === undefined) return undefined;
  return text.endsWith('%') ? { percent: Number(text.slice(0, -1)) } : { value: Number(text) };
}
