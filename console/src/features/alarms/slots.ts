import type { Sample } from './alarms.ts';

export type Slot = {
  /** Where it begins, milliseconds. */
  readonly time: number;
  /** The highest sample in it; undefined where nothing was measured. */
  readonly value: number | undefined;
};

/** Bars that can still be told apart. */
const MOST = 60;

/** Samples put into at most some sixty slots of whole periods, so that a week of minutes can be drawn too. */
export function slotsOf({
  samples,
  period,
  from,
  to,
}: {
  readonly samples: readonly Sample[];
  /** Seconds. */
  readonly period: number;
  readonly from: number;
  readonly to: number;
}): Slot[] {
  const periodMs = period * 1000;
  const slotMs = Math.max(1, Math.ceil((to - from) / MOST / periodMs)) * periodMs;
  const slotOf = (time: number) => Math.floor(time / slotMs) * slotMs;
  const highest = new Map<number, number>();
  for (const { time, value } of samples) {
    const slot = slotOf(time);
    highest.set(slot, Math.max(value, highest.get(slot) ?? -Infinity));
  }
  const slots: Slot[] = [];
  for (let time = slotOf(from); time <= to; time += slotMs) slots.push({ time, value: highest.get(time) });
  return slots;
}
