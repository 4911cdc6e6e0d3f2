import { setImmediate as breathe } from 'node:timers/promises';

import { AwsError } from '../../../aws/errors.ts';
import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { newEventId } from '../../../base/ids.ts';
import { noteFiles } from '../delivered/delivered.ts';
import { asPlanned, shapeOf, type LogFileDeps } from '../delivery/deliver-log-files.ts';
import { packRecords } from '../delivery/log-file.ts';
import { putLogFile } from '../delivery/put-log-file.ts';
import { readEntries } from '../delivery/read-entries.ts';
import { selectEvents, type SelectedEvent } from '../delivery/select-events.ts';
import { reachOf } from '../delivery/windows.ts';
import { noteDelivery } from '../notices/notices.ts';
import { foldersOf } from '../organizations/folders.ts';
import { selectionsOf } from '../selectors/trail-selectors.ts';
import type { LogFileRow } from '../settings.ts';
import type { Trail } from '../trail-store.ts';
import { aggregatedRecord } from './aggregated-record.ts';
import { countableOf, type Countable, type Place } from './countable.ts';
import type { AggregationRow } from './settings.ts';
import { readTemplates } from './stretches.ts';
import { Tally, type Group } from './tally.ts';
import { countableTo, judge, type Coverage } from './time-windows.ts';

export type AggregationDeps = LogFileDeps;

/**
 * Delivers the aggregates that are due of one stretch. False when it failed: the code is noted, the next try writes the same files under the
 * same keys. Nothing is kept in memory between two deliveries: counts follow from the journal.
 */
export async function runAggregation(deps: AggregationDeps, id: string): Promise<boolean> {
  const row = await deps.settings
    .selectFrom('trail_aggregations')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  const trail = row && (await trailOf(deps, row));
  if (row === undefined || trail === undefined) return true;
  try {
    const coverage = await coverageOf(deps, row);
    if (coverage !== undefined)
      await deliver(deps, { trail: asPlanned(trail, row.plan_shape), row, coverage });
    return true;
  } catch (error) {
    const code = error instanceof AwsError ? error.code : 'InternalError';
    deps.log.warn(
      { trail: trail.arn, bucket: trail.bucket, code, reason: messageOf(error) },
      'delivery of aggregates failed',
    );
    await deps.settings.updateTable('trail_aggregations').set({ error: code }).where('id', '=', id).execute();
    return false;
  }
}

function trailOf(deps: AggregationDeps, row: AggregationRow): Promise<Trail | undefined> {
  return deps.settings.selectFrom('trails').selectAll().where('id', '=', row.trail_id).executeTakeFirst();
}

/** What can be delivered now: what was planned, else all up to the end of the stretch, else the time windows that are over. */
async function coverageOf(deps: AggregationDeps, row: AggregationRow): Promise<Coverage | undefined> {
  const end = await endOf(deps, row);
  if (row.plan_seq !== null && row.plan_to !== null) {
    return { seq: row.plan_seq, to: row.plan_to, isEnd: row.plan_to === END };
  }
  if (end.isEnd) return { seq: end.to, to: END, isEnd: true };
  const to = countableTo(deps.clock.now());
  return to === undefined || to <= row.counted_to ? undefined : { seq: end.to, to, isEnd: false };
}

/** As `plan_to`: every time window. Seconds of the year 10000. */
const END = 253_402_300_800;

async function endOf(
  deps: AggregationDeps,
  row: AggregationRow,
): Promise<{ readonly to: number; readonly isEnd: boolean }> {
  const window = await deps.settings
    .selectFrom('trail_windows')
    .selectAll()
    .where('id', '=', row.window_id)
    .executeTakeFirst();
  // Once the logging is done with, the row itself tells where it ended.
  const reach =
    window === undefined ? { to: row.until_seq ?? row.seen_seq, isEnd: true } : await reachOf(deps, window);
  if (row.until_seq === null || row.until_seq > reach.to) return reach;
  return { to: row.until_seq, isEnd: true };
}

type Written = { readonly file: LogFileRow; readonly records: number };
type Delivery = { readonly trail: Trail; readonly row: AggregationRow; readonly coverage: Coverage };

async function deliver(deps: AggregationDeps, delivery: Delivery): Promise<void> {
  const { row, coverage } = delivery;
  const { groups, carriedFrom } = await count(deps, delivery);
  const plannedAt = row.planned_at ?? deps.clock.now();
  if (groups.length > 0 && row.planned_at === null) {
    await deps.settings
      .updateTable('trail_aggregations')
      .set({
        plan_seq: coverage.seq,
        plan_to: coverage.to,
        planned_at: plannedAt,
        plan_shape: JSON.stringify(shapeOf(delivery.trail)),
      })
      .where('id', '=', row.id)
      .execute();
  }
  const files: Written[] = [];
  for (const inPlace of Map.groupBy(groups, placeOf).values())
    files.push(await writeFile(deps, { ...delivery, plannedAt }, inPlace));
  await commit(deps, { ...delivery, carriedFrom }, files);
}

/** The events of the coverage that no delivery before has counted, and where those begin that the next one must look at again. */
async function count(
  deps: AggregationDeps,
  { trail, row, coverage }: Delivery,
): Promise<{ readonly groups: readonly Group[]; readonly carriedFrom: number | undefined }> {
  const tally = new Tally(readTemplates(row.templates));
  const selectionAt = await selectionsOf(deps.settings, trail.id);
  const { at: organizationAt } = await foldersOf(deps.settings, trail);
  const chosen = { trail, selectionAt, organizationAt };
  let carriedFrom: number | undefined;
  for await (const chunk of readEntries(deps, { from: row.next_seq, to: coverage.seq })) {
    for (const selected of await selectEvents(deps, chosen, chunk.entries)) {
      const event = readEvent(deps, selected);
      if (event === undefined) continue;
      const verdict = judge({ seq: selected.seq, time: event.time }, row, coverage);
      if (verdict === 'carried') carriedFrom ??= selected.seq;
      else if (verdict !== 'done') tally.add(event, { late: verdict === 'late' });
    }
    await breathe();
  }
  return { groups: tally.groups, carriedFrom };
}

function readEvent(deps: AggregationDeps, selected: SelectedEvent): Countable | undefined {
  const record = JSON.parse(Buffer.from(selected.raw).toString('utf8')) as Record<string, unknown>;
  return countableOf(record, deps.columnsOf(record), selected);
}

function placeOf({ organization, account, region }: Place): string {
  return `${organization}/${account}/${region}`;
}

async function writeFile(
  deps: AggregationDeps,
  { trail, row, coverage, plannedAt }: Delivery & { readonly plannedAt: number },
  groups: readonly Group[],
): Promise<Written> {
  const [first] = groups;
  if (first === undefined) throw new OpentrailError('BUG', 'a file without aggregates');
  const seed = `${trail.id}/${row.id}/${coverage.seq}-${coverage.to}`;
  const file = await putLogFile(deps.buckets, trail, {
    place: first,
    kind: 'CloudTrail-Aggregated',
    at: plannedAt,
    seed: `${seed}/${placeOf(first)}`,
    packed: await packRecords(groups.map((group) => aggregatedRecord(group, seed))),
    seconds: groups.map((group) => group.windowStart),
  });
  return { file, records: groups.length };
}

/** Files, notice and place in one step. */
async function commit(
  deps: AggregationDeps,
  { trail, row, coverage, carriedFrom }: Delivery & { readonly carriedFrom: number | undefined },
  written: readonly Written[],
): Promise<void> {
  const files = written.map(({ file }) => file);
  const now = deps.clock.now();
  await deps.settings.transaction().execute(async (tx) => {
    if (trail.validation === 1 && files.length > 0) {
      const delivered = files.map((file) => ({ ...file, delivered_at: now }));
      await tx.insertInto('trail_log_files').values(delivered).execute();
    }
    const counted = written.map(({ file: { bucket, key }, records }) => ({ bucket, key, records }));
    await noteFiles(tx, trail.id, counted);
    const keys = files.map(({ key }) => key);
    await noteDelivery(tx, trail, { keys, toSeq: coverage.seq, newId: newEventId, now });
    if (coverage.isEnd) {
      await tx.deleteFrom('trail_aggregations').where('id', '=', row.id).execute();
      return;
    }
    await tx
      .updateTable('trail_aggregations')
      .set({
        next_seq: carriedFrom ?? coverage.seq + 1,
        seen_seq: coverage.seq,
        counted_to: coverage.to,
        plan_seq: null,
        plan_to: null,
        planned_at: null,
        plan_shape: null,
        error: null,
      })
      .where('id', '=', row.id)
      .execute();
  });
  if (files.length > 0) deps.onDelivered?.();
}
