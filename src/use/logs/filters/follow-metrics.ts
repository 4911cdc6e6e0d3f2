import { AwsError } from '../../../aws/errors.ts';
import type { MetricPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { Arrivals } from '../arrivals.ts';
import type { LogDeps } from '../deps.ts';
import type { LogGroupRow } from '../settings.ts';
import { createPatience } from './patience.ts';
import { defaultDatum, measure, metricFilter, type Measured, type MetricFilter } from './measure.ts';

export type FollowMetricsDeps = Pick<LogDeps, 'settings' | 'events' | 'clock'> & {
  readonly arrivals: Arrivals;
  readonly metrics: MetricPort;
  readonly log: Logger;
};

/** Milliseconds between looks at groups in which something arrived. */
const TICK = 500;
const MINUTE = 60_000;
/** After its end a minute waits so long for events that came in it. */
const LATE = 5000;
/** Events of one batch: 256 MB of the longest. */
const BATCH = 1000;

/**
 * Applies metric filters to every event, in the order of arrival. A batch is noted before it is put, and put under a token of its own: after a
 * crash the same one is put again, and counts once.
 */
export function createMetricFollower(deps: FollowMetricsDeps): Stoppable & { readonly start: () => void } {
  const dirty = deps.arrivals.listen();
  const patience = createPatience(deps.clock);
  let began = false;
  return createRounds({
    round: async () => {
      const groups = await groupsToLookAt(deps, began ? dirty.take() : undefined);
      began = true;
      for (const group of groups) {
        if (patience.isWaiting(group.id)) dirty.add(group.id);
        else await look(group);
      }
    },
    onError: (error) => deps.log.warn({ reason: messageOf(error) }, 'metric filters cannot be read'),
    tick: TICK,
  });

  async function look(group: LogGroupRow): Promise<void> {
    try {
      await followGroup(deps, group);
      patience.succeeded(group.id);
      // What has arrived may wait for an append that began before.
      if (deps.events.appending()) dirty.add(group.id);
    } catch (error) {
      patience.failed(group.id);
      dirty.add(group.id);
      deps.log.warn({ group: group.name, reason: messageOf(error) }, 'metric filters wait');
    }
  }
}

/** Those in which something arrived, or whose minute of the default value has ended; all of them at first. */
async function groupsToLookAt(
  { settings, clock }: FollowMetricsDeps,
  dirty: ReadonlySet<string> | undefined,
): Promise<readonly LogGroupRow[]> {
  const ended = clock.now() - MINUTE - LATE;
  const rows = await settings.selectFrom('log_metric_filters').select(['group_id', 'open_minute']).execute();
  const wanted = rows.filter(
    ({ group_id: id, open_minute: minute }) =>
      dirty === undefined || dirty.has(id) || (minute !== null && minute <= ended),
  );
  if (wanted.length === 0) return [];
  const ids = [...new Set(wanted.map(({ group_id: id }) => id))];
  return settings.selectFrom('log_groups').selectAll().where('id', 'in', ids).execute();
}

/** Puts what has arrived and is not counted yet, and default values that are due. */
async function followGroup(deps: FollowMetricsDeps, group: LogGroupRow): Promise<void> {
  const { settings, events, clock } = deps;
  for (;;) {
    const filters = await filtersOf(deps, group.id);
    const at = await cursorOf(deps, group.id);
    if (at === undefined) return;
    const through = at.batch_to > at.cursor ? at.batch_to : events.arrivedThrough();
    const batch = await events.arrivals({ group: group.id, after: at.cursor, through, limit: BATCH });
    const to = batch.at(-1)?.n ?? Math.max(at.cursor, at.batch_to);
    if (batch.length > 0 && to > at.batch_to)
      await settings
        .updateTable('log_metric_cursors')
        .set({ batch_to: to })
        .where('group_id', '=', group.id)
        .execute();
    const measured = measure(filters, batch, clock.now());
    await put(deps, { group, measured, to });
    const isCaughtUp = batch.length < BATCH;
    const ended = isCaughtUp ? await putEnded(deps, group, measured) : measured.open;
    if (batch.length > 0 || at.batch_to > at.cursor || ended !== measured.open)
      await note(deps, { group, to, open: ended });
    if (isCaughtUp) return;
  }
}

async function filtersOf({ settings }: FollowMetricsDeps, groupId: string): Promise<readonly MetricFilter[]> {
  const rows = await settings
    .selectFrom('log_metric_filters')
    .selectAll()
    .where('group_id', '=', groupId)
    .execute();
  return rows.map(metricFilter);
}

async function cursorOf({ settings }: FollowMetricsDeps, groupId: string) {
  return settings
    .selectFrom('log_metric_cursors')
    .selectAll()
    .where('group_id', '=', groupId)
    .executeTakeFirst();
}

type Putting = { readonly group: LogGroupRow; readonly measured: Measured; readonly to: number };

async function put(deps: FollowMetricsDeps, { group, measured, to }: Putting): Promise<void> {
  for (const [namespace, data] of measured.data)
    await putData(deps, group, { namespace, data, token: `log-metrics/${group.id}/${to}/${namespace}` });
  for (const each of measured.defaults) await putDefault(deps, group, each);
}

type Default = Measured['defaults'][number];

function putDefault(deps: FollowMetricsDeps, group: LogGroupRow, { filter, minute }: Default): Promise<void> {
  return putData(deps, group, {
    namespace: filter.transformation.metricNamespace,
    data: [defaultDatum(filter, minute)],
    token: `log-metrics/${group.id}/${filter.row.id}/${minute}`,
  });
}

/** Waits for CloudWatch as long as it takes; what it does not want is told and left. */
async function putData(
  { metrics, log }: FollowMetricsDeps,
  { account, region, name }: LogGroupRow,
  what: Pick<Parameters<MetricPort['put']>[0], 'namespace' | 'data' | 'token'>,
): Promise<void> {
  try {
    await metrics.put({ account, region, ...what });
  } catch (error) {
    if (!(error instanceof AwsError) || !error.code.startsWith('InvalidParameter')) throw error;
    const told = { group: name, namespace: what.namespace, data: what.data.length, reason: error.message };
    log.warn(told, 'CloudWatch refused what metric filters measured');
  }
}

/** All that came has been looked at, so a minute that ended without a match gets its default value now. */
async function putEnded(
  deps: FollowMetricsDeps,
  group: LogGroupRow,
  { open }: Measured,
): Promise<Measured['open']> {
  const ended = deps.clock.now() - MINUTE - LATE;
  const due = [...open].filter(([, { minute }]) => minute !== null && minute <= ended);
  if (due.length === 0) return open;
  const rest = new Map(open);
  for (const [filter, { minute, matched }] of due) {
    if (minute !== null && !matched) await putDefault(deps, group, { filter, minute });
    rest.set(filter, { minute: null, matched: false });
  }
  return rest;
}

async function note(
  { settings }: FollowMetricsDeps,
  { group, to, open }: { readonly group: LogGroupRow; readonly to: number; readonly open: Measured['open'] },
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx
      .updateTable('log_metric_cursors')
      .set({ cursor: to, batch_to: to })
      .where('group_id', '=', group.id)
      .execute();
    for (const [{ row }, { minute, matched }] of open)
      await tx
        .updateTable('log_metric_filters')
        .set({ open_minute: minute, open_matched: Number(matched) })
        .where('id', '=', row.id)
        .execute();
  });
}
