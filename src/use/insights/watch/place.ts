import type { RateKey, RateSeries, RateStore } from '../../../store/contract.ts';
import { Detector, lastClosed, type DetectorSettings, type Signal } from '../detector/detector.ts';
import type { Series } from '../detector/series.ts';
import { DAYS } from '../detector/windows.ts';
import type { InsightRow } from '../settings.ts';

/** What a series counts; `error` '' for calls. */
export type Api = Pick<RateKey, 'category' | 'source' | 'name' | 'error'>;

export type PlaceDeps = {
  readonly rates: Pick<RateStore, 'read'>;
  readonly settings: DetectorSettings;
};

export type PlaceName = { readonly account: string; readonly region: string };

/** Minutes before now that are looked at when a place begins to be watched, or the server to run. */
const LOOK_BACK = 60;
/** Minutes: what comes later than that makes no insight. */
export const LATEST = 60;

/** The watch over one account and region. */
export class Place {
  readonly name: PlaceName;
  /** The first minute that was counted. */
  readonly began: number;
  readonly #deps: PlaceDeps;
  readonly #detector: Detector;
  readonly #apis = new Map<Series, Api>();
  readonly #calls = new Map<string, Series[]>();
  readonly #known = new Set<Series>();
  /** Sums of several keys: successes and failures are all calls. */
  readonly #sums = new Map<Series, Map<number, number>>();

  private constructor(deps: PlaceDeps, name: PlaceName, began: number) {
    this.name = name;
    this.began = began;
    this.#deps = deps;
    this.#detector = new Detector(deps.settings);
  }

  /** Reads four weeks of rates. `told`: insights of that time, which are not told again. */
  static async open(
    deps: PlaceDeps,
    {
      name,
      began,
      complete,
      told,
    }: { name: PlaceName; began: number; complete: number; told: readonly InsightRow[] },
  ): Promise<Place> {
    const place = new Place(deps, name, began);
    await place.#learn(complete, told);
    return place;
  }

  apiOf(series: Series): Api | undefined {
    return this.#apis.get(series);
  }

  set budget(budget: number) {
    this.#detector.budget = budget;
  }

  /** Reads the last hour, and judges it. */
  async look(complete: number, now: number): Promise<readonly Signal[]> {
    const places = [this.name];
    for (const found of await this.#deps.rates.read({ from: now - LATEST, to: now + 1, places }))
      this.#count(found, { from: now - LATEST, to: now + 1 });
    this.#settle();
    return this.#detector.advance(complete, now);
  }

  async #learn(complete: number, told: readonly InsightRow[]): Promise<void> {
    const begin = Math.max(this.began, complete - LOOK_BACK);
    const closed = lastClosed(begin);
    const first = Math.max(Math.floor(this.began / 60), closed - DAYS * 24 + 1);
    for (let hour = first; hour <= closed; hour += 24) {
      const last = Math.min(hour + 23, closed);
      const found = await this.#deps.rates.read({
        from: hour * 60,
        to: (last + 1) * 60,
        places: [this.name],
      });
      this.#know(found, told);
      for (let one = hour; one <= last; one++) {
        for (const series of found) this.#count(series, { from: one * 60, to: (one + 1) * 60 });
        this.#settle();
        this.#detector.learn(one);
      }
    }
    const rest = { from: (closed + 1) * 60, to: complete + 1 };
    const found = await this.#deps.rates.read({ ...rest, places: [this.name] });
    this.#know(found, told);
    for (const series of found) this.#count(series, rest);
    this.#settle();
    this.#detector.begin(begin);
    this.#reopen(told);
  }

  /** Makes the series, and keeps what was told of them out of what is usual. */
  #know(found: readonly RateSeries[], told: readonly InsightRow[]): void {
    for (const series of found.flatMap(({ key }) => this.#seriesFor(key))) {
      const api = this.#apis.get(series);
      if (api === undefined || this.#known.has(series)) continue;
      this.#known.add(series);
      for (const row of told.filter((one) => isOf(one, api))) {
        series.exclude({ from: row.start_minute - 1, to: row.end_minute ?? Infinity });
        series.notBefore = Math.max(series.notBefore, (row.end_minute ?? -1) + 1);
      }
    }
  }

  #reopen(told: readonly InsightRow[]): void {
    for (const [series, api] of this.#apis) {
      const row = told.find((one) => one.end_minute === null && isOf(one, api));
      if (row === undefined) continue;
      const kind = row.kind === 'silence' ? 'silence' : 'rise';
      this.#detector.reopen(series, { kind, start: row.start_minute, resumes: row.resumes });
    }
  }

  #count({ key, minutes, calls }: RateSeries, { from, to }: { from: number; to: number }): void {
    for (const series of this.#seriesFor(key)) {
      const sums = this.#sums.get(series) ?? new Map<number, number>();
      this.#sums.set(series, sums);
      for (const [n, minute] of minutes.entries())
        if (minute >= from && minute < to) sums.set(minute, (sums.get(minute) ?? 0) + (calls[n] ?? 0));
    }
  }

  #settle(): void {
    for (const [series, sums] of this.#sums)
      for (const minute of [...sums.keys()].sort((a, b) => a - b))
        this.#detector.count(series, minute, sums.get(minute) ?? 0);
    this.#sums.clear();
  }

  /** Calls, reads and writes apart; and the errors among them. */
  #seriesFor(key: RateKey): readonly Series[] {
    const { category, readOnly, source, name, error } = key;
    const api = JSON.stringify([category, source, name]);
    const calls = this.#calls.get(api) ?? [];
    this.#calls.set(api, calls);
    const id = `${api} ${readOnly}`;
    let series = this.#detector.get(id);
    if (series === undefined) {
      const isWatched = !readOnly || category === 'Data';
      series = this.#detector.add(id, { kind: 'calls', isWatched, began: this.began });
      this.#apis.set(series, { category, source, name, error: '' });
      calls.push(series);
    }
    if (error === '') return [series];
    const errorId = `${api} error ${error}`;
    let errors = this.#detector.get(errorId);
    if (errors === undefined) {
      errors = this.#detector.add(errorId, { kind: 'errors', isWatched: true, calls, began: this.began });
      this.#apis.set(errors, { category, source, name, error });
    }
    return [series, errors];
  }
}

export function isOf(row: InsightRow, api: Api): boolean {
  return (
    row.source === api.source &&
    row.name === api.name &&
    row.error === api.error &&
    row.category === api.category
  );
}
