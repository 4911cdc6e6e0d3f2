import { OpentrailError } from '../../../base/errors.ts';
import { newEventId } from '../../../base/ids.ts';
import type { Logger } from '../../../base/log.ts';
import type { BucketPort } from '../../../aws/ports.ts';
import { noteFiles } from '../delivered/delivered.ts';
import { noteDelivery } from '../notices/notices.ts';
import { foldersOf } from '../organizations/folders.ts';
import type { LogFileRow, PlanRow, PlanShape, WindowRow } from '../settings.ts';
import { forgetFormer, selectionsOf } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';
import { packEvents, type Pack } from './pack-events.ts';
import { putLogFile } from './put-log-file.ts';
import { readEntries } from './read-entries.ts';
import { selectEvents, type Chosen, type ColumnsOf, type SelectedEvent } from './select-events.ts';
import { reachOf, type WindowDeps } from './windows.ts';

export type LogFileDeps = WindowDeps & {
  readonly buckets: Pick<BucketPort, 'put'>;
  readonly columnsOf: ColumnsOf;
  readonly log: Logger;
  /** Called after each delivery that was committed. */
  readonly onDelivered?: (() => void) | undefined;
};

/** Uncompressed bytes of one plan, hence of one file: AWS's limit is 50 MB. */
export const PLAN_BYTES = 32 * 1024 * 1024;

export type Batch = { readonly to: number; readonly events: readonly SelectedEvent[] };

/**
 * Delivers what the window holds and is not delivered yet. A plan is written before the first PUT, and names follow from it:
 * whatever dies in between, the same files are written again under the same keys.
 */
export async function deliverLogFiles(deps: LogFileDeps, trail: Trail, window: WindowRow): Promise<void> {
  const plan = await pendingPlan(deps, trail.id);
  const reach = await reachOf(deps, window);
  const selectionAt = await selectionsOf(deps.settings, trail.id);
  const { at: organizationAt } = await foldersOf(deps.settings, trail);
  const chosen = { trail, selectionAt, organizationAt };
  let next = window.next_seq;
  if (plan !== undefined) {
    const planned = asPlanned(trail, plan.shape);
    const range = { from: plan.from_seq, to: plan.to_seq, maxBytes: Infinity };
    const batch = await readBatch(deps, { ...chosen, trail: planned }, range);
    await carryOut(deps, { trail: planned, plan, batch });
    next = plan.to_seq + 1;
  }
  while (next <= reach.to) {
    const batch = await readBatch(deps, chosen, { from: next, to: reach.to, maxBytes: PLAN_BYTES });
    await deliverBatch(deps, { trail, window, from: next, batch });
    next = batch.to + 1;
  }
  await forgetFormer(deps.settings, trail.id);
}

/** What the trail selects of the entries from `from` to `batch.to`; where that is nothing the trail only moves on. */
export async function deliverBatch(
  deps: LogFileDeps,
  next: {
    readonly trail: Trail;
    readonly window: Pick<WindowRow, 'id'>;
    readonly from: number;
    readonly batch: Batch;
    readonly pack?: Pack;
  },
): Promise<void> {
  const { trail, window, from, batch, pack } = next;
  if (batch.events.length === 0) return moveOn(deps, window.id, batch.to + 1);
  const plan = await makePlan(deps, { trail, window, from, to: batch.to });
  await carryOut(deps, { trail, plan, batch, pack });
}

export type ReadBatchDeps = Pick<LogFileDeps, 'journal' | 'events' | 'columnsOf' | 'log'>;

/** Reads until `to`, or until the selected events have `maxBytes`. */
export async function readBatch(
  deps: ReadBatchDeps,
  chosen: Chosen,
  range: { from: number; to: number; maxBytes: number },
): Promise<Batch> {
  const events: SelectedEvent[] = [];
  let bytes = 0;
  let to = range.from - 1;
  for await (const chunk of readEntries(deps, range)) {
    for (const event of await selectEvents(deps, chosen, chunk.entries)) {
      events.push(event);
      bytes += event.raw.length;
    }
    to = chunk.to;
    if (bytes >= range.maxBytes) break;
  }
  return { to, events };
}

export function pendingPlan(deps: LogFileDeps, trailId: string): Promise<PlanRow | undefined> {
  return deps.settings
    .selectFrom('trail_plans')
    .selectAll()
    .where('trail_id', '=', trailId)
    .executeTakeFirst();
}

async function makePlan(
  deps: LogFileDeps,
  { trail, window, from, to }: { trail: Trail; window: Pick<WindowRow, 'id'>; from: number; to: number },
): Promise<PlanRow> {
  const plan = {
    trail_id: trail.id,
    window_id: window.id,
    from_seq: from,
    to_seq: to,
    planned_at: deps.clock.now(),
    shape: JSON.stringify(shapeOf(trail)),
  };
  await deps.settings.insertInto('trail_plans').values(plan).execute();
  return plan;
}

/** What of the trail decides on the files of a plan. */
export function shapeOf(trail: Trail): PlanShape {
  const { bucket, key_prefix, multi_region, global_events, recursive_logging } = trail;
  return { bucket, key_prefix, multi_region, global_events, recursive_logging };
}

/** The trail as it was when that was planned. */
export function asPlanned(trail: Trail, shape: string | null): Trail {
  return shape === null ? trail : { ...trail, ...(JSON.parse(shape) as PlanShape) };
}

async function carryOut(
  deps: LogFileDeps,
  {
    trail,
    plan,
    batch,
    pack = packEvents,
  }: { trail: Trail; plan: PlanRow; batch: Batch; pack?: Pack | undefined },
): Promise<void> {
  const rows: LogFileRow[] = [];
  const counts = new Map<string, number>();
  for (const events of Map.groupBy(batch.events, placeOf).values()) {
    const row = await writeFile(deps, { trail, plan, events, pack });
    rows.push(row);
    counts.set(row.key, events.length);
  }
  const now = deps.clock.now();
  await deps.settings.transaction().execute(async (tx) => {
    // Files of a trail without validation are named by no digest.
    if (trail.validation === 1 && rows.length > 0) {
      const delivered = rows.map((row) => ({ ...row, delivered_at: now }));
      await tx.insertInto('trail_log_files').values(delivered).execute();
    }
    await tx
      .updateTable('trail_windows')
      .set({ next_seq: plan.to_seq + 1 })
      .where('id', '=', plan.window_id)
      .execute();
    await tx.deleteFrom('trail_plans').where('trail_id', '=', plan.trail_id).execute();
    await noteFiles(
      tx,
      trail.id,
      rows.map(({ bucket, key }) => ({ bucket, key, records: counts.get(key) ?? 0 })),
    );
    await noteDelivery(tx, trail, {
      keys: rows.map(({ key }) => key),
      toSeq: plan.to_seq,
      newId: newEventId,
      now,
    });
    await tx
      .updateTable('trails')
      .set({ delivered_at: now, attempted_at: now, delivery_error: null })
      .where('id', '=', trail.id)
      .execute();
  });
  deps.onDelivered?.();
}

async function writeFile(
  deps: LogFileDeps,
  {
    trail,
    plan,
    events,
    pack,
  }: { trail: Trail; plan: PlanRow; events: readonly SelectedEvent[]; pack: Pack },
): Promise<LogFileRow> {
  const [first] = events;
  if (first === undefined) throw new OpentrailError('BUG', 'a log file without events');
  const seed = `${trail.id}/${plan.window_id}/${plan.from_seq}-${plan.to_seq}/${placeOf(first)}`;
  return putLogFile(deps.buckets, trail, {
    place: first,
    ...(first.isInsight ? { kind: 'CloudTrail-Insight' as const } : {}),
    at: plan.planned_at,
    seed,
    packed: await pack(events),
    seconds: events.map((event) => event.time),
  });
}

/** Names follow from it. */
function placeOf({ organization, account, region, isInsight }: SelectedEvent): string {
  const place = organization === '' ? region : `${organization}/${account}/${region}`;
  return isInsight ? `${place}/insights` : place;
}

async function moveOn(deps: LogFileDeps, windowId: string, nextSeq: number): Promise<void> {
  await deps.settings
    .updateTable('trail_windows')
    .set({ next_seq: nextSeq })
    .where('id', '=', windowId)
    .execute();
}
