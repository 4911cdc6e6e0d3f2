import type { Clock } from '../base/clock.ts';
import { OpentrailError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { Gauge, type Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import { columnsOf } from '../record/columns.ts';
import type { EventRecord } from '../record/event-record.ts';
import type { FollowerStatus } from '../store/contract.ts';
import { createFollower } from '../store/follow/follower.ts';
import { tellingRecord, type Telling } from '../use/silence/service-event.ts';
import { watchUptime } from '../use/silence/uptime.ts';
import { watchSources, type SilentSource } from '../use/silence/watch-sources.ts';
import type { Closing } from './closing.ts';
import type { Store } from './store.ts';

const NAME = 'silence';

export type SilenceDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly publish: (event: EventRecord) => void;
  /** Last entry that the event store has. */
  readonly storedThrough: () => number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

export type Silence = {
  readonly statuses: () => readonly FollowerStatus[];
  readonly silent: () => readonly SilentSource[];
  /** Tells that the server was down; once records are taken. */
  readonly start: () => Promise<void>;
};

/** Who falls silent, and when the server was down: told as records of Opentrail's own. */
export async function openSilence(deps: SilenceDeps): Promise<Silence> {
  const { config, store, closing } = deps;
  const tell = async (telling: Telling): Promise<void> => {
    const raw = tellingRecord(telling);
    const json = JSON.parse(Buffer.from(raw).toString('utf8')) as Record<string, unknown>;
    const event: EventRecord = { raw, columns: columnsOf(json), origin: 'captured' };
    await store.intake.record(event);
    deps.publish(event);
  };
  const teller = { account: config.account_id, region: config.region };
  const uptime = watchUptime({ ...deps, settings: store.settings, tell, teller });
  const start = async (): Promise<void> => {
    await uptime.start();
    closing.add('uptime', () => uptime.stop());
  };
  if (config.silence_after === 'off') return { statuses: () => [], silent: () => [], start };
  return { ...(await follow(deps, { tell, after: config.silence_after })), start };
}

async function follow(
  { store, storedThrough, clock, log, metrics, closing }: SilenceDeps,
  { tell, after }: { tell: (telling: Telling) => Promise<void>; after: 'auto' | number },
) {
  const { journal, cursors, settings, events } = store;
  const headAtStart = journal.head();
  // What was recorded before anybody listened is no rhythm.
  if ((await cursors.get(NAME)) === 0) await cursors.set(NAME, headAtStart);
  const watch = watchSources({
    settings,
    after,
    columnsOf,
    tell,
    isRecorded: async ({ id, at }) => {
      if (storedThrough() < headAtStart)
        throw new OpentrailError('ENGINE_UNAVAILABLE', 'the event store has not all of the last run yet');
      const seconds = Math.floor(at / 1000);
      return (await events.existing({ ids: [id], from: seconds, to: seconds })).has(id);
    },
    isCaughtUp: () => follower.status().lag === 0,
    clock,
    log,
  });
  const follower = createFollower({
    name: NAME,
    journal,
    cursors,
    fallback: events.bySequence,
    apply: watch.apply,
    maxBytes: 4 * 1024 * 1024,
    maxEntries: 5000,
    linger: 200,
    clock,
    log,
  });
  await watch.start();
  await follower.start();
  closing.add('silence', async () => {
    await follower.stop();
    await watch.stop();
  });
  showSilence(metrics, watch.silent);
  return { statuses: () => [follower.status()], silent: watch.silent };
}

function showSilence(registry: Registry, silent: () => readonly SilentSource[]): void {
  new Gauge({
    name: 'opentrail_source_silent',
    help: '1 while a source of events that is expected is silent.',
    labelNames: ['channel', 'account', 'region'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { channel, account, region } of silent()) this.set({ channel, account, region }, 1);
    },
  });
}
