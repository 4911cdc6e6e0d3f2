import { performance } from 'node:perf_hooks';
import { setImmediate as breathe } from 'node:timers/promises';

import { pause } from '../../../base/retry.ts';
import type { JournalEntry } from '../../../store/contract.ts';
import { factsOf } from '../../../aws/event-selectors/event-facts.ts';
import { isOfRegions, isOwnDelivery, regionOf } from '../selectors/reach.ts';
import type { Selection } from '../../../aws/event-selectors/selection.ts';
import { createSieve, type Sieve } from '../../../aws/event-selectors/sieve.ts';
import type { OrganizationAt } from '../organizations/folders.ts';
import type { WindowRow } from '../settings.ts';
import type { Trail } from '../trail-store.ts';
import { deliverBatch, deliverLogFiles, PLAN_BYTES, type LogFileDeps } from './deliver-log-files.ts';
import { createSharedPack, type Pack } from './pack-events.ts';
import { readEntries } from './read-entries.ts';
import { BREATHE_EVERY, columnsOfHappened, type SelectedEvent } from './select-events.ts';
import type { Lanes } from './lanes.ts';
import { oldestWindow } from './windows.ts';

/** A trail that has entries to deliver, what it selects of them, and who waits for it. */
export type Passenger = {
  readonly trail: Trail;
  readonly window: WindowRow;
  /** First and last entry. */
  readonly from: number;
  readonly to: number;
  readonly selection: Selection;
  readonly organizationAt: OrganizationAt;
  readonly delivered: () => void;
  readonly failed: (error: unknown) => void;
};

export type RoundDeps = LogFileDeps & {
  readonly lanes: Lanes;
  /** Milliseconds that the others wait for a trail which is still delivering its last batch, not counting while it stands in a lane that moves. */
  readonly patience: number;
  /** Bytes of records that are held at most before all trails deliver what they have. */
  readonly heldBytes: number;
};

/**
 * Delivers to many trails what they select of the same stretch of the journal: it is read once, each entry is judged once for all of them, and
 * equal files are packed once. A trail that is slow or fails is left behind and goes on by itself.
 */
export async function shareRound(deps: RoundDeps, passengers: readonly Passenger[]): Promise<void> {
  const shares = passengers.map((passenger) => new Share(deps, passenger));
  const sieve = createSieve(
    passengers.map(({ trail, selection }) => ({
      selection,
      isInReach: (columns) => isOfRegions(trail, columns),
    })),
  );
  const range = {
    from: Math.min(...passengers.map(({ from }) => from)),
    to: Math.max(...passengers.map(({ to }) => to)),
  };
  try {
    let held = 0;
    for await (const { entries, to } of readEntries(deps, range)) {
      held += await assign(deps, { sieve, shares, entries });
      for (const share of shares) share.reached(to);
      const isFull = held >= deps.heldBytes;
      await deliverFull(deps, shares, isFull ? 1 : PLAN_BYTES);
      if (isFull) held = 0;
      if (shares.every((share) => share.isGone)) return;
    }
  } catch (error) {
    for (const share of shares) share.fail(error);
    return;
  }
  const pack = createSharedPack();
  await Promise.all(shares.map((share) => share.end(pack)));
}

/** Those that hold `bytes` deliver it, once they have delivered what they had before; whoever takes too long for that is left behind. */
async function deliverFull(deps: RoundDeps, shares: readonly Share[], bytes: number): Promise<void> {
  const full = shares.filter((share) => !share.isGone && share.bytes >= bytes);
  if (full.length === 0) return;
  await Promise.all(full.map((share) => catchUp(deps, share)));
  const pack = createSharedPack();
  for (const share of full) {
    if (share.isBusy) share.leave();
    else share.deliver(pack);
  }
}

/** Until the share has delivered, or has been at it for longer than the others wait. */
async function catchUp({ lanes, patience }: RoundDeps, share: Share): Promise<void> {
  const began = performance.now();
  while (share.isBusy) {
    const since = share.startedAt ?? Math.max(began, lanes.movedAt(share.trail.bucket));
    const left = since + patience - performance.now();
    if (left <= 0) return;
    const enough = new AbortController();
    await Promise.race([share.idle(), pause(left, enough.signal)]);
    enough.abort();
  }
}

/** Gives each entry to those who select it. Answers the bytes that are held for it. */
async function assign(
  deps: RoundDeps,
  round: {
    readonly sieve: Sieve;
    readonly shares: readonly Share[];
    readonly entries: readonly JournalEntry[];
  },
): Promise<number> {
  let held = 0;
  const kept: Kept[] = [];
  for (const [index, entry] of round.entries.entries()) {
    if (index % BREATHE_EVERY === BREATHE_EVERY - 1) await breathe();
    const columns = columnsOfHappened(deps, entry);
    if (columns === undefined) continue;
    const facts = factsOf({ columns, raw: entry.raw });
    const made: SelectedEvent[] = [];
    for (const number of round.sieve.membersFor(columns, facts)) {
      const share = round.shares[number];
      const place = share?.placeOf(entry.seq, columns);
      if (share === undefined || place === undefined || isOwnDelivery(share.trail, columns, facts)) continue;
      let event = made.find(
        ({ organization, region }) => organization === place.organization && region === place.region,
      );
      if (event === undefined) {
        const { account, time, category } = columns;
        const isInsight = category === 'Insight';
        const one: Kept = { seq: entry.seq, raw: entry.raw, ...place, account, time, isInsight };
        event = one;
        made.push(one);
        kept.push(one);
      }
      share.add(event);
    }
    held += made[0]?.raw.length ?? 0;
  }
  copyTogether(kept);
  return held;
}

/** Entries are windows on what was read of the journal, which they must not hold on to. One piece of memory for all of them costs least. */
function copyTogether(kept: readonly Kept[]): void {
  const all = Buffer.concat(kept.map(({ raw }) => raw));
  let at = 0;
  for (const one of kept) {
    one.raw = all.subarray(at, at + one.raw.length);
    at += one.raw.length;
  }
}

type Kept = { -readonly [Member in keyof SelectedEvent]: SelectedEvent[Member] };

/** What one trail holds of the round. */
class Share {
  readonly #deps: RoundDeps;
  readonly #passenger: Passenger;
  #events: SelectedEvent[] = [];
  #bytes = 0;
  /** First entry that is not delivered, last one that was looked at. */
  #from: number;
  #to: number;
  /** What is being delivered, and the same without its failure. */
  #work: Promise<void> = Promise.resolve();
  #settled: Promise<void> = Promise.resolve();
  #isBusy = false;
  #startedAt: number | undefined;
  #isGone = false;

  constructor(deps: RoundDeps, passenger: Passenger) {
    this.#deps = deps;
    this.#passenger = passenger;
    this.#from = passenger.from;
    this.#to = passenger.from - 1;
  }

  get trail(): Trail {
    return this.#passenger.trail;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** When what is being delivered came to its turn in the bucket's lane (performance.now); undefined before. */
  get startedAt(): number | undefined {
    return this.#startedAt;
  }

  /** It failed, or goes on by itself. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Where the trail delivers the entry; undefined where it does not. */
  placeOf(
    seq: number,
    columns: { readonly account: string; readonly region: string },
  ): Pick<SelectedEvent, 'organization' | 'region'> | undefined {
    const { from, to, organizationAt, trail } = this.#passenger;
    if (this.#isGone || seq < from || seq > to) return undefined;
    const organization = organizationAt(columns.account, seq);
    return organization === undefined ? undefined : { organization, region: regionOf(trail, columns.region) };
  }

  add(event: SelectedEvent): void {
    this.#events.push(event);
    this.#bytes += event.raw.length;
  }

  reached(seq: number): void {
    this.#to = Math.max(this.#to, Math.min(seq, this.#passenger.to));
  }

  async idle(): Promise<void> {
    await this.#settled;
  }

  deliver(pack: Pack): void {
    if (this.#to < this.#from) return;
    const { trail, window } = this.#passenger;
    const batch = { to: this.#to, events: this.#events };
    const from = this.#from;
    this.#events = [];
    this.#bytes = 0;
    this.#from = batch.to + 1;
    this.#startedAt = undefined;
    this.#work = this.#deps.lanes.run(trail.bucket, () => {
      this.#startedAt = performance.now();
      return deliverBatch(this.#deps, { trail, window, from, batch, pack });
    });
    this.#isBusy = true;
    this.#settled = this.#work
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.#isBusy = false;
      });
  }

  /** Delivers the rest. */
  async end(pack: Pack): Promise<void> {
    if (this.#isGone) return;
    await this.#settled;
    if (!this.#isGone) this.deliver(pack);
    await this.#settled;
    if (!this.#isGone) this.#passenger.delivered();
  }

  fail(error: unknown): void {
    if (this.#isGone) return;
    this.#drop();
    this.#passenger.failed(error);
  }

  /** Once what is under way has ended, what is left is read again for this trail alone. */
  leave(): void {
    const { trail, delivered, failed } = this.#passenger;
    this.#drop();
    void this.#work.then(() => goOnAlone(this.#deps, trail)).then(delivered, failed);
  }

  #drop(): void {
    this.#isGone = true;
    this.#events = [];
    this.#bytes = 0;
  }
}

async function goOnAlone(deps: LogFileDeps, trail: Trail): Promise<void> {
  const window = await oldestWindow(deps.settings, trail.id);
  if (window !== undefined) await deliverLogFiles(deps, trail, window);
}
