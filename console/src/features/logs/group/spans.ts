const HOUR = 3_600_000;

/** How far back is looked. Milliseconds. */
export const SPANS = [
  { value: String(HOUR / 4), label: 'the last 15 minutes' },
  { value: String(HOUR), label: 'the last hour' },
  { value: String(24 * HOUR), label: 'the last 24 hours' },
  { value: String(7 * 24 * HOUR), label: 'the last 7 days' },
  { value: String(30 * 24 * HOUR), label: 'the last 30 days' },
];
