/** Undefined for 0: there is none. */
export function timeText(ms: number): string | undefined {
  return ms === 0 ? undefined : new Date(ms).toISOString();
}
