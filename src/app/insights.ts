import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { plainColumnsOf } from '../record/columns.ts';
import { createFollower } from '../store/follow/follower.ts';
import { createCounting } from '../use/insights/counting/count-calls.ts';
import type { Closing } from './closing.ts';
import type { Store } from './store.ts';

const NAME = 'rates';

export type InsightsDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Calls per minute, counted from the journal. */
export async function openInsights({ store, clock, log, closing }: InsightsDeps) {
  const { journal, cursors, events, rates } = store;
  const count = createCounting({ rates, columnsOf: plainColumnsOf, clock, onCounted: () => undefined });
  const follower = createFollower({
    name: NAME,
    journal,
    cursors,
    fallback: events.bySequence,
    apply: count,
    maxBytes: 16 * 1024 * 1024,
    maxEntries: 20_000,
    linger: 1000,
    clock,
    log,
  });
  await follower.start();
  closing.add('rates', () => follower.stop());
  return { status: () => follower.status() };
}
