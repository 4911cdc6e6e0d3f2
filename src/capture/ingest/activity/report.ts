import { OpentrailError } from '../../../base/errors.ts';
import {
  failure,
  isFailure,
  type Activity,
  type ActivityFailure,
  type ActivityResult,
  type IngestChannel,
  type RefusedActivity,
} from './activity.ts';
import type { TakeActivities } from './take-activities.ts';

export type ReportDeps = {
  readonly take: TakeActivities;
  /** Events that were not taken. */
  readonly refused: (channel: IngestChannel, failures: readonly RefusedActivity[]) => void;
};

/** What was sent: the sender's id, and what was read of it. */
export type SentActivity = { readonly id: string; readonly read: Activity | ActivityFailure };

/** In the shape of PutAuditEvents' answer. */
export type ActivityReport = {
  readonly successful: readonly { readonly id: string; readonly eventID: string }[];
  readonly failed: readonly RefusedActivity[];
};

/**
 * Takes what is sound, and says of each event what became of it. A journal that takes nothing now fails the events one by one with
 * InternalFailure, as AWS has it: the sender tries those again.
 */
export async function takeWithReport(
  deps: ReportDeps,
  channel: IngestChannel,
  sent: readonly SentActivity[],
): Promise<ActivityReport> {
  const sound = sent.map(({ read }) => read).filter((one): one is Activity => !isFailure(one));
  const taken = (await takeSound(deps, channel, sound)).values();
  const results = sent.map(({ id, read }) => ({
    id,
    result: isFailure(read) ? read : (taken.next().value as ActivityResult),
  }));
  const failed = results.flatMap(({ id, result }) => (isFailure(result) ? [{ id, ...result }] : []));
  if (failed.length > 0) deps.refused(channel, failed);
  const successful = results.flatMap(({ id, result }) =>
    isFailure(result) ? [] : [{ id, eventID: result.eventId }],
  );
  return { successful, failed };
}

async function takeSound(
  { take }: ReportDeps,
  channel: IngestChannel,
  sound: readonly Activity[],
): Promise<readonly ActivityResult[]> {
  if (sound.length === 0) return [];
  try {
    return await take(channel, sound);
  } catch (error) {
    if (!(error instanceof OpentrailError) || error.code !== 'JOURNAL_FULL') throw error;
    const problem = failure('InternalFailure', 'The event could not be stored now. Send it again later.');
    return sound.map(() => problem);
  }
}
