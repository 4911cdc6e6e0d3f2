import type { EventBusPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { columnsOfBytes } from '../record/columns.ts';
import { createFollower } from '../store/follow/follower.ts';
import { createDetections } from '../use/detections/create-detections.ts';
import { loadPack } from '../use/detections/load-pack.ts';
import type { Closing } from './closing.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';
import { topicsOf } from './topics.ts';

const NAME = 'detections';

export type DetectionsDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly embedded: Pick<Embedded, 'serving' | 'topics'>;
  /** Default buses of accounts. */
  readonly buses: EventBusPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** What an intruder does, looked for in every record as it is stored. */
export async function openDetections(deps: DetectionsDeps) {
  const { store, embedded, buses, clock, log, closing } = deps;
  const { serving } = embedded;
  const { settings, journal, cursors, events } = store;
  const detections = createDetections({
    settings,
    events,
    columnsOf: columnsOfBytes,
    logBuckets: async () => {
      const trails = await settings.selectFrom('trails').select('bucket').execute();
      return new Set(trails.map((trail) => trail.bucket));
    },
    pack: await loadPack(),
    buses,
    topics: await topicsOf({ ...deps, serving }, embedded.topics),
    clock,
    log,
  });
  // What was recorded before there were detections makes no findings unasked.
  if ((await cursors.get(NAME)) === 0) await cursors.set(NAME, journal.head());
  const follower = createFollower({
    name: NAME,
    journal,
    cursors,
    fallback: events.bySequence,
    apply: detections.apply,
    maxBytes: 4 * 1024 * 1024,
    maxEntries: 5000,
    linger: 100,
    clock,
    log,
  });
  await follower.start();
  detections.start();
  closing.add('detections', async () => {
    await follower.stop();
    await detections.stop();
  });
  return { operations: detections.operations, status: () => follower.status() };
}
