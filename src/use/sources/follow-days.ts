const DAY = 86_400_000;

/** `2026/11/29`, oldest first. */
export function daysBetween(from: number, to: number): string[] {
  const days: string[] = [];
  for (let at = Math.floor(from / DAY) * DAY; at <= to; at += DAY)
    days.push(new Date(at).toISOString().slice(0, 10).replaceAll('-', '/'));
  return days;
}
