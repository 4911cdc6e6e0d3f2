import { AwsError } from '../../aws/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { atMost, backoff } from '../../base/retry.ts';
import { createRounds } from '../../base/rounds.ts';
import type { EventQueue } from './event-queue.ts';
import type { Invoker } from './invoker.ts';
import type { LambdaEventRow } from './settings.ts';

export type EventRunnerDeps = {
  readonly queue: EventQueue;
  readonly invoker: Invoker;
  /** Events of one function at one time. */
  readonly perFunction: number;
  readonly clock: Clock;
  readonly log: Logger;
};

const TICK = 1000;
const STOP_WITHIN = 5000;
/** Before the second and the third try: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_AFTER = [60_000, 120_000];
/** For so long an event is kept for which there is no room, or which Lambda itself cannot run. */
const MOST_AGE = 6 * 3_600_000;
/** Between these tries, at most. */
const MOST_WAIT = 300_000;

/** Gives functions their events, for each function some at a time and apart from all others. */
export class EventRunner {
  readonly #deps: EventRunnerDeps;
  readonly #running = new Map<string, Promise<void>>();
  readonly #perFunction = new Map<string, number>();
  readonly #rounds = createRounds({
    round: () => this.look(),
    onError: (error) =>
      this.#deps.log.error({ reason: messageOf(error) }, "functions' events could not be read"),
    tick: TICK,
  });

  constructor(deps: EventRunnerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds.start();
  }

  /** Something was noted, or there is room again: looks now rather than a second later. */
  wake(): void {
    this.#rounds.wake();
  }

  /** What is not done then is done after the next start. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await atMost(STOP_WITHIN, Promise.all(this.#running.values()));
  }

  /** One look: starts what is due and has room. Resolves once that is started. */
  async look(): Promise<void> {
    const { queue, clock, perFunction } = this.#deps;
    const now = clock.now();
    for (const name of await queue.dueFunctions(now)) {
      let room = perFunction - (this.#perFunction.get(name) ?? 0);
      if (room <= 0) continue;
      // Those that run are still in the queue.
      for (const event of await queue.due(name, now, 2 * perFunction)) {
        if (this.#running.has(event.id) || room-- <= 0) continue;
        this.#begin(event);
      }
    }
  }

  /** Resolves when all that was begun is settled. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #begin(event: LambdaEventRow): void {
    const name = event.function_name;
    this.#perFunction.set(name, (this.#perFunction.get(name) ?? 0) + 1);
    const done = this.#try(event)
      .catch((error: unknown) => {
        const told = { function: name, requestId: event.id, reason: messageOf(error) };
        this.#deps.log.error(told, "a function's event could not be settled");
      })
      .finally(() => {
        this.#running.delete(event.id);
        const left = (this.#perFunction.get(name) ?? 1) - 1;
        if (left === 0) this.#perFunction.delete(name);
        else this.#perFunction.set(name, left);
        this.wake();
      });
    this.#running.set(event.id, done);
  }

  async #try(event: LambdaEventRow): Promise<void> {
    const { invoker, queue } = this.#deps;
    const { id: requestId, function_name: name, payload, client_context } = event;
    try {
      const clientContext = client_context ?? undefined;
      const { failed } = await invoker.invoke({ name, requestId, payload, clientContext });
      // It was cut off, not failed: its next try comes after the next start.
      if (failed && this.#rounds.stopping.aborted) return;
      if (failed) await this.#failed(event);
      else await queue.finish(requestId);
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') {
        this.#deps.log.warn({ function: name, requestId }, 'event given up: its function is gone');
        await queue.finish(requestId);
      } else await this.#wait(event, messageOf(error));
    }
  }

  async #failed({ id, function_name, attempts, waits }: LambdaEventRow): Promise<void> {
    const { queue, clock, log } = this.#deps;
    const delay = RETRY_AFTER[attempts];
    const told = { function: function_name, requestId: id, attempts: attempts + 1 };
    if (delay === undefined) {
      log.warn(told, 'event given up: its function failed each time');
      return queue.finish(id);
    }
    log.info(told, 'a function failed, and is to be tried again');
    await queue.postpone({ id, attempts: attempts + 1, waits, next_at: clock.now() + delay });
  }

  async #wait(
    { id, function_name, attempts, waits, created_at }: LambdaEventRow,
    reason: string,
  ): Promise<void> {
    const { queue, clock, log } = this.#deps;
    const now = clock.now();
    if (now - created_at >= MOST_AGE) {
      log.warn({ function: function_name, requestId: id, reason }, 'event given up after six hours');
      return queue.finish(id);
    }
    const next_at = now + backoff(waits + 1, { first: 1000, most: MOST_WAIT });
    await queue.postpone({ id, attempts, waits: waits + 1, next_at });
  }
}
