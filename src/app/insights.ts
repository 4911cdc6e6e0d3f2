import type { Clock } from '../base/clock.ts';
import { OpentrailError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import { columnsOf, plainColumnsOf } from '../record/columns.ts';
import type { EventRecord } from '../record/event-record.ts';
import { createFollower } from '../store/follow/follower.ts';
import { createCounting } from '../use/insights/counting/count-calls.ts';
import { insightOperations } from '../use/insights/operations/insight-operations.ts';
import { watchRates, type InsightAsk, type RatesWatch } from '../use/insights/watch/watch-rates.ts';
import { insightsOfStores } from '../use/lake/stores/insights/wanted-insights.ts';
import { findTrail } from '../use/trails/operations/find-trail.ts';
import { wantedInsights } from '../use/trails/insights/wanted-insights.ts';
import { membersAt } from '../use/trails/organizations/members-at.ts';
import type { Closing } from './closing.ts';
import type { Store } from './store.ts';

const NAME = 'rates';
const EVENTS = 'events';

export type InsightsDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly live: { readonly publish: (event: EventRecord) => void };
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Calls per minute, counted from the journal, and what is unusual in them. */
export async function openInsights(deps: InsightsDeps) {
  const { store, clock, log, closing } = deps;
  const { journal, cursors, events, rates } = store;
  const watch = openWatch(deps);
  const count = createCounting({
    rates,
    columnsOf: plainColumnsOf,
    clock,
    onCounted: (counts) => watch?.counted(counts),
  });
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
  return {
    operations: insightOperations({
      ...store,
      trailArn: async (name, caller) => (await findTrail(store.settings, name, caller)).arn,
    }),
    status: () => follower.status(),
    /** Once records are taken. */
    start: () => {
      watch?.start();
      closing.add('insights', async () => watch?.stop());
    },
  };
}

/** They are recorded like what others do, and so are found, delivered and told to rules. */
function openWatch({ config, store, live, clock, log }: InsightsDeps): RatesWatch | undefined {
  if (config.insights === 'off') return undefined;
  const { settings, rates, events, cursors, journal } = store;
  const headAtStart = journal.head();
  const everywhere = async () => (_: InsightAsk) => true;
  return watchRates({
    settings,
    rates,
    wanted: config.insights === 'all' ? everywhere : () => wantedSomewhere(settings),
    tell: async (raw) => {
      const json = JSON.parse(Buffer.from(raw).toString('utf8')) as Record<string, unknown>;
      const event: EventRecord = { raw, columns: columnsOf(json), origin: 'captured' };
      await store.intake.record(event);
      live.publish(event);
    },
    isRecorded: async ({ id, time }) => {
      if ((await cursors.get(EVENTS)) < headAtStart)
        throw new OpentrailError('ENGINE_UNAVAILABLE', 'the event store has not all of the last run yet');
      return (await events.existing({ ids: [id], from: time, to: time })).has(id);
    },
    options: {
      budget: config.insights_budget,
      learn: config.insights_learn,
      lag: config.insights_lag,
      quiet: config.insights_quiet,
      retention: config.history_retention,
    },
    clock,
    log,
  });
}

/** By trails, or by event data stores. */
async function wantedSomewhere(settings: Store['settings']): Promise<(ask: InsightAsk) => boolean> {
  const byTrails = await wantedInsights(settings);
  const byStores = await insightsOfStores(settings, { read: () => membersAt(settings) });
  return (ask) => byTrails(ask) || byStores(ask);
}
