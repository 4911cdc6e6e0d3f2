import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import type { EventRecord } from '../record/event-record.ts';
import type { FollowerStatus } from '../store/contract.ts';
import { createFollower } from '../store/follow/follower.ts';
import { showFollowers } from '../store/follow/metrics.ts';
import { createRetentionOfJournal } from '../store/follow/retention.ts';
import { createEventsWriter } from '../use/history/events-writer.ts';
import type { Closing } from './closing.ts';
import type { Proofs } from './proofs.ts';
import { openSilence } from './silence.ts';
import type { Store } from './store.ts';
import type { Trails } from './trails.ts';

const EVENTS = 'events';
const BATCHES = {
  /** One insert is one unit of the engine's while it stays below its block size. */
  maxBytes: 32 * 1024 * 1024,
  maxEntries: 20_000,
  /** Milliseconds between inserts: a call is to be found within one second of its answer. An engine that is busy gets fewer and larger ones. */
  linger: 250,
  lingerMost: 450,
};

export type FollowersDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly proofs: Pick<Proofs, 'status'>;
  readonly trails: Trails;
  readonly rules: { readonly status: () => FollowerStatus };
  readonly detections: { readonly status: () => FollowerStatus };
  readonly insights: { readonly status: () => FollowerStatus };
  readonly lake: { readonly status: () => FollowerStatus };
  /** To whoever listens to what is recorded. */
  readonly publish: (event: EventRecord) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

/** Whoever reads the journal on: the event store's writer, and (with cursors of their own) the trails. */
export async function startFollowers({
  config,
  store,
  proofs,
  trails,
  rules,
  detections,
  insights,
  lake,
  publish,
  clock,
  log,
  metrics,
  closing,
}: FollowersDeps) {
  const { journal, cursors } = store;
  const writer = createEventsWriter({ store: store.events });
  const events = createFollower({
    name: EVENTS,
    journal,
    cursors,
    apply: writer.apply,
    ...BATCHES,
    clock,
    log,
  });
  await events.start();
  closing.add('events follower', () => events.stop());
  const storedThrough = (): number => events.status().cursor;
  const silence = await openSilence({ config, store, publish, storedThrough, clock, log, metrics, closing });
  const statuses = (): readonly FollowerStatus[] => [
    events.status(),
    proofs.status(),
    ...silence.statuses(),
    rules.status(),
    detections.status(),
    insights.status(),
    lake.status(),
    ...trails.followers(),
  ];
  const retention = createRetentionOfJournal({
    journal,
    followers: statuses,
    events: EVENTS,
    cursors: {
      settle: async () => {
        await cursors.settle();
        await store.tree.settle();
      },
    },
    limitBytes: config.journal_limit,
    log,
  });
  retention.start();
  showFollowers(metrics, statuses);
  closing.add('journal retention', () => retention.stop());
  return { followers: statuses, storedThrough, silent: silence.silent, tellPause: silence.start };
}
