/** Minutes over which calls are summed up: a short one for bursts, longer ones for what rises slowly or is rare. */
export const WINDOWS = [1, 5, 15, 60] as const;
/** Days of the past that say what is usual. */
export const DAYS = 28;
export const HOURS = DAYS * 24;
/** Minutes that are kept as they are. */
export const RECENT = 512;

/** Thursday was the first day of 1970: Monday is 0. */
export function hourOfWeek(minute: number): number {
  return (Math.floor(minute / 60) + 72) % 168;
}
