import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { startAggregation } from '../aggregation/stretches.ts';
import { closeWindow, openWindow, type TrailSettings } from '../trail-store.ts';
import { findOwnTrail, trailNamed } from './find-trail.ts';
import type { TrailOperationDeps } from './deps.ts';

/** The record of this call is the first that the trail delivers: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html */
export async function startLogging(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, trailNamed(input), context);
    if (found.logging === 0) {
      const head = deps.journal.head();
      const now = deps.clock.now();
      await openWindow(tx, { id: deps.newId(), trailId: found.id, head, now });
      await startAggregation(tx, found.id, { newId: deps.newId, newest: head, now });
    }
    return found;
  });
  await deps.dataSelection.refresh();
  deps.delivery.wake(trail.id);
  return {};
}

/** The record of this call is the last: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html */
export async function stopLogging(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, trailNamed(input), context);
    if (found.logging === 1) await stop(deps, tx, { trailId: found.id, context });
    return found;
  });
  await deps.dataSelection.refresh();
  deps.delivery.wake(trail.id);
  return {};
}

/** What was recorded is still delivered, then the trail is gone; its bucket and files stay. */
export async function deleteTrail(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, trailNamed(input), context);
    if (found.logging === 1) await stop(deps, tx, { trailId: found.id, context });
    await tx.deleteFrom('trail_tags').where('trail_id', '=', found.id).execute();
    await tx.updateTable('trails').set({ deleted_at: deps.clock.now() }).where('id', '=', found.id).execute();
    return found;
  });
  await deps.dataSelection.refresh();
  deps.delivery.wake(trail.id);
  return {};
}

function stop(
  deps: TrailOperationDeps,
  tx: TrailSettings,
  { trailId, context }: { trailId: string; context: CallContext },
): Promise<void> {
  return closeWindow(tx, {
    trailId,
    head: deps.journal.head(),
    eventId: context.eventId,
    now: deps.clock.now(),
  });
}
