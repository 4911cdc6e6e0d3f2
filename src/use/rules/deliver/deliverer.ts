import type { QueuePort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { messageOf } from '../../../base/errors.ts';
import { atMost } from '../../../base/retry.ts';
import { createRounds, type Rounds } from '../../../base/rounds.ts';
import type { RuleSettings } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import { toDeadLetters } from './dead-letter.ts';
import type { LaneKey } from './enqueue.ts';
import { Lane } from './lane.ts';
import type { Failure, Outcome } from './outcome.ts';
import { change, dropLane, finish, waitingLanes, type Job } from './queue.ts';
import { afterFailure } from './retry.ts';

export type DelivererDeps = {
  readonly settings: RuleSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly queues: QueuePort | undefined;
  /** Makes one attempt. The signal aborts when the server ends. */
  readonly send: (job: Job, end: AbortSignal) => Promise<Outcome>;
  readonly attempts: Attempts;
};

const TICK = 500;
const STOP_WITHIN = 5000;
/** A dead-letter queue that fails is tried as long as a target by default. */
const DEAD_LETTERS = { RetryPolicy: {} };

/** Delivers what is in the queue, each target apart from all others. */
export class Deliverer {
  readonly #deps: DelivererDeps;
  readonly #lanes = new Map<string, Lane>();
  readonly #end = new AbortController();
  readonly #rounds: Rounds;

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
    this.#rounds = createRounds({
      round: async () => this.look(),
      onError: (error) => deps.log.error({ err: messageOf(error) }, 'events could not be looked at'),
      tick: TICK,
    });
  }

  /** Goes on with what an earlier run left. */
  async start(): Promise<void> {
    for (const { retryAt, isNew, ...key } of await waitingLanes(this.#deps.settings))
      this.#laneOf(key, { retryAt, hasNew: isNew }).look();
    this.#rounds.start();
  }

  readonly wake = (keys: Iterable<LaneKey>): void => {
    for (const key of keys) this.#laneOf(key, { hasNew: true }).ring();
  };

  /** Starts what is due; lanes without work are forgotten. */
  look(): void {
    for (const [id, lane] of this.#lanes) {
      lane.look();
      if (lane.isIdle) this.#lanes.delete(id);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
  }

  /** Lets what is on its way arrive, for a while; the rest is sent after the next start. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    const lanes = Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    await atMost(STOP_WITHIN, lanes);
    this.#end.abort();
    await atMost(STOP_WITHIN, lanes);
  }

  #laneOf(key: LaneKey, given: { readonly retryAt?: number | undefined; readonly hasNew: boolean }): Lane {
    const id = `${key.ruleId}/${key.targetId}`;
    const known = this.#lanes.get(id);
    if (known !== undefined) return known;
    const work = { attempt: (job: Job) => this.#attempt(job), drop: (gone: LaneKey) => this.#drop(gone) };
    const lane = new Lane(key, this.#deps, { ...given, work });
    this.#lanes.set(id, lane);
    return lane;
  }

  async #drop(key: LaneKey): Promise<void> {
    const count = await dropLane(this.#deps.settings, key);
    this.#deps.attempts.dropped(key, count);
    this.#deps.log.info({ ...key, count }, 'the target is gone, and what waited for it');
  }

  async #attempt(job: Job): Promise<void> {
    const { queues, send } = this.#deps;
    const isDead = job.delivery.state === 'dead';
    const startedAt = this.#deps.clock.now();
    const outcome = isDead ? await toDeadLetters(queues, job) : await send(job, this.#end.signal);
    // Cut off by us: it was no try of theirs.
    if (!outcome.delivered && this.#end.signal.aborted) return;
    await this.#settle(job, outcome, startedAt);
  }

  async #settle(job: Job, outcome: Outcome, startedAt: number): Promise<void> {
    const { settings, attempts } = this.#deps;
    const { delivery } = job;
    if (outcome.delivered) {
      await finish(settings, delivery);
      attempts.made(job, { outcome: delivery.state === 'dead' ? 'dead-lettered' : 'delivered', startedAt });
      return;
    }
    if (delivery.state === 'dead') await this.#deadFailed(job, outcome, startedAt);
    else await this.#failed(job, outcome, startedAt);
  }

  async #failed(job: Job, failure: Failure, startedAt: number): Promise<void> {
    const { settings, clock, attempts, log } = this.#deps;
    const { delivery, target } = job;
    const made = delivery.attempts + 1;
    const now = clock.now();
    const next = afterFailure(delivery, { attempts: made, failure, target, now });
    const noted = { attempts: made, error_code: failure.code, error: failure.reason };
    if ('nextAt' in next) {
      attempts.made(job, { outcome: 'failed', failure, startedAt });
      await change(settings, delivery, { ...noted, state: 'retry', next_at: next.nextAt });
      return this.#retryAt(job, next.nextAt);
    }
    const hasQueue = target.DeadLetterConfig?.Arn !== undefined;
    const told = {
      rule: delivery.rule_arn,
      target: target.Id,
      attempts: made,
      code: failure.code,
      reason: failure.reason,
    };
    log.warn({ ...told, why: next.exhausted, deadLetters: target.DeadLetterConfig?.Arn }, 'event given up');
    attempts.made(job, { outcome: hasQueue ? 'failed' : 'given-up', failure, startedAt });
    if (!hasQueue) return finish(settings, delivery);
    await change(settings, delivery, { ...noted, state: 'dead', exhausted: next.exhausted, next_at: now });
    this.#retryAt(job, now);
  }

  async #deadFailed(job: Job, failure: Failure, startedAt: number): Promise<void> {
    const { settings, clock, attempts, log } = this.#deps;
    const { delivery } = job;
    const made = delivery.dead_attempts + 1;
    // Permissions of the queue may be mended: those are tried again, too.
    const next = afterFailure(delivery, {
      attempts: made,
      failure: { ...failure, permanent: failure.permanent && failure.code === 'INVALID_PARAMETER' },
      target: DEAD_LETTERS,
      now: clock.now(),
    });
    attempts.made(job, { outcome: 'nextAt' in next ? 'dead-letter-failed' : 'given-up', failure, startedAt });
    if ('nextAt' in next) {
      await change(settings, delivery, { dead_attempts: made, next_at: next.nextAt });
      return this.#retryAt(job, next.nextAt);
    }
    log.warn(
      { rule: delivery.rule_arn, reason: failure.reason },
      'event lost: its dead-letter queue does not take it',
    );
    await finish(settings, delivery);
  }

  #retryAt({ delivery }: Job, at: number): void {
    const lane = this.#laneOf({ ruleId: delivery.rule_id, targetId: delivery.target_id }, { hasNew: false });
    lane.retryAt = lane.retryAt === undefined ? at : Math.min(lane.retryAt, at);
    // Not from within the lane's own round: what is due now is looked for when that is over.
    queueMicrotask(() => lane.look());
  }
}
