/** Time as an argument: nothing below app.ts asks the machine what time it is. Milliseconds since the epoch. */
export type Clock = { readonly now: () => number };

export const systemClock: Clock = { now: () => Date.now() };

/** `2026-11-21T00:40:16Z`: whole seconds, as CloudTrail writes every time. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
