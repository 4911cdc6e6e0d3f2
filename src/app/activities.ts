import type { InternalRoute } from '../api/endpoint-contract.ts';
import type { Operation } from '../aws/operation.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Counter, type Registry } from '../base/metrics.ts';
import type { IngestChannel, RefusedActivity } from '../capture/ingest/activity/activity.ts';
import { activityEventId } from '../capture/ingest/activity/activity-record.ts';
import { putAuditEvents } from '../capture/ingest/activity/put-audit-events.ts';
import { createTakeActivities, type ActivityRecord } from '../capture/ingest/activity/take-activities.ts';
import { columnsOfBytes } from '../record/columns.ts';
import type { EventRecord } from '../record/event-record.ts';
import type { Channels } from './channels.ts';
import { cloudEventsRoute } from './routes/cloud-events.ts';
import { otlpLogsRoute } from './routes/otlp-logs.ts';
import { senderRoutes } from './routes/senders.ts';
import type { Store } from './store.ts';

export type ActivitiesJoin = {
  readonly store: Pick<Store, 'intake' | 'events' | 'journal'>;
  readonly channels: Pick<Channels, 'table' | 'policyOf' | 'senders' | 'senderOperations'>;
  readonly publish: (event: EventRecord) => void;
  readonly storedThrough: () => number;
  readonly clock: Clock;
  readonly metrics: Registry;
  readonly log: Logger;
};

const READ_BYTES = 4 * 1024 * 1024;

/** Joins events of one's own services to their channels, the record stage and the store. */
export function joinActivities(deps: ActivitiesJoin): {
  readonly operations: readonly Operation[];
  readonly routes: readonly InternalRoute[];
} {
  const { store, channels, publish, clock, log } = deps;
  const { table } = channels;
  const counter = new Counter({
    name: 'opentrail_activity_events_total',
    help: "Events of one's own services, by what became of them.",
    labelNames: ['outcome'],
    registers: [deps.metrics],
  });
  const refused = (channel: IngestChannel, failures: readonly RefusedActivity[]): void => {
    // The journal itself has counted what it could not take.
    store.intake.rejected(failures.filter(({ errorCode }) => errorCode !== 'InternalFailure').length);
    counter.inc({ outcome: 'rejected' }, failures.length);
    const last = failures.at(-1);
    if (last === undefined) return;
    const eventId = activityEventId(channel, last.id);
    table.attempted(channel.arn, { at: clock.now(), eventId, errorCode: last.errorCode });
  };
  const take = createTakeActivities({
    accept: async (records) => {
      const events = records.map(eventOf);
      await store.intake.submit(events);
      for (const event of events) publish(event);
    },
    existing: (query) => store.events.existing(query),
    unstored: () => unstored(deps),
    attempted: table.attempted,
    count: (outcome, count) => counter.inc({ outcome }, count),
    clock,
    log,
  });
  const channel = (arn: string) => table.get(arn);
  const sending = { take, refused, channels, clock };
  return {
    operations: [putAuditEvents({ channel, policyOf: channels.policyOf, take, refused })],
    routes: [cloudEventsRoute(sending), otlpLogsRoute(sending), ...senderRoutes(channels.senderOperations)],
  };
}

function eventOf({ raw }: ActivityRecord): EventRecord {
  return { raw, columns: columnsOfBytes(raw), origin: 'ingested' };
}

/** What was journalled before a crash and is still on its way to the event store. */
async function unstored({ store, storedThrough }: ActivitiesJoin): Promise<readonly string[]> {
  const { journal } = store;
  const head = journal.head();
  const ids: string[] = [];
  for (let from = Math.max(storedThrough() + 1, journal.oldest()); from <= head;) {
    const entries = await journal.read({ from, maxBytes: READ_BYTES });
    ids.push(...entries.filter(({ origin }) => origin === 'ingested').map(({ id }) => id));
    from = (entries.at(-1)?.seq ?? head) + 1;
  }
  return ids;
}
