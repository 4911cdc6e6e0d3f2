import type { LogEvent, LogEventStore, LogScan } from '../../store/contract.ts';
import { stored } from './log-errors.ts';
import { EVENT_OVERHEAD, MOST_BYTES } from './put-events.ts';

export type Collected = {
  readonly events: readonly LogEvent[];
  /** The last event that was looked at, where there may be more behind it. */
  readonly stoppedAt: LogEvent | undefined;
};

export type Collecting = Omit<LogScan, 'limit'> & {
  readonly most: number;
  readonly matches?: ((message: string) => boolean) | undefined;
};

const FIRST_CHUNK = 100;
/** A thousand of the longest are 256 MB. */
const MOST_CHUNK = 1000;
/** Milliseconds, after which a page comes as it is, with a token to go on. */
const PATIENCE = 5000;

/** A page: at most `most` events and 1 MB, as AWS answers it. Reads a chunk at a time, as many as the rest of the page should take, by what was found until now. */
export async function collect(
  events: Pick<LogEventStore, 'scan'>,
  { most, matches = () => true, ...query }: Collecting,
  { clock, signal }: { readonly clock: () => number; readonly signal?: AbortSignal | undefined },
): Promise<Collected> {
  const until = clock() + PATIENCE;
  const page: LogEvent[] = [];
  let bytes = 0;
  let limit = Math.min(FIRST_CHUNK, most + 1);
  let place: Pick<LogScan, 'after' | 'before'> = { after: query.after, before: query.before };
  for (;;) {
    const chunk = await stored(events.scan({ ...query, ...place, limit }, signal));
    let chunkBytes = 0;
    let previous: LogEvent | undefined;
    const before = page.length;
    for (const event of chunk) {
      const size = Buffer.byteLength(event.message) + EVENT_OVERHEAD;
      chunkBytes += size;
      if (matches(event.message)) {
        const isFull = page.length === most || (page.length > 0 && bytes + size > MOST_BYTES);
        if (isFull) return { events: page, stoppedAt: previous ?? page.at(-1) };
        page.push(event);
        bytes += size;
      }
      previous = event;
    }
    if (chunk.length < limit || previous === undefined) return { events: page, stoppedAt: undefined };
    if (clock() >= until) return { events: page, stoppedAt: previous };
    place = query.order === 'oldest-first' ? { ...place, after: previous } : { ...place, before: previous };
    const kept = page.length - before;
    const missing = Math.min(most - page.length, (MOST_BYTES - bytes) / (chunkBytes / chunk.length));
    limit = Math.min(MOST_CHUNK, Math.ceil((missing * chunk.length) / Math.max(kept, 0.1)) + 1);
  }
}
