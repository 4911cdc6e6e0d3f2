import type { Api } from './apis.ts';
import type { FastRandom } from './random.ts';

const DAY = 1440;
const NORMAL_ERROR = 'ThrottlingException';

/** Calls and failures of one API, minute by minute. */
export type ApiTraffic = {
  readonly calls: Uint32Array;
  /** By error code. */
  readonly errors: ReadonlyMap<string, Uint32Array>;
};

/** What is usual: `first` is the day since 1970. Minutes count from its beginning. */
export function usualTraffic(
  random: FastRandom,
  api: Api,
  { first, days }: { first: number; days: number },
): ApiTraffic {
  const calls = new Uint32Array(days * DAY);
  const add = (minute: number, count: number): void => {
    if (minute >= 0 && minute < calls.length) calls[minute] = (calls[minute] ?? 0) + count;
  };
  for (let day = 0; day < days; day++) {
    const isWeekend = (first + day + 3) % 7 >= 5;
    addSteady(random, api, { day, isWeekend, add });
    addBatches(random, api, { day, add });
    if (api.job !== undefined && !(api.job.weekdays && isWeekend)) addJob(random, api.job, { day, add });
    addSessions(random, api, { day, add });
  }
  if (api.every !== undefined)
    for (let minute = api.every.offset; minute < calls.length; minute += api.every.minutes)
      add(minute, Math.round(api.every.calls * random.between(0.8, 1.2)));
  const errors = new Uint32Array(calls.length);
  if (api.failing > 0)
    for (const [minute, count] of calls.entries())
      if (count > 0) errors[minute] = Math.min(count, random.poisson(count * api.failing));
  return { calls, errors: new Map([[NORMAL_ERROR, errors]]) };
}

type Day = { readonly day: number; readonly add: (minute: number, count: number) => void };

function addSteady(
  random: FastRandom,
  api: Api,
  { day, isWeekend, add }: Day & { isWeekend: boolean },
): void {
  if (api.rate === 0) return;
  const ofDay = Math.exp(api.noise * random.normal());
  for (let hour = 0; hour < 24; hour++) {
    const ofHour = Math.exp(api.noise * random.normal());
    for (let minute = hour * 60; minute < (hour + 1) * 60; minute++) {
      const rate = steadyRate(api, minute, isWeekend) * ofDay * ofHour;
      add(day * DAY + minute, random.poisson(rate));
    }
  }
}

/** Calls per minute at a minute of the day, as they are on average. */
export function steadyRate(api: Api, minute: number, isWeekend: boolean): number {
  const byDay = Math.max(0, Math.sin(((minute / 60 - 5) / 14) * Math.PI));
  return api.rate * (api.night + (1 - api.night) * byDay) * (isWeekend ? api.weekend : 1);
}

function addBatches(random: FastRandom, { batches }: Api, { day, add }: Day): void {
  if (batches === undefined) return;
  for (let n = random.poisson(batches.perDay); n > 0; n--) {
    const calls = batches.calls * Math.exp(batches.spread * random.normal());
    spread(random, { start: day * DAY + random.whole(0, DAY - 1), minutes: random.whole(1, 6), calls, add });
  }
}

/** When a job begins on a day. */
export function jobStart(random: FastRandom, job: NonNullable<Api['job']>): number {
  return job.at + Math.round(random.between(-job.jitter, job.jitter));
}

function addJob(random: FastRandom, job: NonNullable<Api['job']>, { day, add }: Day): void {
  const calls = job.calls * random.between(0.7, 1.3);
  spread(random, { start: day * DAY + jobStart(random, job), minutes: job.minutes, calls, add });
}

function addSessions(random: FastRandom, { sessions }: Api, { day, add }: Day): void {
  for (let n = random.poisson(sessions); n > 0; n--) {
    const start = day * DAY + random.whole(480, 1080);
    for (let call = random.whole(1, 6); call > 0; call--) add(start + random.whole(0, 8), 1);
  }
}

function spread(
  random: FastRandom,
  { start, minutes, calls, add }: { start: number; minutes: number; calls: number; add: Day['add'] },
): void {
  for (let n = 0; n < minutes; n++) add(start + n, random.poisson(calls / minutes));
}
