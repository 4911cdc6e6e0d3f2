import { Bursts, type BurstModel } from './bursts.ts';
import type { HourSummary } from './hour.ts';
import { DAYS, HOURS, hourOfWeek, WINDOWS } from './windows.ts';

/** Minutes' worth of the pattern of the whole week that an hour of the week begins with. */
const SHRINK = 120;
/** What is thought of the spread between weeks before any was seen (variance over squared mean), and how firmly (in squared calls). */
const SPREAD = { value: 0.05, weight: 50 };

/** What is usual for one API: calls per minute by hour of the week, how much they vary, and in what bursts they come. */
export type Usual = {
  /** Mean of a minute (between the middles of hours it changes evenly). */
  readonly rate: (minute: number) => number;
  /** Variance of the calls in a window with this mean. */
  readonly variance: (window: number, mean: number, minute: number) => number;
  readonly bursts: BurstModel;
};

/** The hours of 28 days of one API. */
export class Baseline {
  readonly bursts = new Bursts();
  readonly #sums = new Float32Array(HOURS);
  readonly #squares = WINDOWS.map(() => new Float32Array(HOURS));
  /** Hours that say nothing, since too much of them was unusual. */
  readonly #skipped = new Uint8Array(HOURS);

  /** `hour`: since 1970. */
  note(hour: number, summary: HourSummary | undefined): void {
    const at = hour % HOURS;
    this.#sums[at] = summary?.sum ?? 0;
    for (const [window, squares] of this.#squares.entries()) squares[at] = summary?.squares[window] ?? 0;
    this.#skipped[at] = Number(summary === undefined);
  }

  /** From the hours [from, to) since 1970, 28 days of them at most. */
  usual(from: number, to: number): Usual {
    const first = Math.max(from, to - HOURS);
    const rates = this.#rates(first, to);
    const spreads = WINDOWS.map((_, window) => this.#spread(window, rates, { from: first, to }));
    const watched = (to - first) * 60;
    const weeks = Math.max(1, watched / (7 * 1440));
    return {
      rate: (minute) => rateAt(rates, minute),
      variance: (window, mean, minute) => {
        const known = (rates[hourOfWeek(minute)] ?? 0) * (60 * weeks + SHRINK) + 0.5;
        return mean + mean * mean * ((spreads[window] ?? 0) + 1 / known);
      },
      bursts: this.bursts.model(watched),
    };
  }

  /** Hour of the week, begun with the day's and the hour's share of all. */
  #rates(from: number, to: number): Float64Array {
    const week = { sums: new Float64Array(168), minutes: new Float64Array(168) };
    const hours = { sums: new Float64Array(24), minutes: new Float64Array(24) };
    const days = { sums: new Float64Array(7), minutes: new Float64Array(7) };
    const all = { sum: 0, minutes: 0 };
    for (let hour = from; hour < to; hour++) {
      const at = hour % HOURS;
      if (this.#skipped[at] === 1) continue;
      const sum = this.#sums[at] ?? 0;
      const ofWeek = hourOfWeek(hour * 60);
      all.sum += sum;
      all.minutes += 60;
      add(week, ofWeek, sum);
      add(hours, ofWeek % 24, sum);
      add(days, Math.floor(ofWeek / 24), sum);
    }
    const whole = (all.sum + 0.5) / (all.minutes + 1440);
    return Float64Array.from({ length: 168 }, (_, ofWeek) => {
      const ofHour = shrunk(hours, ofWeek % 24, whole, SHRINK);
      const ofDay = shrunk(days, Math.floor(ofWeek / 24), whole, 6 * SHRINK);
      return shrunk(week, ofWeek, (ofHour * ofDay) / whole, SHRINK);
    });
  }

  /** Variance over squared mean beyond Poisson's, of the sums of one window around what its hour of the week says. */
  #spread(window: number, rates: Float64Array, { from, to }: { from: number; to: number }): number {
    const squares = this.#squares[window];
    const length = WINDOWS[window];
    if (squares === undefined || length === undefined) return 0;
    const blocks = 60 / length;
    let excess = 0;
    let scale = 0;
    for (let hour = from; hour < to; hour++) {
      const at = hour % HOURS;
      if (this.#skipped[at] === 1) continue;
      const mean = (rates[hourOfWeek(hour * 60)] ?? 0) * length;
      const around = (squares[at] ?? 0) - 2 * mean * (this.#sums[at] ?? 0) + blocks * mean * mean;
      excess += around - blocks * mean;
      scale += blocks * mean * mean;
    }
    const weeks = Math.max(1, (to - from) / 168);
    // The means were fitted to the same weeks.
    const fitted = (Math.max(0, excess) * (weeks + 1)) / weeks;
    const early = 0.15 / weeks ** 3;
    return early + (fitted + SPREAD.value * SPREAD.weight) / (scale + SPREAD.weight);
  }
}

type Cells = { readonly sums: Float64Array; readonly minutes: Float64Array };

function add(cells: Cells, at: number, sum: number): void {
  cells.sums[at] = (cells.sums[at] ?? 0) + sum;
  cells.minutes[at] = (cells.minutes[at] ?? 0) + 60;
}

function shrunk(cells: Cells, at: number, prior: number, weight: number): number {
  return ((cells.sums[at] ?? 0) + weight * prior) / ((cells.minutes[at] ?? 0) + weight);
}

function rateAt(rates: Float64Array, minute: number): number {
  const half = minute - 30;
  const share = (half % 60) / 60;
  const [before, after] = [rates[hourOfWeek(half)] ?? 0, rates[hourOfWeek(half + 60)] ?? 0];
  return before * (1 - share) + after * share;
}

/** Whether there is enough of the past. */
export function hasLearnt(beganMinute: number, minute: number, learnMinutes: number): boolean {
  return minute - beganMinute >= Math.min(learnMinutes, DAYS * 1440);
}
