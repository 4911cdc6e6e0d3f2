import { Baseline, type Usual } from './baseline.ts';
import { summariseHour } from './hour.ts';
import type { ExpectedRun } from './runs.ts';
import { RECENT, WINDOWS } from './windows.ts';

export type SeriesSpec = {
  /** Calls, or calls with one error code. */
  readonly kind: 'calls' | 'errors';
  /** Not watched itself: it only tells how many calls there are for the errors among them. */
  readonly isWatched: boolean;
  /** Errors: where all calls of the same API are counted. */
  readonly calls?: readonly Series[] | undefined;
  /** The first minute that was counted in the place. */
  readonly began: number;
};

/** What is unusual and not over. */
export type Open = {
  readonly kind: 'rise' | 'silence';
  /** Minutes. */
  readonly start: number;
  quiet: number;
  /** The last minute that was not as usual. */
  last: number;
  /** Silence: the calls that end it. */
  readonly resumes: number;
};

type Range = { readonly from: number; to: number };

/** Minutes without a call after which a burst is over. */
const BURST_GAP = 10;
/** What goes on for longer is a burst after the other. */
const LONGEST_BURST = 60;

/** One API's calls: its last minutes, and what is usual. */
export class Series {
  readonly id: string;
  readonly spec: SeriesSpec;
  readonly baseline = new Baseline();
  usual: Usual | undefined;
  open: Open | undefined;
  expected: readonly ExpectedRun[] = [];
  /** Of which day and bursts that is. */
  expectedFrom = -1;
  /** The last minute that was counted in. */
  newest = 0;
  /** No new Start before. */
  notBefore = 0;
  readonly #recent = new Uint32Array(RECENT);
  #excluded: Range[] = [];
  #burst: { start: number; last: number; sizes: number[]; isUnusual: boolean } | undefined;

  constructor(id: string, spec: SeriesSpec) {
    this.id = id;
    this.spec = spec;
  }

  at(minute: number): number {
    return minute > this.newest || minute <= this.newest - RECENT ? 0 : (this.#recent[minute % RECENT] ?? 0);
  }

  /** False for what is too old to be noted. */
  set(minute: number, calls: number): boolean {
    if (minute <= this.newest - RECENT) return false;
    if (minute > this.newest) {
      if (minute - this.newest >= RECENT) this.#recent.fill(0);
      else
        for (let between = this.newest + 1; between < minute; between++) this.#recent[between % RECENT] = 0;
      this.newest = minute;
    }
    this.#recent[minute % RECENT] = calls;
    return true;
  }

  /** Calls of the `length` minutes up to `end`. */
  sum(end: number, length: number): number {
    let sum = 0;
    for (let minute = end - length + 1; minute <= end; minute++) sum += this.at(minute);
    return sum;
  }

  expectedCalls(end: number, length: number): number {
    return (this.usual?.rate(end - length / 2) ?? 0) * length;
  }

  /** What is within [from, to] is not usual. */
  exclude(range: Range): void {
    this.#excluded.push(range);
  }

  /** What was unusual from `start` on was so until `to`. */
  endExclusion(start: number, to: number): void {
    for (const range of this.#excluded) if (range.to === Infinity && range.from <= start) range.to = to;
  }

  /** Takes an hour (since 1970) into what is usual. */
  closeHour(hour: number): void {
    const first = hour * 60;
    this.#excluded = this.#excluded.filter(({ to }) => to >= first - RECENT);
    const values = Array.from({ length: 60 }, (_, n) => this.at(first + n));
    const isExcluded = (n: number): boolean =>
      this.#excluded.some(({ from, to }) => first + n >= from && first + n <= to);
    const summary = summariseHour(values, isExcluded);
    this.baseline.note(hour, summary);
    for (const n of summary?.bursting ?? [])
      this.#noteBurst(first + n, { isUnusual: isExcluded(n), bulk: summary?.bulk ?? 0 });
    if (this.#burst !== undefined && this.#burst.last < first + 59 - BURST_GAP) this.#endBurst();
  }

  #noteBurst(minute: number, { isUnusual, bulk }: { isUnusual: boolean; bulk: number }): void {
    const { start = minute, last = minute } = this.#burst ?? {};
    if (minute - last > BURST_GAP || minute - start >= LONGEST_BURST) this.#endBurst();
    this.#burst ??= {
      start: this.#beginOf(minute, bulk),
      last: minute,
      sizes: WINDOWS.map(() => 0),
      isUnusual,
    };
    this.#burst.isUnusual ||= isUnusual;
    this.#burst.last = minute;
    for (const [window, length] of WINDOWS.entries())
      this.#burst.sizes[window] = Math.max(this.#burst.sizes[window] ?? 0, this.sum(minute, length));
  }

  /** A burst began before its first minute that stands out. */
  #beginOf(minute: number, bulk: number): number {
    let begin = minute;
    while (begin > minute - BURST_GAP && this.at(begin - 1) > 2 * bulk) begin--;
    return begin;
  }

  #endBurst(): void {
    if (this.#burst !== undefined) this.baseline.bursts.add(this.#burst);
    this.#burst = undefined;
  }
}
