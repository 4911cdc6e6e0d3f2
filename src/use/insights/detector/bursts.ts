import { studentTail } from './tails.ts';
import { DAYS, WINDOWS } from './windows.ts';

/** A batch that was seen: when it began and the largest sum of calls in each of the windows. */
export type Burst = {
  readonly start: number;
  readonly sizes: readonly number[];
  /** It was told as an insight. */
  readonly isUnusual: boolean;
};

/** How often an API is called in bursts, at what hours, and how large they are: its own past, where that is short that of APIs in general. */
export type BurstModel = {
  /** Probability that in this minute a burst is under way that reaches `calls` in the window. */
  readonly tail: (hour: number, window: number, calls: number) => number;
};

/** What is thought of bursts of an API that had none: about four calls, give or take a factor of 2.5; as if five had been seen. */
const PRIOR = { log: Math.log(4), sd: 0.8, seen: 5, freedom: 8 };
/** Regular batches still vary by a quarter. */
const LEAST_SD = 0.25;
/** From so many bursts on their hours are looked at. */
const ENOUGH = 5;
/** Insights after which bursts are usual. */
const USUAL_FROM = 3;

export class Bursts {
  #seen: Burst[] = [];
  #version = 0;

  /** Those that were told as insights too, once there are several: what happens three times in four weeks is usual. */
  get seen(): readonly Burst[] {
    const usual = this.#seen.filter(({ isUnusual }) => !isUnusual);
    return this.#seen.length - usual.length >= USUAL_FROM ? this.#seen : usual;
  }

  /** Grows with every burst. */
  get version(): number {
    return this.#version;
  }

  add(burst: Burst): void {
    this.#version++;
    this.#seen.push(burst);
  }

  /** Forgets what is older than the baseline. */
  forget(day: number): void {
    const first = (day - DAYS) * 1440;
    if ((this.#seen[0]?.start ?? Infinity) < first)
      this.#seen = this.#seen.filter(({ start }) => start >= first);
  }

  /** `minutes`: of the past that was watched. */
  model(minutes: number): BurstModel {
    const { seen } = this;
    const rates = ratesByHour(seen, minutes);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / 24;
    const sizes = WINDOWS.map((_, window) => sizeTail(seen, window));
    return {
      tail: (hour, window, calls) => {
        const tail = sizes[window];
        const length = WINDOWS[window];
        if (tail === undefined || length === undefined) return 0;
        // Others may begin within the window.
        const more = mean * length;
        const together = tail(calls) + more * tail(calls / 2) + ((more * more) / 2) * tail(calls / 3);
        return Math.min(1, (rates[hour] ?? mean) * together);
      },
    };
  }
}

/**
 * Bursts per minute by hour of the day. Where several were seen, an hour without any is believed to have as many as new hours keep turning up
 * (Good and Turing): a nightly batch says nothing of the afternoon, batches at any time say that the next one may come at any.
 */
function ratesByHour(seen: readonly Burst[], minutes: number): readonly number[] {
  const total = (seen.length + 0.3) / (minutes + 1440);
  const hours = new Array<number>(24).fill(0);
  for (const { start } of seen) {
    const hour = Math.floor(start / 60) % 24;
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  if (seen.length < ENOUGH) return hours.map(() => total);
  const once = hours.filter((count) => count === 1).length;
  const unseen = Math.min(1, (once + 0.01) / seen.length);
  const anywhere = (unseen * seen.length) / 24;
  const at = (hour: number): number => hours[(hour + 24) % 24] ?? 0;
  return hours.map((count, hour) => {
    const near = count + (at(hour - 1) + at(hour + 1)) / 2;
    return (near + anywhere) / (minutes / 24);
  });
}

/** P(size ≥ calls): log-normal sizes with unknown mean and spread, hence Student's t. */
function sizeTail(seen: readonly Burst[], window: number): (calls: number) => number {
  const logs = seen.map(({ sizes }) => Math.log(Math.max(1, sizes[window] ?? 1)));
  const n = logs.length;
  const own = n === 0 ? PRIOR.log : logs.reduce((sum, log) => sum + log, 0) / n;
  const spread = logs.reduce((sum, log) => sum + (log - own) ** 2, 0);
  // One's own bursts, once there are some, say how large and how regular they are; that others are smaller says nothing any more.
  const trust = n > ENOUGH ? ENOUGH / n : 1;
  const weight = PRIOR.seen * trust + n;
  const freedom = PRIOR.freedom + n;
  const mean = (PRIOR.seen * trust * PRIOR.log + n * own) / weight;
  const between = ((PRIOR.seen * trust * n) / weight) * (own - PRIOR.log) ** 2;
  const prior = PRIOR.freedom * PRIOR.sd ** 2 * trust;
  const sd = Math.max(LEAST_SD, Math.sqrt((prior + spread + between * trust) / (PRIOR.freedom * trust + n)));
  const scale = sd * Math.sqrt(1 + 1 / weight);
  return (calls) => (calls <= 0 ? 1 : studentTail((Math.log(calls) - mean) / scale, freedom));
}
