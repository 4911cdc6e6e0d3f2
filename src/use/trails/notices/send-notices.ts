import { AwsError } from '../../../aws/errors.ts';
import type { TopicPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { atMost, backoff } from '../../../base/retry.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { NoticeRow } from '../settings.ts';
import type { TrailSettings } from '../trail-store.ts';
import { oldestNotice, pendingTrails } from './notices.ts';
import { CLOUDTRAIL } from './topic-name.ts';

export type NoticeSender = Stoppable & {
  readonly start: () => void;
  /** Something was noted: looks now rather than a second later. */
  readonly wake: () => void;
};

export type NoticeSenderDeps = {
  readonly settings: TrailSettings;
  readonly topics: Pick<TopicPort, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
};

const TICK = 1000;
const RETRY = { first: 1000, most: 60_000 };
/** As long as AWS tries to deliver log files. */
const GIVE_UP = 30 * 86_400_000;
const STOP_WITHIN = 5000;

type State = { running: Promise<void> | undefined; attempts: number; notBefore: number };

/** Sends what was noted, each trail's in order and for itself: a topic that hangs holds back neither another's nor any log file. */
export function createNoticeSender(deps: NoticeSenderDeps): NoticeSender {
  const sender = new Sender(deps);
  return { start: () => sender.start(), wake: () => sender.wake(), stop: () => sender.stop() };
}

class Sender {
  readonly #deps: NoticeSenderDeps;
  readonly #states = new Map<string, State>();
  readonly #rounds = createRounds({
    round: () => this.#round(),
    onError: (error) => this.#deps.log.error({ reason: messageOf(error) }, 'notices could not be read'),
    tick: TICK,
  });

  constructor(deps: NoticeSenderDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds.start();
  }

  wake(): void {
    this.#rounds.wake();
  }

  /** Lets what is on its way arrive, for a while; the rest is sent after the next start. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await atMost(STOP_WITHIN, Promise.all([...this.#states.values()].map((state) => state.running)));
  }

  async #round(): Promise<void> {
    const pending = new Set(await pendingTrails(this.#deps.settings));
    for (const [id, { running }] of this.#states) {
      if (!pending.has(id) && running === undefined) this.#states.delete(id);
    }
    for (const id of pending) this.#sendIfDue(id);
  }

  #sendIfDue(trailId: string): void {
    const state = this.#states.get(trailId) ?? { running: undefined, attempts: 0, notBefore: 0 };
    this.#states.set(trailId, state);
    if (state.running !== undefined || this.#deps.clock.now() < state.notBefore) return;
    state.running = this.#send(trailId, state)
      .catch((error: unknown) => {
        this.#deps.log.error({ trailId, reason: messageOf(error) }, 'notices could not be noted as sent');
      })
      .finally(() => (state.running = undefined));
  }

  async #send(trailId: string, state: State): Promise<void> {
    const { settings, clock } = this.#deps;
    while (!this.#rounds.stopping.aborted) {
      const notice = await oldestNotice(settings, trailId);
      if (notice === undefined) return;
      if (!(await this.#sendOne(notice))) {
        state.attempts++;
        state.notBefore = clock.now() + backoff(state.attempts, RETRY);
        return;
      }
      state.attempts = 0;
      state.notBefore = 0;
    }
  }

  /** False when it is to be tried again. Where the server dies between sending and noting, a notice comes twice, as SNS itself may do. */
  async #sendOne(notice: NoticeRow): Promise<boolean> {
    const { settings, topics, clock, log } = this.#deps;
    const { id, trail_id, topic, message } = notice;
    const source = { service: CLOUDTRAIL, arn: notice.trail_arn, accountId: notice.account };
    let failure: string | null = null;
    try {
      await topics.publish({ topicArn: topic, message, source });
    } catch (error) {
      failure = error instanceof AwsError ? error.code : 'InternalError';
      log.warn({ topic, code: failure, reason: messageOf(error) }, 'notice failed');
    }
    const now = clock.now();
    const isOver = failure === null || now > notice.created_at + GIVE_UP;
    await settings.transaction().execute(async (tx) => {
      if (isOver) await tx.deleteFrom('trail_notices').where('id', '=', id).execute();
      const told = { notify_attempted_at: now, notify_error: failure };
      const set = failure === null ? { ...told, notified_at: now } : told;
      await tx.updateTable('trails').set(set).where('id', '=', trail_id).execute();
    });
    return isOver;
  }
}
