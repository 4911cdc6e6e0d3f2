import type { OperationInput } from '../../aws/operation.ts';
import { invalid } from './log-errors.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const MOST_EVENTS = 10_000;
export const MOST_BYTES = 1_048_576;
export const EVENT_OVERHEAD = 26;
/** Of one event, its overhead counted. */
export const MOST_EVENT_BYTES = 262_144;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TOO_OLD = 14 * DAY;
const TOO_NEW = 2 * HOUR;
const LAST_TIME = 8.64e15;

export type PutEvent = { readonly time: number; readonly message: string };

/** Throws InvalidParameterException for a batch that is not as it must be. */
export function readEvents(input: OperationInput): readonly PutEvent[] {
  const given = input['logEvents'];
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  if (list.length === 0) throw invalid(constraint('length greater than or equal to 1'));
  if (list.length > MOST_EVENTS) throw invalid(constraint(`length less than or equal to ${MOST_EVENTS}`));
  const events = list.map(readEvent);
  let bytes = 0;
  for (const [index, { time, message }] of events.entries()) {
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD;
    if (size > MOST_EVENT_BYTES)
      throw invalid(`Log event too large: ${size} bytes exceeds limit of ${MOST_EVENT_BYTES}`);
    bytes += size;
    if (time < (events[index - 1]?.time ?? 0))
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  if (bytes > MOST_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
  if ((events.at(-1)?.time ?? 0) - (events[0]?.time ?? 0) > DAY)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  return events;
}

function constraint(what: string): string {
  return `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have ${what}`;
}

function readEvent(event: unknown, index: number): PutEvent {
  const { timestamp, message } = (event ?? {}) as { timestamp?: unknown; message?: unknown };
  const member = `logEvents.${index + 1}.member`;
  if (typeof message !== 'string' || message === '')
    throw invalid(
      `1 validation error detected: Value at '${member}.message' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    );
  if (typeof timestamp !== 'number' || !Number.isInteger(timestamp) || timestamp < 0 || timestamp > LAST_TIME)
    throw invalid(
      `1 validation error detected: Value at '${member}.timestamp' failed to satisfy constraint: Member must be a time in milliseconds, 0 or later`,
    );
  return { time: timestamp, message };
}

export type Sorted = {
  readonly accepted: readonly PutEvent[];
  /** Undefined where all were accepted. */
  readonly rejected: Readonly<Record<string, number>> | undefined;
};

/** In chronological order, so what is refused stands at the ends: expired or too old at the beginning, too new at the end. */
export function sortOut(
  events: readonly PutEvent[],
  { now, oldestKept }: { readonly now: number; readonly oldestKept: number },
): Sorted {
  const expiredEnd = countBefore(events, oldestKept);
  const oldEnd = countBefore(events, now - TOO_OLD);
  const newStart = countBefore(events, now + TOO_NEW + 1);
  const rejected = {
    ...(expiredEnd === 0 ? {} : { expiredLogEventEndIndex: expiredEnd }),
    ...(oldEnd === 0 ? {} : { tooOldLogEventEndIndex: oldEnd }),
    ...(newStart === events.length ? {} : { tooNewLogEventStartIndex: newStart }),
  };
  return {
    accepted: events.slice(Math.max(expiredEnd, oldEnd), newStart),
    rejected: Object.keys(rejected).length === 0 ? undefined : rejected,
  };
}

function countBefore(events: readonly PutEvent[], time: number): number {
  const at = events.findIndex((event) => event.time >= time);
  return at < 0 ? events.length : at;
}
