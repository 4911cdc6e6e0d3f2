import type { SelectedEvent } from '../delivery/select-events.ts';

export type LogBatch = readonly { readonly time: number; readonly message: string }[];

/** Limits of PutLogEvents: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const OVERHEAD = 26;
/** Of one event with its overhead; longer records CloudTrail does not send to log groups. */
const MOST_EVENT_BYTES = 262_144;
const HOUR = 3_600_000;
const MOST_SPAN = 24 * HOUR;
/** Log groups refuse what is older than 14 days or more than two hours ahead; an hour's margin for the way. */
const OLDEST = 14 * 24 * HOUR - HOUR;
const NEWEST = HOUR;

/**
 * Records as log events, by time and else in the journal's order, cut into batches that PutLogEvents takes. The same records and time make the same
 * batches. A record whose own time a log group would refuse gets the time of its delivery.
 */
export function logBatches(
  events: readonly SelectedEvent[],
  now: number,
): { readonly batches: readonly LogBatch[]; readonly dropped: number } {
  const fitting = events.filter(({ raw }) => raw.length + OVERHEAD <= MOST_EVENT_BYTES);
  const logEvents = fitting
    .map(({ raw, time }) => ({ raw, time: timeOf(time * 1000, now) }))
    .sort((a, b) => a.time - b.time);
  const batches: { time: number; message: string }[][] = [];
  let bytes = 0;
  for (const { raw, time } of logEvents) {
    const batch = batches.at(-1);
    const size = raw.length + OVERHEAD;
    const event = { time, message: Buffer.from(raw).toString('utf8') };
    const fits =
      batch !== undefined &&
      batch.length < MOST_EVENTS &&
      bytes + size <= MOST_BYTES &&
      time - (batch[0]?.time ?? time) < MOST_SPAN;
    if (fits) batch.push(event);
    else batches.push([event]);
    bytes = fits ? bytes + size : size;
  }
  return { batches, dropped: events.length - fitting.length };
}

function timeOf(time: number, now: number): number {
  return time < now - OLDEST || time > now + NEWEST ? now : time;
}
