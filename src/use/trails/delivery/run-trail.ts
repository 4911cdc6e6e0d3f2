import { AwsError } from '../../../aws/errors.ts';
import { messageOf } from '../../../base/errors.ts';
import { endAggregation, hasAggregates, isAggregating, isPutting } from '../aggregation/stretches.ts';
import { ensureChains } from '../digests/chains.ts';
import { deliverDigests, type DigestDeps } from '../digests/deliver-digests.ts';
import type { WindowRow } from '../settings.ts';
import { hasLogWindow } from '../log-groups/log-windows.ts';
import type { Trail } from '../trail-store.ts';
import type { DeliverLogFiles } from './deliver-together.ts';
import { deliverLogFiles, type LogFileDeps } from './deliver-log-files.ts';
import { isDrained, oldestWindow } from './windows.ts';

export type RunTrailDeps = LogFileDeps &
  DigestDeps & {
    readonly regions: readonly string[];
    /** Together with other trails; else the trail alone. */
    readonly deliver?: DeliverLogFiles | undefined;
  };

/** `settled`: all is delivered that can be; `waiting`: an end is near (a stopped trail) and should be looked for soon; `failed`: try again later. */
export type RunOutcome = 'settled' | 'waiting' | 'failed';

/** A deleted trail whose bucket refuses is given up after this long, as AWS does. */
const GIVE_UP_DELETED = 30 * 86_400_000;

/** One round for one trail: log files (when `files`, or when its logging was stopped), then digests. What fails is told by GetTrailStatus. */
export async function runTrail(
  deps: RunTrailDeps,
  trailId: string,
  { files }: { readonly files: boolean },
): Promise<RunOutcome> {
  const trail = await trailById(deps, trailId);
  if (trail === undefined) return 'settled';
  const window = await oldestWindow(deps.settings, trail.id);
  if (window === undefined || givenUp(deps, trail)) {
    const isOver = givenUp(deps, trail) || !(await isAwaited(deps, trail));
    if (trail.deleted_at !== null && isOver) await forget(deps, trail.id);
    return 'settled';
  }
  await ensureChainsNow(deps, trail, window, isDrained(window));
  const stopped = window.stopped_at !== null;
  const deliver = deps.deliver ?? ((...its) => deliverLogFiles(deps, ...its));
  if ((files || stopped) && !(await tried(deps, trail, 'delivery', () => deliver(trail, window))))
    return 'failed';
  const now = (await oldestWindow(deps.settings, trail.id)) ?? window;
  await ensureChainsNow(deps, trail, now, isDrained(window));
  const drained = isDrained(now);
  if (await isPutting(deps.settings, trail.id)) return stopped ? 'waiting' : 'settled';
  const ending = drained && !(await isAggregating(deps.settings, window.id));
  let ended = false;
  const delivered = await tried(deps, trail, 'digest', async () => {
    ended = await deliverDigests(deps, trail, { ending });
  });
  if (!delivered) return 'failed';
  if (!stopped) return 'settled';
  if (ending && ended) await closeWindowOf(deps, window.id);
  return 'waiting';
}

async function closeWindowOf(deps: RunTrailDeps, windowId: string): Promise<void> {
  await deps.settings.transaction().execute(async (tx) => {
    const window = await tx
      .selectFrom('trail_windows')
      .select(['id', 'last_seq'])
      .where('id', '=', windowId)
      .executeTakeFirst();
    if (window !== undefined) await endAggregation(tx, window);
    await tx.deleteFrom('trail_windows').where('id', '=', windowId).execute();
  });
}

function trailById(deps: RunTrailDeps, id: string): Promise<Trail | undefined> {
  return deps.settings.selectFrom('trails').selectAll().where('id', '=', id).executeTakeFirst();
}

function ensureChainsNow(
  deps: RunTrailDeps,
  trail: Trail,
  { next_seq: nextSeq }: WindowRow,
  ending: boolean,
): Promise<void> {
  return ensureChains(deps.settings, trail, {
    regions: deps.regions,
    now: Math.floor(deps.clock.now() / 1000),
    nextSeq,
    ending,
  });
}

/** Its counts or its log group still have something to get. */
async function isAwaited({ settings }: RunTrailDeps, { id }: Trail): Promise<boolean> {
  return (await hasAggregates(settings, id)) || (await hasLogWindow(settings, id));
}

function givenUp(deps: RunTrailDeps, trail: Trail): boolean {
  return trail.deleted_at !== null && deps.clock.now() > trail.deleted_at + GIVE_UP_DELETED;
}

/** False when it failed; the error's code is noted, as GetTrailStatus answers it. */
async function tried(
  deps: RunTrailDeps,
  trail: Trail,
  what: 'delivery' | 'digest',
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const code = error instanceof AwsError ? error.code : 'InternalError';
    deps.log.warn(
      { trail: trail.arn, bucket: trail.bucket, code, reason: messageOf(error) },
      `${what} failed`,
    );
    const told =
      what === 'delivery' ? { delivery_error: code, attempted_at: deps.clock.now() } : { digest_error: code };
    await deps.settings.updateTable('trails').set(told).where('id', '=', trail.id).execute();
    return false;
  }
}

/** The rest of a trail that was deleted and is done with. */
async function forget(deps: RunTrailDeps, trailId: string): Promise<void> {
  await deps.settings.transaction().execute(async (tx) => {
    for (const table of [
      'trail_windows',
      'trail_log_windows',
      'trail_plans',
      'trail_log_files',
      'trail_digest_chains',
      'trail_digest_plans',
      'trail_tags',
      'trail_former_selectors',
      'trail_organizations',
      'trail_delivered',
      'trail_event_configurations',
      'trail_aggregations',
    ] as const) {
      await tx.deleteFrom(table).where('trail_id', '=', trailId).execute();
    }
    await tx.deleteFrom('trails').where('id', '=', trailId).execute();
  });
}
