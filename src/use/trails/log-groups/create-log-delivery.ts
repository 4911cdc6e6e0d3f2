import { AwsError } from '../../../aws/errors.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import { atMost, backoff } from '../../../base/retry.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { FollowerStatus } from '../../../store/contract.ts';
import { createGate } from '../delivery/gate.ts';
import type { Trail } from '../trail-store.ts';
import { deliverLogEvents, type LogDeliveryDeps } from './deliver-log-events.ts';
import type { LogWindow } from './log-windows.ts';

export type LogDelivery = Stoppable & {
  /** Resolves when `followers` is complete. */
  readonly start: () => Promise<void>;
  /** Looks now, also at what failed: after StartLogging, StopLogging, UpdateTrail, DeleteTrail. */
  readonly wake: (trailId: string) => void;
  /** One for each trail with something to write, named `logs:ARN`. The journal keeps what lies behind their cursors. */
  readonly followers: () => readonly FollowerStatus[];
};

const TICK = 500;
const RETRY = { first: 1000, most: 30_000 };
const STOP_WITHIN = 5000;
const DAY = 86_400_000;
/** A group that was replaced and refuses is given up after a day, the rest of a deleted trail after 30. */
const GIVE_UP_REPLACED = DAY;
const GIVE_UP_DELETED = 30 * DAY;

/** Writes the records of all trails to their log groups within about a second, each trail for itself: one that fails holds back no other. */
export function createLogDelivery(deps: LogDeliveryDeps): LogDelivery {
  const scheduler = new Scheduler(deps);
  return {
    start: () => scheduler.start(),
    stop: () => scheduler.stop(),
    wake: (trailId) => scheduler.wake(trailId),
    followers: () => scheduler.followers(),
  };
}

/** Of a window: the former group of a trail, which may refuse, does not hold back the one it has now. */
type State = {
  readonly trailId: string;
  running: Promise<void> | undefined;
  attempts: number;
  notBefore: number;
  failing: string | undefined;
  failingSince: number | undefined;
};

type Active = { readonly trail: Trail; readonly window: LogWindow };

const WORKS = { failing: undefined, failingSince: undefined };

class Scheduler {
  readonly #deps: LogDeliveryDeps;
  readonly #states = new Map<string, State>();
  readonly #healthy = createGate(4);
  readonly #failing = createGate(2);
  #active: readonly Active[] = [];
  readonly #rounds = createRounds({
    round: () => this.#round(),
    onError: (error) => this.#logFailure(error),
    tick: TICK,
  });

  constructor(deps: LogDeliveryDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#active = await this.#read();
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    await this.#rounds.stop();
    const last = this.#finish().catch((error: unknown) => this.#logFailure(error));
    await atMost(STOP_WITHIN, last);
  }

  wake(trailId: string): void {
    for (const state of this.#states.values()) if (state.trailId === trailId) state.notBefore = 0;
    this.#rounds.wake();
  }

  followers(): readonly FollowerStatus[] {
    const head = this.#deps.journal.head();
    return [...Map.groupBy(this.#active, ({ trail }) => trail.arn)].map(([arn, active]) => {
      const cursor = Math.min(...active.map(({ window }) => window.next_seq)) - 1;
      const states = active.map((each) => this.#stateOf(each));
      const { failing, failingSince } = states.find((state) => state.failing !== undefined) ?? WORKS;
      return { name: `logs:${arn}`, cursor, lag: Math.max(0, head - cursor), failing, failingSince };
    });
  }

  async #round(): Promise<void> {
    this.#active = await this.#read();
    const known = new Set(this.#active.map(({ window }) => window.id));
    for (const [id, { running }] of this.#states)
      if (!known.has(id) && running === undefined) this.#states.delete(id);
    const head = this.#deps.journal.head();
    for (const active of this.#active) {
      const state = this.#stateOf(active);
      const hasWork = active.window.next_seq <= head || active.window.stopped_at !== null;
      if (hasWork && state.running === undefined && this.#deps.clock.now() >= state.notBefore)
        state.running = this.#run(active, state);
    }
  }

  async #run(active: Active, state: State): Promise<void> {
    const gate = state.attempts > 0 ? this.#failing : this.#healthy;
    try {
      await gate.run(() => this.#deliver(active));
      Object.assign(state, { attempts: 0, notBefore: 0, ...WORKS });
    } catch (error) {
      await this.#noteFailure(active, state, error);
    }
    state.running = undefined;
  }

  async #deliver({ trail, window }: Active): Promise<void> {
    const { clock, settings, log } = this.#deps;
    const isGivenUp =
      clock.now() > (window.replaced_at ?? Infinity) + GIVE_UP_REPLACED ||
      clock.now() > (trail.deleted_at ?? Infinity) + GIVE_UP_DELETED;
    if (!isGivenUp) {
      await deliverLogEvents(this.#deps, trail, window);
      return;
    }
    log.warn({ trail: trail.arn, group: window.group_arn }, 'log group given up: it refused for too long');
    await settings.deleteFrom('trail_log_windows').where('id', '=', window.id).execute();
  }

  /** GetTrailStatus tells of the group that the trail has now. */
  async #noteFailure({ trail, window }: Active, state: State, error: unknown): Promise<void> {
    const { clock, settings, log } = this.#deps;
    const code = error instanceof AwsError ? error.code : 'InternalError';
    const { group_arn: group } = window;
    log.warn({ trail: trail.arn, group, code, reason: messageOf(error) }, 'delivery to the log group failed');
    state.attempts++;
    state.failing = code;
    state.failingSince ??= clock.now();
    state.notBefore = clock.now() + backoff(state.attempts, RETRY);
    if (window.replaced_at !== null) return;
    await settings
      .updateTable('trails')
      .set({ logs_error: code })
      .where('id', '=', trail.id)
      .execute()
      .catch((failure: unknown) => this.#logFailure(failure));
  }

  /** The last events of every trail, before the server ends. */
  async #finish(): Promise<void> {
    await Promise.all([...this.#states.values()].map(({ running }) => running));
    await Promise.all((await this.#read()).map((active) => this.#run(active, this.#stateOf(active))));
  }

  async #read(): Promise<readonly Active[]> {
    const { settings } = this.#deps;
    const windows = await settings.selectFrom('trail_log_windows').selectAll().orderBy('next_seq').execute();
    if (windows.length === 0) return [];
    const ids = [...new Set(windows.map((window) => window.trail_id))];
    const trails = await settings.selectFrom('trails').selectAll().where('id', 'in', ids).execute();
    return windows.flatMap((window) => {
      const trail = trails.find(({ id }) => id === window.trail_id);
      return trail === undefined ? [] : [{ trail, window }];
    });
  }

  #stateOf({ trail, window }: Active): State {
    const known = this.#states.get(window.id);
    if (known !== undefined) return known;
    const state: State = { trailId: trail.id, running: undefined, attempts: 0, notBefore: 0, ...WORKS };
    this.#states.set(window.id, state);
    return state;
  }

  #logFailure(error: unknown): void {
    this.#deps.log.error({ reason: messageOf(error) }, 'log groups of trails could not be read');
  }
}
