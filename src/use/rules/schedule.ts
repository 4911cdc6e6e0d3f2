import { Cron } from 'croner';

import { invalid } from './rule-errors.ts';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** `rate(5 minutes)`, `cron(0 10 * * ? *)`, in UTC. Throws ValidationException. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
export function checkSchedule(expression: string): void {
  if (rateOf(expression) === undefined && cronOf(expression) === undefined)
    throw invalid('Parameter ScheduleExpression is not valid.');
}

/** When it fires next after `now`, ms; null: never again. */
export function nextTime(expression: string, now: number): number | null {
  const rate = rateOf(expression);
  if (rate !== undefined) return now + rate;
  return cronOf(expression)?.nextRun(new Date(now))?.getTime() ?? null;
}

function rateOf(expression: string): number | undefined {
  const [, count = '', unit = '', plural] =
    /^rate\((\d{1,6}) (minute|hour|day)(s)?\)$/.exec(expression) ?? [];
  const n = Number(count);
  // AWS wants the singular of one and the plural of more.
  if (!(n >= 1) || (n === 1) === (plural !== undefined)) return undefined;
  return n * (UNITS[unit] ?? 0);
}

function cronOf(expression: string): Cron | undefined {
  const inner = /^cron\(([^()]{1,240})\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (inner?.length !== 6) return undefined;
  const [, , dayOfMonth, , dayOfWeek] = inner;
  // One of the two says when, the other nothing.
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  try {
    return new Cron(`0 ${inner.join(' ')}`, {
      paused: true,
      timezone: 'UTC',
      // Sunday is 1, and `0/15` begins at 0.
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
  } catch {
    return undefined;
  }
}
