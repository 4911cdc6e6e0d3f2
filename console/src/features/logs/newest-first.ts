import type { LogEvent } from './logs.ts';

/** Asks for what lies between two times, both inclusive, oldest first; `next` where there is more. */
export type Ask = (
  from: number,
  to: number,
  token: string | undefined,
) => Promise<{ readonly events: readonly LogEvent[]; readonly next: string | undefined }>;

export type Found = {
  /** Newest first. */
  readonly events: readonly LogEvent[];
  /** Where to go on, milliseconds; undefined at the end. */
  readonly before: number | undefined;
};

const FIRST_WINDOW = 60_000;
/** A window gets so much wider each time that it had too little in it. */
const WIDER = 8;
/** Pages of one window: what has more is looked at in narrower ones. */
const MOST_PAGES = 3;
const NARROWEST = 1000;

/**
 * The newest events, though the service gives the oldest first: looks at the last minute, then at ever longer times before it, until there are
 * `wanted` or the beginning is reached. A time with more in it than a few pages is looked at in pieces.
 */
export async function newestFirst(
  ask: Ask,
  { from, to, wanted }: { readonly from: number; readonly to: number; readonly wanted: number },
): Promise<Found> {
  const events: LogEvent[] = [];
  let end = to;
  let width = FIRST_WINDOW;
  while (end >= from && events.length < wanted) {
    const start = Math.max(from, end - width + 1);
    const window = await whole(ask, start, end);
    if (window === undefined && width > NARROWEST) {
      width = Math.max(NARROWEST, Math.floor(width / WIDER));
      continue;
    }
    events.push(...(window ?? (await all(ask, start, end))).toReversed());
    end = start - 1;
    width *= WIDER;
  }
  return { events, before: end >= from ? end : undefined };
}

/** All between two times; undefined where that is too much at once. */
async function whole(ask: Ask, from: number, to: number): Promise<readonly LogEvent[] | undefined> {
  return all(ask, from, to, MOST_PAGES);
}

async function all(ask: Ask, from: number, to: number): Promise<readonly LogEvent[]>;
async function all(
  ask: Ask,
  from: number,
  to: number,
  most: number,
): Promise<readonly LogEvent[] | undefined>;
async function all(
  ask: Ask,
  from: number,
  to: number,
  most = Infinity,
): Promise<readonly LogEvent[] | undefined> {
  const events: LogEvent[] = [];
  let token: string | undefined;
  let full = 0;
  do {
    const page = await ask(from, to, token);
    events.push(...page.events);
    token = page.next;
    // A page with nothing in it took the service long: that is no sign of too much.
    if (page.events.length > 0 && token !== undefined) full++;
    if (full >= most) return undefined;
  } while (token !== undefined);
  return events;
}
