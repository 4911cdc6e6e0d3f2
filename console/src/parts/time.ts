/** Times as people read them: in their own zone, to the second. All inputs are milliseconds since the epoch. */

export function localTime(ms: number, zone?: string): string {
  return parts(ms, zone).replace(',', '');
}

/** The local time with its zone: `2026-01-02 04:04:05 GMT+1`. */
export function localTimeWithZone(ms: number, zone?: string): string {
  const options: Intl.DateTimeFormatOptions = { timeZoneName: 'short', ...(zone ? { timeZone: zone } : {}) };
  const name = new Intl.DateTimeFormat('en-GB', options)
    .formatToParts(ms)
    .find((part) => part.type === 'timeZoneName');
  return `${localTime(ms, zone)} ${name?.value ?? ''}`.trim();
}

/** `2026-01-02 03:04:05 UTC`. */
export function utcTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `just now`, `3 min ago`, `2 h ago`; undefined for what is a day old or not yet. */
export function relativeTime(ms: number, now: number): string | undefined {
  const seconds = Math.round((now - ms) / 1000);
  if (seconds < -60 || seconds >= 86_400) return undefined;
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds / 3600)} h ago`;
}

/** `3 h 20 min`, for what is left of something. */
export function durationText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Swedish writes dates as ISO 8601 does. */
function parts(ms: number, zone: string | undefined): string {
  return new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'medium',
    ...(zone ? { timeZone: zone } : {}),
  }).format(ms);
}
