/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const SIZES = ['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'] as const;
const BITS = ['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'] as const;
const COUNTS = [...SIZES, ...BITS, 'Count'] as const;

export const UNITS: readonly string[] = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  ...COUNTS,
  'Percent',
  ...COUNTS.map((unit) => `${unit}/Second`),
  'None',
];

const KNOWN: ReadonlySet<string> = new Set(UNITS);

export function isUnit(text: string): boolean {
  return KNOWN.has(text);
}
