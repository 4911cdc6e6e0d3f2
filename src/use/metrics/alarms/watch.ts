import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { createRounds } from '../../../base/rounds.ts';
import type { MetricSample, MetricSeries, MetricStore } from '../../../store/contract.ts';
import type { AlarmRow } from '../settings.ts';
import { changeState, findAlarm, type AlarmSettings } from './alarm-store.ts';
import { evaluate, evaluationRange } from './evaluate.ts';
import { look, reachOf, seriesOf, stepOf } from './look.ts';
import { reasonDataOf, reasonOf } from './reason.ts';

export type AlarmWatchDeps = {
  readonly settings: AlarmSettings;
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** A state has changed and is to be told. */
  readonly changed: () => void;
};

export type AlarmWatch = Stoppable & {
  /** Reads the alarms and watches from now on. */
  readonly start: () => Promise<void>;
  /** Data of these series has come. */
  readonly heard: (samples: readonly MetricSample[]) => void;
  /** An alarm was put (`now`: looked at at once) or set by hand (looked at after its next step). */
  readonly renew: (alarm: AlarmRow, when: 'now' | 'next step') => void;
  readonly forget: (arn: string) => void;
  /** One look at all that is due; for tests. */
  readonly round: () => Promise<void>;
};

type Watched = {
  readonly arn: string;
  readonly series: string;
  /** Milliseconds. */
  readonly step: number;
  readonly reach: number;
  dueAt: number;
  /** Milliseconds: when the latest sample was measured that is known of; undefined before the first look. */
  lastSample: number | undefined;
};

const TICK = 1000;
/** Milliseconds after the end of a step for what was measured in it to arrive. */
const ARRIVES_WITHIN = 1000;
/** Between looks at the same alarm, however much data comes. */
const PAUSE = 500;
/** Before it is looked at again where that failed. */
const AGAIN = 5000;
const AT_ONCE = 4;

/** Looks at each alarm when its periods move on, and when data of its metric comes. What changes is written with what is to be told of it. */
export function createAlarmWatch(deps: AlarmWatchDeps): AlarmWatch {
  const watch = new Watch(deps);
  const rounds = createRounds({
    round: () => watch.round(),
    onError: (error) => deps.log.error({ reason: messageOf(error) }, 'alarms could not be looked at'),
    tick: TICK,
  });
  return {
    start: async () => {
      await watch.load();
      rounds.start();
    },
    heard: (samples) => {
      if (watch.heard(samples)) rounds.wake();
    },
    renew: (alarm, when) => {
      watch.renew(alarm, when);
      if (when === 'now') rounds.wake();
    },
    forget: (arn) => watch.forget(arn),
    round: () => watch.round(),
    stop: () => rounds.stop(),
  };
}

class Watch {
  readonly #deps: AlarmWatchDeps;
  readonly #alarms = new Map<string, Watched>();
  readonly #bySeries = new Map<string, Set<Watched>>();

  constructor(deps: AlarmWatchDeps) {
    this.#deps = deps;
  }

  async load(): Promise<void> {
    const alarms = await this.#deps.settings.selectFrom('alarms').selectAll().execute();
    for (const alarm of alarms) this.renew(alarm, 'now');
  }

  heard(samples: readonly MetricSample[]): boolean {
    if (this.#alarms.size === 0) return false;
    const now = this.#deps.clock.now();
    let any = false;
    for (const { series, time } of samples) {
      for (const alarm of this.#bySeries.get(keyOf(series)) ?? []) {
        alarm.lastSample = Math.max(alarm.lastSample ?? 0, time * 1000);
        alarm.dueAt = Math.min(alarm.dueAt, now);
        any = true;
      }
    }
    return any;
  }

  renew(alarm: AlarmRow, when: 'now' | 'next step'): void {
    this.forget(alarm.arn);
    const now = this.#deps.clock.now();
    const step = stepOf(alarm) * 1000;
    const series = keyOf(seriesOf(alarm));
    const dueAt = when === 'now' ? now : nextStep(now, step);
    const reach = reachOf(alarm) * 1000;
    const watched: Watched = { arn: alarm.arn, series, step, reach, dueAt, lastSample: undefined };
    this.#alarms.set(alarm.arn, watched);
    const same = this.#bySeries.get(series) ?? new Set();
    this.#bySeries.set(series, same.add(watched));
  }

  forget(arn: string): void {
    const former = this.#alarms.get(arn);
    if (former === undefined) return;
    this.#alarms.delete(arn);
    const same = this.#bySeries.get(former.series);
    same?.delete(former);
    if (same?.size === 0) this.#bySeries.delete(former.series);
  }

  async round(): Promise<void> {
    const now = this.#deps.clock.now();
    const due = [...this.#alarms.values()].filter(({ dueAt }) => dueAt <= now);
    const lane = async (): Promise<void> => {
      for (let alarm = due.pop(); alarm !== undefined; alarm = due.pop()) await this.#tryLook(alarm);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  async #tryLook(watched: Watched): Promise<void> {
    const { clock, log } = this.#deps;
    const now = clock.now();
    // Before the look: what comes meanwhile asks for another.
    watched.dueAt = nextStep(now, watched.step);
    try {
      await this.#look(watched, now);
      if (watched.dueAt < nextStep(now, watched.step))
        watched.dueAt = Math.max(watched.dueAt, clock.now() + PAUSE);
    } catch (error) {
      watched.dueAt = now + AGAIN;
      log.warn({ alarm: watched.arn, reason: messageOf(error) }, 'an alarm could not be looked at');
    }
  }

  async #look(watched: Watched, now: number): Promise<void> {
    const { settings, changed } = this.#deps;
    const alarm = await findAlarm(settings, watched.arn);
    if (alarm === undefined) return this.forget(watched.arn);
    const verdict = evaluate(await this.#range(watched, alarm, now), alarm);
    if (verdict === undefined || verdict.state === alarm.state) return;
    const reason = reasonOf(verdict, alarm);
    const reason_data = reasonDataOf(verdict, { now, rule: alarm });
    const to = { state: verdict.state, reason, reason_data };
    if (await changeState(settings, alarm, { to, now })) changed();
    else watched.dueAt = now;
  }

  /** Most metrics that alarms watch are silent: they need not be asked for. */
  async #range(watched: Watched, alarm: AlarmRow, now: number) {
    const { lastSample } = watched;
    if (lastSample !== undefined && lastSample < now - watched.reach)
      return Array.from({ length: evaluationRange(alarm) }, () => undefined);
    const range = await look(this.#deps.store, alarm, now);
    if (range.some((point) => point !== undefined)) return range;
    // Silent from the first look on; what comes later is heard.
    watched.lastSample ??= 0;
    return range;
  }
}

function nextStep(now: number, step: number): number {
  return (Math.floor((now - ARRIVES_WITHIN) / step) + 1) * step + ARRIVES_WITHIN;
}

function keyOf({ account, region, namespace, name, dimensions }: MetricSeries): string {
  return JSON.stringify([account, region, namespace, name, dimensions]);
}
