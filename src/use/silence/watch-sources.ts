import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuidFrom } from '../../base/ids.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { pause as sleep } from '../../base/retry.ts';
import { OPENTRAIL_SOURCE } from '../../base/service-event.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { JournalEntry } from '../../store/contract.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { heard, NEW, patienceOf, type Rhythm, type SilenceAfter } from './rhythm.ts';
import type { Source, Telling } from './service-event.ts';
import type { SilenceTables } from './settings.ts';

export type WatchDeps = {
  readonly settings: Settings<SilenceTables>;
  readonly after: SilenceAfter;
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => EventColumns;
  /** Journals the event, and lets whoever listens hear it. */
  readonly tell: (telling: Telling) => Promise<void>;
  /** Whether an event that an earlier run was telling is on record. Rejects while that cannot be said. */
  readonly isRecorded: (telling: Telling) => Promise<boolean>;
  /** Whether everything that was recorded has been applied. */
  readonly isCaughtUp: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
};

export type SilentSource = Source & { /** ms */ readonly lastHeard: number };

export type SourceWatch = Stoppable & {
  readonly start: () => Promise<void>;
  /** Hears what was recorded. */
  readonly apply: (batch: { readonly entries: readonly JournalEntry[] }) => Promise<void>;
  /** Looks who has been silent for too long, and tells. */
  readonly look: () => Promise<void>;
  readonly silent: () => readonly SilentSource[];
};

type State = {
  readonly source: Source;
  lastAt: number;
  rhythm: Rhythm;
  silentSince: number | undefined;
  telling: Telling | undefined;
  isChanged: boolean;
  /** Told by an earlier run, perhaps. */
  isDoubtful: boolean;
};

const MOST_SOURCES = 10_000;
const FORGET_AFTER = 30 * 86_400_000;
const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** Notices sources of events that fall silent: an account and region, by the way its events come. */
export function watchSources(deps: WatchDeps): SourceWatch {
  const watch = new Watch(deps);
  return {
    start: () => watch.start(),
    apply: async ({ entries }) => watch.apply(entries),
    look: () => watch.look(),
    silent: () => watch.silent(),
    stop: () => watch.stop(),
  };
}

class Watch {
  readonly #deps: WatchDeps;
  readonly #states = new Map<string, State>();
  readonly #stopping = new AbortController();
  /** Pauses count from here on at the earliest: nobody listened before. */
  #listeningSince = 0;
  #lastLook = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#listeningSince = this.#lastLook = this.#deps.clock.now();
    for (const row of await this.#deps.settings.selectFrom('silence_sources').selectAll().execute()) {
      const { channel, account, region } = row;
      const source = { channel: channel as Source['channel'], account, region };
      this.#states.set(idOf(source), {
        source,
        lastAt: row.last_at,
        rhythm: JSON.parse(row.rhythm) as Rhythm,
        silentSince: row.silent_since ?? undefined,
        telling: row.telling === null ? undefined : (JSON.parse(row.telling) as Telling),
        isChanged: false,
        isDoubtful: row.telling !== null,
      });
    }
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#save();
  }

  apply(entries: readonly JournalEntry[]): void {
    const now = this.#deps.clock.now();
    for (const entry of entries) {
      const source = this.#sourceOf(entry);
      if (source !== undefined) this.#hear(source, now);
    }
  }

  silent(): readonly SilentSource[] {
    return [...this.#states.values()].flatMap(({ source, silentSince }) =>
      silentSince === undefined ? [] : [{ ...source, lastHeard: silentSince }],
    );
  }

  async look(): Promise<void> {
    const now = this.#deps.clock.now();
    // The machine slept, or the process hung: nobody listened.
    if (now - this.#lastLook > 5 * this.#every()) this.#listeningSince = now;
    this.#lastLook = now;
    if (this.#deps.isCaughtUp()) for (const state of this.#states.values()) this.#judge(state, now);
    // First what is to be told, then telling it: whatever dies in between, it is told, and once.
    await this.#save();
    for (const state of this.#states.values())
      if (state.telling !== undefined) await this.#tell(state, state.telling);
    await this.#save();
  }

  async #run(): Promise<void> {
    while (await sleep(this.#every(), this.#stopping.signal)) {
      try {
        await this.look();
      } catch (error) {
        this.#deps.log.warn({ err: messageOf(error) }, 'silent sources cannot be told yet');
      }
    }
  }

  #every(): number {
    const { after } = this.#deps;
    return after === 'auto' ? 60_000 : Math.min(60_000, Math.max(250, after / 4));
  }

  /** Undefined for what Opentrail itself causes: deliveries, and events like these. */
  #sourceOf(entry: JournalEntry): Source | undefined {
    if (entry.kind !== 'record' || (entry.origin !== 'captured' && entry.origin !== 'ingested'))
      return undefined;
    const columns = entry.columns ?? this.#columnsOf(entry);
    if (columns === undefined || columns.source === OPENTRAIL_SOURCE || columns.sourceIp === CLOUDTRAIL)
      return undefined;
    const channel = entry.origin === 'captured' ? 'gateway' : 'ingest';
    return { channel, account: columns.account, region: columns.region };
  }

  #columnsOf({ raw }: JournalEntry): EventColumns | undefined {
    try {
      return this.#deps.columnsOf(JSON.parse(Buffer.from(raw).toString('utf8')) as Record<string, unknown>);
    } catch {
      return undefined;
    }
  }

  #hear(source: Source, now: number): void {
    const state = this.#stateOf(source, now);
    if (state === undefined) return;
    const wasSilent = state.silentSince !== undefined;
    const pause = Math.max(0, now - Math.max(state.lastAt, this.#listeningSince));
    state.rhythm = heard(state.rhythm, { now, pause, wasSilent, after: this.#deps.after });
    if (state.silentSince !== undefined) this.#resumed(state, state.silentSince, now);
    state.lastAt = now;
    state.isChanged = true;
  }

  #stateOf(source: Source, now: number): State | undefined {
    const known = this.#states.get(idOf(source));
    if (known !== undefined || this.#states.size >= MOST_SOURCES) return known;
    const state: State = {
      source,
      lastAt: now,
      rhythm: NEW,
      silentSince: undefined,
      telling: undefined,
      isChanged: true,
      isDoubtful: false,
    };
    this.#states.set(idOf(source), state);
    return state;
  }

  #resumed(state: State, since: number, now: number): void {
    const details = { ...state.source, lastHeard: iso(since), resumed: iso(now) };
    // A silence that could not be told yet is told with its end.
    state.telling = this.#telling(state, { name: 'SourceResumed', at: now, key: `${since}`, details });
    state.silentSince = undefined;
  }

  #judge(state: State, now: number): void {
    if (state.silentSince !== undefined || state.telling !== undefined) return;
    const patience = patienceOf(state.rhythm, this.#deps.after);
    const silence = now - Math.max(state.lastAt, this.#listeningSince);
    if (patience === undefined || silence < patience) return;
    const details = {
      ...state.source,
      lastHeard: iso(state.lastAt),
      expectedWithinSeconds: Math.round(patience / 1000),
    };
    state.telling = this.#telling(state, { name: 'SourceSilent', at: now, key: `${state.lastAt}`, details });
    state.silentSince = state.lastAt;
    state.isChanged = true;
  }

  #telling(
    { source }: State,
    { name, at, key, details }: Pick<Telling, 'name' | 'at' | 'details'> & { key: string },
  ): Telling {
    const { account, region } = source;
    return { id: uuidFrom(`${name}:${idOf(source)}:${key}`), name, at, account, region, details };
  }

  async #tell(state: State, telling: Telling): Promise<void> {
    if (!state.isDoubtful || !(await this.#deps.isRecorded(telling))) await this.#deps.tell(telling);
    this.#deps.log.warn({ event: telling.name, ...state.source }, 'told of a source of events');
    state.isDoubtful = false;
    // It may have changed meanwhile.
    if (state.telling?.id === telling.id) state.telling = undefined;
    state.isChanged = true;
  }

  async #save(): Promise<void> {
    const now = this.#deps.clock.now();
    const changed = [...this.#states.values()].filter(({ isChanged }) => isChanged);
    for (const state of changed) state.isChanged = false;
    const old = [...this.#states].filter(([, { lastAt }]) => now - lastAt > FORGET_AFTER);
    if (changed.length === 0 && old.length === 0) return;
    await this.#deps.settings.transaction().execute(async (tx) => {
      for (const state of changed) {
        const row = rowOf(state);
        await tx
          .insertInto('silence_sources')
          .values(row)
          .onConflict((conflict) => conflict.columns(['channel', 'account', 'region']).doUpdateSet(row))
          .execute();
      }
      for (const [id, { source }] of old) {
        this.#states.delete(id);
        await tx
          .deleteFrom('silence_sources')
          .where((where) => where.and(source))
          .execute();
      }
    });
  }
}

function rowOf({ source, lastAt, rhythm, silentSince, telling }: State) {
  return {
    ...source,
    last_at: lastAt,
    rhythm: JSON.stringify(rhythm),
    silent_since: silentSince ?? null,
    telling: telling === undefined ? null : JSON.stringify(telling),
  };
}

function idOf({ channel, account, region }: Source): string {
  return `${channel} ${account} ${region}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
