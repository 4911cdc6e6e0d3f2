import { AwsError } from '../../../aws/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { readBatch, type ReadBatchDeps } from '../delivery/deliver-log-files.ts';
import { reachOf, type WindowDeps } from '../delivery/windows.ts';
import { foldersOf } from '../organizations/folders.ts';
import { forgetFormer, selectionsOf } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';
import { mayWrite, type LogGroupAccess } from './check-log-group.ts';
import type { SelectedEvent } from '../delivery/select-events.ts';
import { logBatches } from './log-batches.ts';
import type { LogWindow } from './log-windows.ts';
import { streamOf } from './stream-name.ts';

export type LogDeliveryDeps = WindowDeps &
  ReadBatchDeps &
  LogGroupAccess & {
    readonly log: Logger;
    /** Records that were too long for a log event, or refused by the log group for their time. */
    readonly onDropped?: ((records: number) => void) | undefined;
  };

/** Bytes of records that are written under one plan. */
const PLAN_BYTES = 4 * 1024 * 1024;
/** A plan that was tried for longer (ms) is made anew: its times would become too old for the log group. */
const PLAN_STANDS = 3_600_000;

/** Writes what the window holds and is not written yet, in order. Throws AwsError with the code that GetTrailStatus tells. */
export async function deliverLogEvents(
  deps: LogDeliveryDeps,
  trail: Trail,
  window: LogWindow,
): Promise<void> {
  const { settings } = deps;
  const set = (values: Partial<LogWindow>) =>
    settings.updateTable('trail_log_windows').set(values).where('id', '=', window.id).execute();
  const reach = await reachOf(deps, window, 'trail_log_windows');
  const selectionAt = await selectionsOf(settings, trail.id);
  const { at: organizationAt } = await foldersOf(settings, trail);
  const chosen = { trail, selectionAt, organizationAt };
  let plan = planOf(window, deps.clock.now());
  for (let next = window.next_seq; next <= reach.to; plan = undefined) {
    const range = {
      from: next,
      to: plan?.to ?? reach.to,
      maxBytes: plan === undefined ? PLAN_BYTES : Infinity,
    };
    const { to, events } = await readBatch(deps, chosen, range);
    if (events.length > 0) {
      const at = plan?.at ?? deps.clock.now();
      if (plan === undefined) await set({ plan_to: to, plan_at: at });
      await write(deps, { trail, window, events, token: `${window.id}/${next}-${to}/${at}`, at });
      await tellDelivered(deps, trail, window);
    }
    next = to + 1;
    await set({ next_seq: next, plan_to: null, plan_at: null });
  }
  if (reach.isEnd) await settings.deleteFrom('trail_log_windows').where('id', '=', window.id).execute();
  await forgetFormer(settings, trail.id);
}

async function tellDelivered({ settings, clock }: LogDeliveryDeps, trail: Trail, window: LogWindow) {
  if (window.replaced_at !== null) return;
  const told = { logs_delivered_at: clock.now(), logs_error: null };
  await settings.updateTable('trails').set(told).where('id', '=', trail.id).execute();
}

function planOf({ plan_to: to, plan_at: at }: LogWindow, now: number) {
  return to === null || at === null || now - at > PLAN_STANDS ? undefined : { to, at };
}

type Writing = {
  readonly trail: Trail;
  readonly window: LogWindow;
  readonly events: readonly SelectedEvent[];
  readonly token: string;
  readonly at: number;
};

async function write(deps: LogDeliveryDeps, writing: Writing): Promise<void> {
  const { trail, window, events, token, at } = writing;
  let lost = 0;
  for (const [stream, own] of Map.groupBy(events, (event) => streamOf(trail, event))) {
    checkRole(deps, writing, stream);
    const { batches, dropped } = logBatches(own, at);
    lost += dropped;
    for (const [index, batch] of batches.entries()) {
      const put = { groupArn: window.group_arn, stream, events: batch, token: `${token}/${index}` };
      lost += await putInStream(deps, put);
    }
  }
  if (lost === 0) return;
  const group = window.group_arn;
  deps.log.warn({ trail: trail.arn, group, records: lost }, 'records left out of the log group');
  deps.onDropped?.(lost);
}

/** A role that may no more ends the writing, whoever wrote the policies. */
function checkRole({ roles }: LogDeliveryDeps, { trail, window }: Writing, stream: string): void {
  const { group_arn: groupArn, role_arn: roleArn } = window;
  if (mayWrite(roles, trail, { groupArn, roleArn, stream }) === 'allowed') return;
  throw new AwsError('AccessDenied', `${roleArn} does not let CloudTrail write to ${groupArn}.`, {
    status: 403,
  });
}

/** Makes the stream where it is missing. */
async function putInStream(
  { sink }: LogDeliveryDeps,
  batch: Parameters<LogGroupAccess['sink']['put']>[0],
): Promise<number> {
  try {
    return (await sink.put(batch)).rejected;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    await sink.ensureStream(batch);
    return (await sink.put(batch)).rejected;
  }
}
