import type { Burst } from './bursts.ts';
import { DAYS } from './windows.ts';

/** A job that runs at about the same time each day (or week), and is missed when it does not. */
export type ExpectedRun = {
  /** Minutes since 1970: between these it usually began. */
  readonly earliest: number;
  readonly latest: number;
  /** When it is missed. */
  readonly missedAt: number;
  /** Calls of 15 minutes that are the least of a run. */
  readonly least: number;
};

const DAY = 1440;
/** Bursts further apart than that are different jobs; one that varies by more has no usual time. */
const APART = 30;
const WIDEST = 75;
/** Bursts a day of an API, beyond that they are no job's. */
const MOST_A_DAY = 8;
const LEAST_CALLS = 8;
const QUARTER_HOUR = 2;
const DAILY = 7;
/** On so few weeks batches at any time fall together by chance, so that most of the API's have to be the job's. */
const WEEKS = 4;

/** The runs that are expected on a day (since 1970), from the bursts of the days before: jobs that ran on each of the last seven days, or on this day of each of the last four weeks. */
export function expectedRuns(bursts: readonly Burst[], day: number): readonly ExpectedRun[] {
  if (bursts.length < WEEKS || bursts.length > MOST_A_DAY * DAYS) return [];
  return jobsOf(bursts).flatMap((job) => expectedRun(job, day, bursts.length) ?? []);
}

type Start = { readonly day: number; readonly at: number; readonly calls: number };

/** By time of day. */
function jobsOf(bursts: readonly Burst[]): readonly (readonly Start[])[] {
  const starts = bursts
    .map(({ start, sizes }) => ({
      day: Math.floor(start / DAY),
      at: start % DAY,
      calls: sizes[QUARTER_HOUR] ?? 0,
    }))
    .sort((a, b) => a.at - b.at);
  const jobs: Start[][] = [];
  for (const start of starts) {
    const job = jobs.at(-1);
    const last = job?.at(-1);
    if (job === undefined || last === undefined || start.at - last.at > APART) jobs.push([start]);
    else job.push(start);
  }
  return jobs;
}

function expectedRun(job: readonly Start[], day: number, all: number): ExpectedRun | undefined {
  const large = withoutSmall(job);
  const [earliest, latest] = [large[0]?.at ?? 0, large.at(-1)?.at ?? 0];
  const calls = median(large.map((start) => start.calls));
  if (latest - earliest > WIDEST || calls < LEAST_CALLS) return undefined;
  const days = new Set(large.map((start) => start.day));
  const isDaily = range(DAILY).every((n) => days.has(day - 1 - n));
  const isWeekly = range(WEEKS).every((n) => days.has(day - 7 * (n + 1))) && large.length >= all / 2;
  if (!isDaily && !isWeekly) return undefined;
  // Seen on few days, the next one may well be a little later than all before.
  const patience = Math.min(12, Math.max(6, 3 + (latest - earliest) / 3));
  return {
    earliest: day * DAY + earliest,
    latest: day * DAY + latest,
    missedAt: day * DAY + latest + Math.round(patience),
    least: calls / 4,
  };
}

/** What is much smaller than the job itself only happened at the same time of the day. */
function withoutSmall(job: readonly Start[]): readonly Start[] {
  const usual = median(job.map(({ calls }) => calls));
  return job.filter(({ calls }) => calls >= usual / 4);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, n) => n);
}
