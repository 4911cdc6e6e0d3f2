import type { Bucket } from '../../events/lookup.ts';

/** Calls by day of the week (Monday first) and hour, in the viewer's zone. */
export type Week = readonly (readonly number[])[];

export function weekOf(buckets: readonly Bucket[]): Week {
  const week = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  for (const { time, count } of buckets) {
    const at = new Date(time * 1000);
    const day = week[(at.getDay() + 6) % 7];
    if (day) day[at.getHours()] = (day[at.getHours()] ?? 0) + count;
  }
  return week;
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** Fewer calls make no habit. */
const FEW = 20;
/** Of the calls: what is beyond is not usual. */
const MOST_OF = 0.9;

/** `Mostly Monday to Friday, 8 to 18 h`: the days and hours in which nine calls of ten are. */
export function usualText(week: Week): string {
  const byDay = week.map((hours) => hours.reduce((sum, count) => sum + count, 0));
  const byHour = Array.from({ length: 24 }, (_hour, hour) =>
    week.reduce((sum, hours) => sum + (hours[hour] ?? 0), 0),
  );
  const total = byDay.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'Never in this time';
  if (total < FEW) return 'Seen too seldom in this time to have any';
  const days = shortestRun(byDay, total);
  const hours = shortestRun(byHour, total);
  const daysText =
    days.length === 7
      ? 'on all days'
      : days.length === 1
        ? `on ${DAYS[days.start]}s`
        : `${DAYS[days.start]} to ${DAYS[(days.start + days.length - 1) % 7]}`;
  const hoursText =
    hours.length >= 20 ? 'at all hours' : `from ${hours.start} to ${(hours.start + hours.length) % 24} h`;
  return `Mostly ${daysText}, ${hoursText}`;
}

/** The shortest run, over the end too, that holds most of the calls. */
function shortestRun(
  counts: readonly number[],
  total: number,
): { readonly start: number; readonly length: number } {
  for (let length = 1; length < counts.length; length++)
    for (let start = 0; start < counts.length; start++) {
      let sum = 0;
      for (let at = start; at < start + length; at++) sum += counts[at % counts.length] ?? 0;
      if (sum >= total * MOST_OF) return { start, length };
    }
  return { start: 0, length: counts.length };
}
