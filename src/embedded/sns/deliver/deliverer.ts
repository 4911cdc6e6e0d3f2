import type { FunctionPort, MailPort, QueuePort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Outbound } from '../../../base/outbound.ts';
import { atMost, pause } from '../../../base/retry.ts';
import { createRounds } from '../../../base/rounds.ts';
import {
  delayBefore,
  httpPolicyOf,
  SMTP_RETRIES,
  AWS_RETRIES,
  type RetryPolicy,
} from '../delivery-policy.ts';
import {
  deadLetterOf,
  dueSubscriptions,
  finish,
  nextJob,
  postpone,
  redrive,
  type Job,
} from '../delivery-queue.ts';
import type { SigningKeys } from '../signing-keys.ts';
import { forgetStale } from '../subscription-store.ts';
import { deadLetterArn, isHttp } from '../subscription-attributes.ts';
import type { Mac } from '../tokens.ts';
import type { SnsSettings } from '../topic-store.ts';
import { failed, type Outcome } from './outcome.ts';
import { render } from './render.ts';
import { toEmail } from './to-email.ts';
import { toHttp } from './to-http.ts';
import { toLambda } from './to-lambda.ts';
import { toSqs } from './to-sqs.ts';

export type DelivererDeps = {
  readonly settings: SnsSettings;
  readonly keys: SigningKeys;
  readonly mac: Mac;
  /** Our own address as others reach it. */
  readonly url: () => string;
  readonly outbound: Outbound;
  readonly queues: QueuePort;
  readonly functions: FunctionPort | undefined;
  readonly mail: MailPort | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

const TICK = 1000;
const STOP_WITHIN = 5000;
const SWEEP_EVERY = 3_600_000;

/**
 * Delivers what is in the queue, for each subscription one after another and apart from all others: an endpoint that is slow or dead keeps
 * nobody waiting but itself. What fails is tried again by its delivery policy while what comes after it goes on, as in AWS.
 */
export class Deliverer {
  readonly #deps: DelivererDeps;
  readonly #lanes = new Map<string, Promise<void>>();
  /** Ends what is under way when the server does. */
  readonly #end = new AbortController();
  readonly #rounds = createRounds({
    round: () => this.#round(),
    onError: (error) => this.#deps.log.error({ reason: messageOf(error) }, 'notifications could not be read'),
    tick: TICK,
  });
  #sweepAt = 0;

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds.start();
  }

  /** Something was noted: looks now rather than a second later. */
  wake(): void {
    this.#rounds.wake();
  }

  /** Lets what is on its way arrive, for a while; the rest is sent after the next start. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await atMost(STOP_WITHIN, Promise.all(this.#lanes.values()));
    this.#end.abort();
    await atMost(STOP_WITHIN, Promise.all(this.#lanes.values()));
  }

  async #round(): Promise<void> {
    const { settings, clock } = this.#deps;
    const now = clock.now();
    if (now >= this.#sweepAt) {
      await forgetStale(settings, now);
      this.#sweepAt = now + SWEEP_EVERY;
    }
    for (const id of await dueSubscriptions(settings, now)) {
      if (this.#lanes.has(id)) continue;
      const lane = this.#deliver(id)
        .catch((error: unknown) => {
          this.#deps.log.error(
            { subscription: id, reason: messageOf(error) },
            'notifications could not be delivered',
          );
        })
        .finally(() => this.#lanes.delete(id));
      this.#lanes.set(id, lane);
    }
  }

  async #deliver(subscriptionId: string): Promise<void> {
    const { settings, clock } = this.#deps;
    while (!this.#rounds.stopping.aborted) {
      const job = await nextJob(settings, subscriptionId, clock.now());
      if (job === undefined) return;
      const outcome = await this.#attempt(job);
      // Cut off by us: it was no try of theirs.
      if (!outcome.delivered && this.#end.signal.aborted) return;
      await this.#settle(job, outcome);
      const perSecond = isHttp(job.subscription.protocol) ? policyOf(job).maxReceivesPerSecond : undefined;
      if (perSecond !== undefined) await pause(1000 / perSecond);
    }
  }

  async #attempt(job: Job): Promise<Outcome> {
    const { keys, mac, url, clock, outbound, queues, functions, mail } = this.#deps;
    const { protocol, endpoint, redrive_policy } = job.subscription;
    try {
      const key = await keys.current(clock.now());
      const signer = { key, version: job.topic.signature_version, url: url() };
      const rendered = render(job, { signer, mac });
      if (job.delivery.kind === 'redrive')
        return await toSqs(queues, deadLetterArn(redrive_policy ?? ''), job, rendered);
      if (isHttp(protocol)) return await toHttp(outbound, job, { ...rendered, end: this.#end.signal });
      if (protocol === 'sqs') return await toSqs(queues, endpoint, job, rendered);
      if (protocol === 'lambda') return await toLambda(functions, job, rendered);
      return await toEmail(mail, job, rendered);
    } catch (error) {
      return failed(messageOf(error));
    }
  }

  async #settle(job: Job, outcome: Outcome): Promise<void> {
    const { settings, clock, log } = this.#deps;
    const { delivery, subscription } = job;
    if (outcome.delivered) return finish(settings, delivery);
    const delay = outcome.permanent ? undefined : delayBefore(delivery.attempts + 1, retriesOf(job));
    const { kind, attempts } = delivery;
    const told = {
      topic: job.topic.arn,
      subscription: subscription.id,
      kind,
      attempts: attempts + 1,
      reason: outcome.reason,
    };
    if (delay !== undefined) {
      log.info(told, 'notification failed, to be tried again');
      return postpone(settings, delivery, clock.now() + delay);
    }
    const deadLetters = deadLetterOf(job);
    log.warn({ ...told, deadLetters }, 'notification given up');
    return deadLetters === undefined ? finish(settings, delivery) : redrive(settings, job, clock.now());
  }
}

function policyOf({ topic, subscription }: Job) {
  return httpPolicyOf(topic.delivery_policy, subscription.delivery_policy);
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
function retriesOf(job: Job): RetryPolicy {
  const { protocol } = job.subscription;
  if (job.delivery.kind === 'redrive' || protocol === 'sqs' || protocol === 'lambda') return AWS_RETRIES;
  return isHttp(protocol) ? policyOf(job).retry : SMTP_RETRIES;
}
