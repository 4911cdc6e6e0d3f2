import { AwsError } from '../../../aws/errors.ts';
import type { EventBusPort, FunctionPort, TopicPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { atMost, backoff } from '../../../base/retry.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { AlarmNoticeRow } from '../settings.ts';
import { BUSES, isFunction, noteHistory, type AlarmSettings } from './alarm-store.ts';

export type AlarmNoticesDeps = {
  readonly settings: AlarmSettings;
  readonly topics: Pick<TopicPort, 'publish'>;
  /** Undefined where nobody serves functions. */
  readonly functions: Pick<FunctionPort, 'invoke'> | undefined;
  /** Undefined until rules are open. */
  readonly buses: () => EventBusPort | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

export type AlarmNotices = Stoppable & {
  readonly start: () => void;
  readonly wake: () => void;
  /** One round, and all that it began; for tests. */
  readonly send: () => Promise<void>;
};

const TICK = 1000;
const STOP_WITHIN = 5000;
const RETRY = { first: 1000, most: 60_000 };
const GIVE_UP = 24 * 3_600_000;
const KEEP_HISTORY = 30 * 86_400_000;
const SWEEP_EVERY = 3_600_000;

/** What will not do another time either: who may, and what there is, is told in the alarm's history. */
const PERMANENT: ReadonlySet<string> = new Set([
  'InvalidParameter',
  'InvalidParameterValue',
  'InvalidRequestContentException',
  'RequestTooLargeException',
]);

/** Tells topics and functions of alarms, each in the order of what happened and apart from all others. */
export function createAlarmNotices(deps: AlarmNoticesDeps): AlarmNotices {
  const sender = new Sender(deps);
  return {
    start: () => sender.rounds.start(),
    wake: () => sender.rounds.wake(),
    send: async () => {
      await sender.round();
      await sender.idle();
    },
    stop: async () => {
      await sender.rounds.stop();
      await atMost(STOP_WITHIN, sender.idle());
    },
  };
}

class Sender {
  readonly #deps: AlarmNoticesDeps;
  readonly #lanes = new Map<string, Promise<void>>();
  #sweepAt = 0;
  readonly rounds = createRounds({
    round: () => this.round(),
    onError: (error) =>
      this.#deps.log.error({ reason: messageOf(error) }, 'notices of alarms could not be read'),
    tick: TICK,
  });

  constructor(deps: AlarmNoticesDeps) {
    this.#deps = deps;
  }

  async round(): Promise<void> {
    const { settings, clock, log } = this.#deps;
    const now = clock.now();
    if (now >= this.#sweepAt) {
      await settings
        .deleteFrom('alarm_history')
        .where('at', '<', now - KEEP_HISTORY)
        .execute();
      this.#sweepAt = now + SWEEP_EVERY;
    }
    const targets = await settings.selectFrom('alarm_notices').select('target').distinct().execute();
    for (const { target } of targets) {
      if (this.#lanes.has(target)) continue;
      const lane = this.#sendTo(target)
        .catch((error: unknown) => {
          log.error({ target, reason: messageOf(error) }, 'a notice of an alarm could not be settled');
        })
        .finally(() => this.#lanes.delete(target));
      this.#lanes.set(target, lane);
    }
  }

  async idle(): Promise<void> {
    await Promise.all(this.#lanes.values());
  }

  /** The oldest first: what fails keeps what comes after it, so that a topic hears of things in their order. */
  async #sendTo(target: string): Promise<void> {
    const { settings, clock } = this.#deps;
    while (!this.rounds.stopping.aborted) {
      const notice = await settings
        .selectFrom('alarm_notices')
        .selectAll()
        .where('target', '=', target)
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (notice === undefined || notice.next_at > clock.now()) return;
      await this.#sendOne(notice);
    }
  }

  async #sendOne(notice: AlarmNoticeRow): Promise<void> {
    const { clock, log } = this.#deps;
    const { target, alarm_name: alarm, attempts } = notice;
    const failure = await this.#publish(notice).then(
      () => undefined,
      (error: unknown) =>
        error instanceof AwsError ? error : new AwsError('InternalError', messageOf(error)),
    );
    if (failure === undefined) return this.#settle(notice, undefined);
    const now = clock.now();
    const isOver = PERMANENT.has(failure.code) || now - notice.created_at >= GIVE_UP;
    log.warn({ alarm, target, code: failure.code, reason: failure.message, isOver }, 'notice failed');
    // The first failure stands in the history; the following ones are only counted.
    if (attempts === 0 || isOver) return this.#settle(notice, failure, isOver);
    await this.#postpone(this.#deps.settings, notice);
  }

  async #publish(notice: AlarmNoticeRow): Promise<void> {
    const { id, target, subject, message, alarm_arn: arn, account } = notice;
    const { topics, functions } = this.#deps;
    if (target === BUSES) return this.#tellBuses(notice);
    if (!isFunction(target)) {
      const source = { service: 'cloudwatch.amazonaws.com', arn, accountId: account };
      return topics.publish({ topicArn: target, message, subject, source, token: `alarm/${id}` });
    }
    if (functions === undefined) throw new AwsError('ResourceNotFoundException', 'Nobody serves functions.');
    const source = { service: 'lambda.alarms.cloudwatch.amazonaws.com', arn, accountId: account };
    return functions.invoke({ functionArn: target, payload: message, source });
  }

  async #tellBuses({ account, region, alarm_arn, created_at, message }: AlarmNoticeRow): Promise<void> {
    await this.#deps.buses()?.put({
      account,
      region,
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      resources: [alarm_arn],
      time: created_at,
      detail: JSON.parse(message) as Record<string, unknown>,
    });
  }

  /** Done, failed for the first time, or given up. */
  async #settle(notice: AlarmNoticeRow, failure: AwsError | undefined, isOver = true): Promise<void> {
    const { settings, clock } = this.#deps;
    const { account, region, alarm_name, target, state } = notice;
    const at = clock.now();
    const because = failure === undefined ? '' : `. Received error: "${failure.code}: ${failure.message}"`;
    const summary = `${failure === undefined ? 'Successfully executed' : 'Failed to execute'} action ${target}${because}`;
    const data = JSON.stringify({
      actionState: failure === undefined ? 'Succeeded' : 'Failed',
      stateUpdateTimestamp: notice.created_at,
      notificationResource: target,
      publishedMessage: notice.message,
      newStateValue: state,
      ...(failure === undefined ? {} : { error: `${failure.code}: ${failure.message}` }),
    });
    await settings.transaction().execute(async (tx) => {
      // Nobody asked for those, so they are no actions.
      if (target !== BUSES)
        await noteHistory(tx, { account, region, alarm_name, at, type: 'Action', summary, data });
      if (isOver) await tx.deleteFrom('alarm_notices').where('id', '=', notice.id).execute();
      else await this.#postpone(tx, notice);
    });
  }

  async #postpone(settings: AlarmSettings, { id, attempts }: AlarmNoticeRow): Promise<void> {
    const next_at = this.#deps.clock.now() + backoff(attempts + 1, RETRY);
    await settings
      .updateTable('alarm_notices')
      .set({ attempts: attempts + 1, next_at })
      .where('id', '=', id)
      .execute();
  }
}
