import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { uuidFrom } from '../../../base/ids.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { RateCount, RateStore } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { Signal } from '../detector/detector.ts';
import { insightType } from '../insight-record.ts';
import type { InsightRow, InsightTables } from '../settings.ts';
import { LATEST, Place, type PlaceName } from './place.ts';
import { createTeller, type TellerDeps } from './tell.ts';

/** Whether somebody asks for such insights. */
export type InsightAsk = PlaceName & {
  readonly source: string;
  /** Of the API; undefined: of any. */
  readonly name?: string | undefined;
  readonly type: string;
  readonly category: string;
};

export type WatchRatesDeps = Omit<TellerDeps, 'settings' | 'rates'> & {
  readonly settings: Settings<InsightTables>;
  readonly rates: RateStore;
  /** As it is now. */
  readonly wanted: () => Promise<(ask: InsightAsk) => boolean>;
  readonly options: InsightOptions;
  readonly clock: Clock;
  readonly log: Logger;
};

export type InsightOptions = {
  /** False starts a day. */
  readonly budget: number;
  /** Milliseconds. */
  readonly learn: number;
  readonly lag: number;
  /** Minutes. */
  readonly quiet: number;
  /** Milliseconds that insights are remembered. */
  readonly retention: number;
};

export type RatesWatch = Stoppable & {
  readonly start: () => void;
  /** More was counted. */
  readonly counted: (counts: readonly RateCount[]) => void;
  /** Looks now. */
  readonly look: () => Promise<void>;
};

const MINUTE = 60_000;
const TICK = 5000;
const SERVICES = ['ec2.amazonaws.com', 'iam.amazonaws.com'];
const TYPES = ['ApiCallRateInsight', 'ApiErrorRateInsight'];
const CATEGORIES = ['Management', 'Data'];

/** Looks at the rates of all places for which somebody asks for insights, and tells what is unusual. One node does. */
export function watchRates(deps: WatchRatesDeps): RatesWatch {
  const watch = new RateWatch(deps);
  const rounds = createRounds({
    round: () => watch.look(),
    onError: (error) => deps.log.warn({ err: messageOf(error) }, 'rates cannot be looked at yet'),
    tick: TICK,
  });
  return {
    start: () => rounds.start(),
    stop: () => rounds.stop(),
    counted: (counts) => watch.counted(counts),
    look: () => watch.look(),
  };
}

class RateWatch {
  readonly #deps: WatchRatesDeps;
  readonly #teller: ReturnType<typeof createTeller>;
  readonly #places = new Map<string, Place>();
  /** Places whose past was counted later: what is usual there is learnt anew. */
  readonly #stale = new Set<string>();
  #isStarted = false;

  constructor(deps: WatchRatesDeps) {
    this.#deps = deps;
    this.#teller = createTeller(deps);
  }

  counted(counts: readonly RateCount[]): void {
    const oldest = Math.floor(this.#deps.clock.now() / MINUTE) - LATEST;
    for (const { key, minute } of counts) if (minute < oldest) this.#stale.add(idOf(key));
  }

  async look(): Promise<void> {
    if (!this.#isStarted) await this.#teller.finish();
    this.#isStarted = true;
    const wanted = await this.#deps.wanted();
    const names = (await this.#deps.rates.began()).filter((place) => isWatched(wanted, place));
    for (const id of this.#places.keys())
      if (!names.some((name) => idOf(name) === id)) this.#places.delete(id);
    for (const { account, region, minute } of names) {
      const place = await this.#placeOf({ account, region }, minute);
      place.budget = this.#deps.options.budget / names.length;
      await this.#judge(place, wanted);
    }
    await this.#forget();
  }

  async #placeOf(name: PlaceName, began: number): Promise<Place> {
    const id = idOf(name);
    const known = this.#places.get(id);
    if (known?.began === began && !this.#stale.has(id)) return known;
    this.#stale.delete(id);
    const { rates, options, settings } = this.#deps;
    const told = await settings
      .selectFrom('insights')
      .selectAll()
      .where((where) => where.and(name))
      .execute();
    const { complete } = this.#now();
    const { budget, quiet } = options;
    const detector = { budget, quiet, learn: Math.ceil(options.learn / MINUTE) };
    const place = await Place.open({ rates, settings: detector }, { name, began, complete, told });
    this.#places.set(id, place);
    return place;
  }

  async #judge(place: Place, wanted: (ask: InsightAsk) => boolean): Promise<void> {
    const { complete, now } = this.#now();
    const signals = await place.look(complete, now);
    try {
      for (const signal of signals) await this.#tell(place, signal, wanted);
    } catch (error) {
      // What was not told is found again.
      this.#places.delete(idOf(place.name));
      throw error;
    }
  }

  async #tell(place: Place, signal: Signal, wanted: (ask: InsightAsk) => boolean): Promise<void> {
    const api = place.apiOf(signal.series);
    if (api === undefined) return;
    const row: InsightRow = {
      id: uuidFrom(`insight ${JSON.stringify([place.name, api, signal.kind, signal.start])}`),
      ...place.name,
      ...api,
      kind: signal.kind,
      start_minute: signal.start,
      end_minute: null,
      resumes: signal.series.open?.resumes ?? 0,
      telling: null,
    };
    const { began } = place;
    if (signal.state === 'End') return this.#teller.end(row, { end: signal.end, began });
    // What nobody asks for is known until it ends, and not told.
    if (wanted({ ...place.name, ...api, type: insightType(row) }))
      await this.#teller.start(row, { end: signal.end, began });
  }

  #now(): { complete: number; now: number } {
    const at = this.#deps.clock.now();
    return {
      now: Math.floor(at / MINUTE),
      complete: Math.floor((at - this.#deps.options.lag) / MINUTE) - 1,
    };
  }

  async #forget(): Promise<void> {
    const { settings, clock, options } = this.#deps;
    const before = Math.floor((clock.now() - options.retention) / MINUTE);
    await settings.deleteFrom('insights').where('start_minute', '<', before).execute();
  }
}

function isWatched(wanted: (ask: InsightAsk) => boolean, { account, region }: PlaceName): boolean {
  return SERVICES.some((source) =>
    TYPES.some((type) => CATEGORIES.some((category) => wanted({ account, region, source, type, category }))),
  );
}

function idOf({ account, region }: PlaceName): string {
  return `${account} ${region}`;
}
