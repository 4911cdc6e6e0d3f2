import { pause } from '../../../base/retry.ts';
import type { LogEvent } from '../../../store/contract.ts';
import type { Arrived } from '../arrivals.ts';
import type { OperationDeps } from '../deps.ts';
import type { FilterPattern } from '../filter-pattern/pattern.ts';
import type { LogGroupRow } from '../settings.ts';

export type Tail = {
  readonly groups: readonly LogGroupRow[];
  /** By name; all where neither is given. */
  readonly isWantedStream: (name: string) => boolean;
  readonly pattern: Pick<FilterPattern, 'matches'>;
};

export type TailedEvent = {
  readonly logStreamName: string;
  readonly logGroupIdentifier: string;
  readonly message: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
};

export type Update = { readonly events: readonly TailedEvent[]; readonly sampled: boolean };

export type TailDeps = Pick<OperationDeps, 'settings' | 'events' | 'arrivals'> & {
  /** Milliseconds between updates; default one second. */
  readonly every?: number | undefined;
};

const EVERY = 1000;
/** Events of one update. */
const MOST = 500;
const PAGE = 1000;
/** Of a group, for one update; what comes faster is passed over. */
const MOST_PAGES = 5;

/** What arrives from now on, an update a second, until the signal aborts. */
export async function* liveTail(
  deps: TailDeps,
  tail: Tail,
  signal: AbortSignal,
): AsyncGenerator<Update, void, void> {
  const arrived = deps.arrivals.listen();
  try {
    const start = deps.events.arrivedThrough();
    const followed = tail.groups.map((group) => new Followed(deps, { group, tail, start }));
    while (await pause(deps.every ?? EVERY, signal)) yield await update(deps, followed, { arrived, signal });
  } finally {
    arrived.stop();
  }
}

async function update(
  { events }: TailDeps,
  followed: readonly Followed[],
  { arrived, signal }: { readonly arrived: Arrived; readonly signal: AbortSignal },
): Promise<Update> {
  const fresh = arrived.take();
  const found: TailedEvent[] = [];
  let sampled = false;
  for (const one of followed.filter(({ id }) => fresh.has(id))) {
    const next = await one.next(signal);
    found.push(...next.events);
    sampled ||= next.sampled;
    // What has arrived may wait for an append that began before.
    if (events.appending()) arrived.add(one.id);
  }
  if (found.length <= MOST) return { events: found, sampled };
  const step = found.length / MOST;
  const some = Array.from({ length: MOST }, (_, n) => found[Math.floor(n * step)]);
  return { events: some.filter((event) => event !== undefined), sampled: true };
}

/** One group, and how far it was read. */
class Followed {
  readonly #deps: TailDeps;
  readonly #group: LogGroupRow;
  readonly #tail: Tail;
  readonly #streams = new Map<string, string>();
  #after: number;

  constructor(
    deps: TailDeps,
    { group, tail, start }: { readonly group: LogGroupRow; readonly tail: Tail; readonly start: number },
  ) {
    this.#deps = deps;
    this.#group = group;
    this.#tail = tail;
    this.#after = start;
  }

  get id(): string {
    return this.#group.id;
  }

  async next(signal: AbortSignal): Promise<Update> {
    const { events } = this.#deps;
    const through = events.arrivedThrough();
    const found: TailedEvent[] = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const query = { group: this.id, after: this.#after, through, limit: PAGE };
      const arrived = await events.arrivals(query, signal);
      this.#after = arrived.at(-1)?.n ?? through;
      for (const event of arrived) found.push(...(await this.#shown(event)));
      if (arrived.length < PAGE) return { events: found, sampled: false };
    }
    this.#after = Math.max(this.#after, through);
    return { events: found, sampled: true };
  }

  async #shown(event: LogEvent): Promise<readonly TailedEvent[]> {
    const { account, name } = this.#group;
    if (!this.#tail.pattern.matches(event.message)) return [];
    const logStreamName = await this.#streamName(event.stream);
    if (logStreamName === undefined || !this.#tail.isWantedStream(logStreamName)) return [];
    const { message, time, ingested } = event;
    const logGroupIdentifier = `${account}:${name}`;
    return [{ logStreamName, logGroupIdentifier, message, timestamp: time, ingestionTime: ingested }];
  }

  async #streamName(id: string): Promise<string | undefined> {
    if (!this.#streams.has(id)) {
      const rows = await this.#deps.settings
        .selectFrom('log_streams')
        .select(['id', 'name'])
        .where('group_id', '=', this.id)
        .execute();
      for (const row of rows) this.#streams.set(row.id, row.name);
    }
    return this.#streams.get(id);
  }
}
