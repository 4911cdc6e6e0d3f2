import { AwsError } from '../../../aws/errors.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { atMost, backoff } from '../../../base/retry.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { BucketTables, NotificationRow } from '../settings.ts';
import type { DestinationKind } from './configuration.ts';
import { send, type Destinations } from './destinations.ts';

export type NotificationSender = {
  readonly start: () => void;
  /** Something was noted: looks now rather than a second later. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
};

export type NotificationSenderDeps = {
  readonly settings: Settings<BucketTables>;
  readonly destinations: Destinations;
  readonly clock: Clock;
  readonly log: Logger;
};

const TICK = 1000;
const STOP_WITHIN = 5000;
/** A destination that takes nothing for so long is not waited for any more. */
const GIVEN_UP_AFTER = 24 * 3_600_000;
const RETRIES = { first: 1000, most: 300_000 };

type Lane = Pick<NotificationRow, 'kind' | 'arn'>;

/**
 * Tells what was noted with the objects: to each destination one after another, in the order of the changes, apart from all others. What is not
 * taken is sent again, until a day is over; what cannot be taken at all (too long, say) is given up at once, and does not keep the rest.
 */
export function createNotificationSender(deps: NotificationSenderDeps): NotificationSender {
  const { settings, clock, log } = deps;
  const lanes = new Map<string, Promise<void>>();
  const rounds = createRounds({
    round: async () => {
      const now = clock.now();
      const due = await settings
        .selectFrom('s3_notifications')
        .select(['kind', 'arn'])
        .distinct()
        .where('next_at', '<=', now)
        .execute();
      for (const lane of due) {
        const name = `${lane.kind} ${lane.arn}`;
        if (lanes.has(name)) continue;
        const work = drain(deps, lane, rounds.stopping)
          .catch((error: unknown) =>
            log.error({ to: name, reason: messageOf(error) }, 'bucket notifications failed'),
          )
          .finally(() => lanes.delete(name));
        lanes.set(name, work);
      }
    },
    onError: (error) => log.error({ reason: messageOf(error) }, 'bucket notifications could not be read'),
    tick: TICK,
  });
  return {
    start: rounds.start,
    wake: rounds.wake,
    stop: async () => {
      await rounds.stop();
      await atMost(STOP_WITHIN, Promise.all(lanes.values()));
    },
  };
}

async function drain(
  deps: NotificationSenderDeps,
  { kind, arn }: Lane,
  stopping: AbortSignal,
): Promise<void> {
  const { settings, clock } = deps;
  while (!stopping.aborted) {
    const row = await settings
      .selectFrom('s3_notifications')
      .selectAll()
      .where('kind', '=', kind)
      .where('arn', '=', arn)
      .orderBy('id')
      .executeTakeFirst();
    // The first keeps those after it: order is worth more than speed.
    if (row === undefined || row.next_at > clock.now()) return;
    if (!(await tell(deps, row))) return;
  }
}

/** False: to be tried again later. */
async function tell(deps: NotificationSenderDeps, row: NotificationRow): Promise<boolean> {
  const { settings, destinations, clock, log } = deps;
  const bucket = await settings
    .selectFrom('s3_buckets')
    .select(['name', 'account_id', 'region'])
    .where('name', '=', row.bucket)
    .executeTakeFirst();
  const done = () => settings.deleteFrom('s3_notifications').where('id', '=', row.id).execute();
  try {
    // Of a bucket that was removed nobody asks any more.
    if (bucket !== undefined) await send(destinations, { ...row, kind: row.kind as DestinationKind }, bucket);
    await done();
    return true;
  } catch (error) {
    const now = clock.now();
    const { bucket: name, kind, arn, attempts } = row;
    const told = { bucket: name, kind, arn, attempts: attempts + 1, reason: messageOf(error) };
    if (isHopeless(error) || now - row.created_at > GIVEN_UP_AFTER) {
      log.warn(told, 'bucket notification given up');
      await done();
      return true;
    }
    log[attempts === 0 ? 'warn' : 'info'](told, 'bucket notification failed, to be tried again');
    await settings
      .updateTable('s3_notifications')
      .set({ attempts: attempts + 1, next_at: now + backoff(attempts + 1, RETRIES) })
      .where('id', '=', row.id)
      .execute();
    return false;
  }
}

/** Of what the message itself is refused for; a policy may be put right, a queue made again. */
function isHopeless(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    /^(InvalidParameter|InvalidMessageContents|RequestTooLarge|InvalidRequestContent|ParameterValueInvalid)/.test(
      error.code,
    )
  );
}
