import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { pause } from '../../../base/retry.ts';
import type { RuleSettings } from '../settings.ts';
import type { LaneKey } from './enqueue.ts';
import { dueAgain, laneTarget, nextFirst, nextRetry, type Job } from './queue.ts';

/** How long a first attempt is waited for before the next starts, ms; how many may be under way. */
const PATIENCE = 250;
const WIDE = 16;
const BATCH = 32;
const RETRIES_AT_ONCE = 8;

export type LaneDeps = {
  readonly settings: RuleSettings;
  readonly clock: Clock;
  readonly log: Logger;
};

export type LaneWork = {
  readonly attempt: (job: Job) => Promise<void>;
  /** The target is gone. */
  readonly drop: (lane: LaneKey) => Promise<void>;
};

/**
 * What is on its way to one target. First attempts start in the order of acceptance, and what is tried again goes beside them: neither what
 * keeps failing nor what is slow holds back the rest.
 */
export class Lane {
  readonly key: LaneKey;
  readonly #deps: LaneDeps;
  readonly #work: LaneWork;
  readonly #underWay = new Map<number, Promise<void>>();
  #lastFirst = 0;
  #hasNew: boolean;
  #first: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #stopping = false;
  retryAt: number | undefined;

  constructor(
    key: LaneKey,
    deps: LaneDeps,
    given: { readonly work: LaneWork; readonly retryAt?: number | undefined; readonly hasNew: boolean },
  ) {
    this.key = key;
    this.#deps = deps;
    this.#work = given.work;
    this.retryAt = given.retryAt;
    this.#hasNew = given.hasNew;
  }

  /** There is something new. */
  ring(): void {
    this.#hasNew = true;
    this.look();
  }

  /** Starts what is to be started. */
  look(): void {
    if (this.#stopping) return;
    if (this.#hasNew && this.#first === undefined)
      this.#first = this.#run(() => this.#firsts()).finally(() => {
        this.#first = undefined;
        if (this.#hasNew) this.look();
      });
    const isDue = this.retryAt !== undefined && this.retryAt <= this.#deps.clock.now();
    if (isDue && this.#again === undefined)
      this.#again = this.#run(() => this.#retries()).finally(() => (this.#again = undefined));
  }

  /** Nothing waits, nothing is under way. */
  get isIdle(): boolean {
    return (
      !this.#hasNew &&
      this.#first === undefined &&
      this.#again === undefined &&
      this.#underWay.size === 0 &&
      this.retryAt === undefined
    );
  }

  /** Resolves when what is under way is done, nothing more being begun. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.settled();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#first ?? this.#again ?? this.#underWay.values().next().value) {
      await Promise.all([this.#first, this.#again, ...this.#underWay.values()]);
    }
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#deps.log.error({ ...this.key, err: messageOf(error) }, 'events could not be delivered');
      // Once more a while later, from the beginning.
      this.#lastFirst = 0;
      this.#hasNew = true;
      this.retryAt ??= this.#deps.clock.now();
      await pause(1000);
    }
  }

  async #firsts(): Promise<void> {
    const { settings } = this.#deps;
    while (this.#hasNew && !this.#stopping) {
      // Before the look, so that no ring is lost while it lasts.
      this.#hasNew = false;
      const found = await nextFirst(settings, this.key, this.#lastFirst, BATCH);
      this.#hasNew ||= found.length === BATCH;
      const rows = found.filter(({ id }) => !this.#underWay.has(id));
      const about = rows.length === 0 ? undefined : await laneTarget(settings, this.key);
      if (about === undefined) {
        if (rows.length > 0) await this.#work.drop(this.key);
        continue;
      }
      for (const row of rows) {
        if (this.#stopping) return;
        this.#lastFirst = row.id;
        await this.#begin(jobOf(row, about), PATIENCE);
      }
    }
  }

  async #retries(): Promise<void> {
    const { settings, clock } = this.#deps;
    while (!this.#stopping) {
      const due = await dueAgain(settings, this.key, clock.now(), RETRIES_AT_ONCE);
      const rows = due.filter(({ id }) => !this.#underWay.has(id));
      if (rows.length === 0) break;
      const about = await laneTarget(settings, this.key);
      if (about === undefined) await this.#work.drop(this.key);
      else await Promise.all(rows.map((row) => this.#start(jobOf(row, about))));
    }
    this.retryAt = undefined;
    const next = await nextRetry(settings, this.key);
    if (next !== undefined) this.retryAt = Math.min(next, this.retryAt ?? next);
  }

  async #begin(job: Job, patience: number): Promise<void> {
    const done = new AbortController();
    const attempt = this.#start(job).finally(() => done.abort());
    await Promise.race([attempt, pause(patience, done.signal)]);
    while (this.#underWay.size >= WIDE) await Promise.race(this.#underWay.values());
  }

  #start(job: Job): Promise<void> {
    const { id } = job.delivery;
    const attempt = this.#work.attempt(job).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, attempt);
    return attempt;
  }
}

type Row = Awaited<ReturnType<typeof nextFirst>>[number];

function jobOf(row: Row, about: Pick<Job, 'rule' | 'target'>): Job {
  const { body, accepted_at: acceptedAt, forwarded, ...delivery } = row;
  return { ...about, delivery, body, acceptedAt, forwarded: forwarded === 1 };
}
