import { hasLearnt } from './baseline.ts';
import { isUsual, judge, onsetOf, type Verdict } from './judge.ts';
import { expectedRuns, type ExpectedRun } from './runs.ts';
import { Series, type SeriesSpec } from './series.ts';
import { HOURS } from './windows.ts';

export type DetectorSettings = {
  /** False starts a day, over all series together. */
  readonly budget: number;
  /** Minutes of the past that are enough to know what is usual. */
  readonly learn: number;
  /** Minutes as usual after which an insight ends. */
  readonly quiet: number;
};

/** Something began to be unusual, or is over. */
export type Signal = {
  readonly state: 'Start' | 'End';
  readonly series: Series;
  /** `rise`: more calls than usual; `silence`: none where a job should have made some. */
  readonly kind: 'rise' | 'silence';
  /** The minute in which it began, and (exclusive) up to when it is told of: now, or its end. */
  readonly start: number;
  readonly end: number;
};

/** An hour is taken into the baseline when it can be late no more, and what is unusual in it is known. */
const CLOSE_AFTER = 90;
const DAY = 1440;
/** What goes on for longer is usual from then on. */
const LONGEST = DAY;
/** Minutes within which two unusual ones are a start; one alone is when it is ten times less probable. */
const TOGETHER = 2;
const SURE = 10;
/** Fewer APIs than that are too few to share the budget among. */
const FEWEST = 50;

/**
 * Finds what is unusual in calls per minute. Knows no clock: it is told the counts and up to which minute they are complete. Counts only grow,
 * so that what is unusual in a minute that is not over yet is told at once.
 */
export class Detector {
  readonly #settings: DetectorSettings;
  readonly #series = new Map<string, Series>();
  readonly #changed = new Map<Series, number>();
  readonly #hits = new Map<Series, number[]>();
  readonly #open = new Set<Series>();
  #complete = 0;
  #begun = 0;
  #closedHour = 0;
  #watched = 0;
  #budget: number;

  constructor(settings: DetectorSettings) {
    this.#settings = settings;
    this.#budget = settings.budget;
  }

  /** False starts a day from now on. */
  set budget(budget: number) {
    this.#budget = budget;
  }

  get(id: string): Series | undefined {
    return this.#series.get(id);
  }

  get size(): number {
    return this.#series.size;
  }

  add(id: string, spec: SeriesSpec): Series {
    const series = new Series(id, spec);
    this.#series.set(id, series);
    this.#watched += Number(spec.isWatched);
    return series;
  }

  /** All calls of a minute until now. */
  count(series: Series, minute: number, calls: number): void {
    if (series.at(minute) === calls || !series.set(minute, calls)) return;
    this.#changed.set(series, Math.min(minute, this.#changed.get(series) ?? Infinity));
  }

  /** Begins at a minute, with what was counted before it: nothing is told of that. */
  begin(minute: number): void {
    this.#complete = minute;
    this.#begun = minute;
    this.#closedHour = lastClosed(minute);
    this.#refresh();
    this.#expect(minute);
  }

  /** Takes an hour (since 1970) of the past into what is usual, once its minutes were counted; in order, before `begin`. */
  learn(hour: number): void {
    for (const series of this.#series.values()) series.closeHour(hour);
    this.#changed.clear();
  }

  /** What an earlier run had told the start of. */
  reopen(series: Series, open: { kind: 'rise' | 'silence'; start: number; resumes: number }): void {
    series.open = { ...open, quiet: 0, last: Math.max(open.start, this.#complete) };
    series.exclude({ from: open.start, to: Infinity });
    this.#open.add(series);
  }

  /** `complete`: no count up to this minute grows any more; `now`: the minute that is running. */
  advance(complete: number, now = complete): readonly Signal[] {
    const signals: Signal[] = [];
    for (const [series, from] of this.#changed)
      for (let end = Math.max(from, now - 90); end <= now; end++) this.#look(series, end, signals);
    this.#changed.clear();
    for (const series of [...this.#hits.keys()]) this.#look(series, now, signals);
    while (this.#complete < complete) {
      this.#complete++;
      this.#step(this.#complete, signals);
    }
    return signals;
  }

  /** Calls per minute that are usual at this time. */
  get alpha(): number {
    return this.#budget / (DAY * Math.max(FEWEST, this.#watched));
  }

  #step(minute: number, signals: Signal[]): void {
    // A minute without calls of its own may still be the second of two within an unusual quarter of an hour.
    for (const series of this.#hits.keys()) this.#look(series, minute, signals);
    for (const series of this.#open) this.#follow(series, minute, signals);
    if (minute % DAY === 0) this.#expect(minute);
    for (const series of this.#series.values())
      for (const run of series.expected) if (run.missedAt === minute) this.#missed(series, run, signals);
    const closed = lastClosed(minute);
    while (this.#closedHour < closed) this.#close(++this.#closedHour, minute);
  }

  #close(hour: number, minute: number): void {
    for (const series of this.#series.values()) series.closeHour(hour);
    if (hour % 24 === 23) this.#refresh();
    this.#expect(minute);
  }

  /** Learns what is usual from the hours that are closed. */
  #refresh(): void {
    const to = this.#closedHour + 1;
    for (const series of this.#series.values()) {
      series.baseline.bursts.forget(Math.floor(to / 24));
      if (series.usual !== undefined || this.#hasLearnt(series)) series.usual = this.#usualOf(series);
    }
  }

  #usualOf(series: Series) {
    const to = this.#closedHour + 1;
    return series.baseline.usual(
      Math.max(to - HOURS, Math.min(to - 1, Math.ceil(series.spec.began / 60))),
      to,
    );
  }

  #hasLearnt({ spec }: Series): boolean {
    return hasLearnt(spec.began, this.#complete, this.#settings.learn);
  }

  #expect(minute: number): void {
    for (const series of this.#series.values()) {
      const { isWatched, kind } = series.spec;
      if (series.usual === undefined || !isWatched || kind !== 'calls') continue;
      const day = Math.floor(minute / DAY);
      if (series.expectedFrom === series.baseline.bursts.version + day) continue;
      series.expectedFrom = series.baseline.bursts.version + day;
      series.expected = expectedRuns(series.baseline.bursts.seen, day);
    }
  }

  #look(series: Series, end: number, signals: Signal[]): void {
    const { open, spec } = series;
    if (!spec.isWatched || open !== undefined || end < series.notBefore || end <= this.#begun) return;
    // An API that was never called before has been usual at none.
    for (const one of [series, ...(spec.calls ?? [])])
      if (one.usual === undefined && this.#hasLearnt(one)) one.usual = this.#usualOf(one);
    const verdict = judge(series, end);
    const hits = (this.#hits.get(series) ?? []).filter((hit) => hit >= end - 10);
    const isHit = verdict !== undefined && verdict.p < this.alpha;
    if (
      isHit &&
      (isSure(verdict, this.alpha) || hits.some((hit) => hit !== end && Math.abs(hit - end) <= TOGETHER))
    ) {
      this.#hits.delete(series);
      const start = onsetOf(series, end, verdict.length);
      series.open = { kind: 'rise', start, quiet: 0, last: end, resumes: 0 };
      series.exclude({ from: start - 1, to: Infinity });
      this.#open.add(series);
      signals.push({ state: 'Start', series, kind: 'rise', start, end: end + 1 });
      return;
    }
    if (isHit && !hits.includes(end)) hits.push(end);
    if (hits.length > 0) this.#hits.set(series, hits);
    else this.#hits.delete(series);
  }

  #follow(series: Series, minute: number, signals: Signal[]): void {
    const { open } = series;
    if (open === undefined || minute <= open.last) return;
    if (open.kind === 'silence') {
      if (series.sum(minute, 15) >= open.resumes || minute - open.start >= LONGEST)
        this.#end(series, minute, signals);
      return;
    }
    if (isUsual(series, minute, 1)) open.quiet++;
    else {
      open.quiet = 0;
      open.last = minute;
    }
    const isOver = open.quiet >= this.#settings.quiet && isUsual(series, minute, 5);
    if (isOver || minute - open.start >= LONGEST) this.#end(series, open.last + 1, signals);
  }

  #end(series: Series, end: number, signals: Signal[]): void {
    const { open } = series;
    if (open === undefined) return;
    series.open = undefined;
    this.#open.delete(series);
    series.notBefore = end + 1;
    series.endExclusion(open.start, end + this.#settings.quiet);
    signals.push({ state: 'End', series, kind: open.kind, start: open.start, end });
  }

  #missed(series: Series, run: ExpectedRun, signals: Signal[]): void {
    if (series.open !== undefined) return;
    let most = 0;
    for (let end = run.earliest - 10; end <= run.missedAt; end++)
      most = Math.max(most, series.sum(end, 15) - series.expectedCalls(end, 15));
    if (most >= run.least) return;
    series.open = { kind: 'silence', start: run.latest, quiet: 0, last: run.missedAt, resumes: run.least };
    this.#open.add(series);
    signals.push({ state: 'Start', series, kind: 'silence', start: run.latest, end: run.missedAt + 1 });
  }
}

/** A single minute needs another beside it unless it is far less probable; sums of several are of several already. */
function isSure({ p, length }: Verdict, alpha: number): boolean {
  return length > 1 || p * SURE < alpha;
}

/** The last hour that is closed when a minute is complete. */
export function lastClosed(minute: number): number {
  return Math.floor((minute - CLOSE_AFTER) / 60) - 1;
}
