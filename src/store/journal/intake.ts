import { join } from 'node:path';

import type { Clock } from '../../base/clock.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';
import { newEventId, type NewId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import type { Registry } from '../../base/metrics.ts';
import type { EventRecord } from '../../record/event-record.ts';
import type { JournalInput } from '../contract.ts';
import type { Gap, Intake, JournalHandle } from './contract.ts';
import { GapFile } from './gap-file.ts';
import { damageRecord, gapRecord, type Teller } from './gap-record.ts';
import { createIntakeCounters, type IntakeCounters } from './intake-counters.ts';

export type IntakeDeps = {
  readonly journal: JournalHandle;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly newId?: NewId | undefined;
};

export type IntakeOptions = {
  /** The journal's folder: the gap file `gap` stands there. */
  readonly dir: string;
  readonly failClosed: boolean;
  readonly teller: Teller;
  /** Fail-closed: no new call is accepted with fewer bytes left, so that the outcomes of those under way still fit. Default 1 MiB. */
  readonly headroom?: number | undefined;
  /** Milliseconds between tries to tell what could not be told yet. Default 1000. */
  readonly retryEvery?: number | undefined;
};

const HEADROOM = 1024 * 1024;
const RETRY_EVERY = 1000;
/** Records of calls whose intent is in the journal wait in memory for room, up to this many bytes. */
const WAITING_BYTES = 64 * 1024 * 1024;
const SUBMIT_BYTES = 4 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** The policy around append: what happens to a call that the journal cannot take. */
export async function createIntake(deps: IntakeDeps, options: IntakeOptions): Promise<Intake> {
  const policy = new Policy(deps, options, await GapFile.open(join(options.dir, 'gap')));
  return {
    accepting: () => policy.accepting(),
    intent: (event) => policy.intent(event),
    record: (event) => policy.record(event),
    submit: (events) => policy.submit(events),
    drop: (id) => policy.drop(id),
    rejected: (count = 1) => policy.count('rejected', count),
    gap: () => policy.gap(),
    lastGap: () => policy.lastGap(),
    start: () => policy.start(),
    stop: () => policy.stop(),
  };
}

class Policy {
  readonly #deps: IntakeDeps;
  readonly #options: IntakeOptions;
  readonly #file: GapFile;
  readonly #counters: IntakeCounters;
  readonly #newId: NewId;
  /** Records that have an intent in the journal, or were found open at start: never lost, only late. */
  #waiting: JournalInput[] = [];
  #waitingBytes = 0;
  #lastGap: Gap | undefined;
  #mending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  readonly #stopping = new AbortController();

  constructor(deps: IntakeDeps, options: IntakeOptions, file: GapFile) {
    this.#deps = deps;
    this.#options = options;
    this.#file = file;
    this.#newId = deps.newId ?? newEventId;
    this.#counters = createIntakeCounters(deps.metrics);
  }

  accepting(): boolean {
    const { journal } = this.#deps;
    if (!this.#options.failClosed || journal.state() === 'ok') return true;
    return journal.state() === 'reserve' && journal.status().freeBytes > (this.#options.headroom ?? HEADROOM);
  }

  async intent(event: EventRecord): Promise<void> {
    try {
      await this.#deps.journal.append([inputOf('intent', event)]);
    } catch (error) {
      if (this.#options.failClosed) throw error;
    }
  }

  async record(event: EventRecord): Promise<void> {
    this.#counters.received.inc();
    const input = inputOf('record', event);
    try {
      await this.#deps.journal.append([input]);
    } catch (error) {
      return this.#notRecorded(input, error);
    }
    this.#counters.recorded.inc();
  }

  async submit(events: readonly EventRecord[]): Promise<{ firstSeq: number; lastSeq: number }> {
    const { journal } = this.#deps;
    this.#counters.received.inc(events.length);
    let left = events.length;
    try {
      if (journal.state() !== 'ok')
        throw new OpentrailError('JOURNAL_FULL', 'the disk is full: what room is left is for calls');
      let range: { firstSeq: number; lastSeq: number } | undefined;
      for (const part of inParts(events)) {
        const { firstSeq, lastSeq } = await journal.append(part);
        range = { firstSeq: range?.firstSeq ?? firstSeq, lastSeq };
        left -= part.length;
        this.#counters.recorded.inc(part.length);
      }
      if (range === undefined) throw new OpentrailError('BUG', 'nothing to submit');
      return range;
    } catch (error) {
      this.#counters.rejected.inc(left);
      throw error;
    }
  }

  count(what: 'unselected' | 'rejected', count: number): void {
    this.#counters.received.inc(count);
    this.#counters[what].inc(count);
  }

  async drop(id: string): Promise<void> {
    const { journal } = this.#deps;
    this.count('unselected', 1);
    if (!journal.hasIntent(id)) return;
    const input = { kind: 'dropped', origin: 'captured', id, raw: NOTHING } as const;
    try {
      await journal.append([input]);
    } catch {
      this.#wait(input);
      this.#mendLater();
    }
  }

  gap(): Gap | undefined {
    return this.#file.state().open ?? this.#file.state().closing;
  }

  lastGap(): Gap | undefined {
    return this.#lastGap;
  }

  async start(): Promise<void> {
    const { journal, log } = this.#deps;
    const intents = journal.openIntents();
    if (intents.length > 0)
      log.warn({ calls: intents.length }, 'calls whose outcome is unknown since the last run');
    this.#counters.received.inc(intents.length);
    for (const { origin, id, raw } of intents) this.#wait({ kind: 'record', origin, id, raw });
    await this.#forgetToldGap();
    this.#unsubscribe = journal.onState(() => this.#mendSoon());
    await this.#mend();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    this.#unsubscribe?.();
    await this.#mending;
    await this.#file.close();
  }

  async #notRecorded(input: JournalInput, error: unknown): Promise<void> {
    const { journal, log } = this.#deps;
    if (journal.hasIntent(input.id) && this.#waitingBytes + input.raw.length <= WAITING_BYTES) {
      this.#wait(input);
      this.#mendLater();
      if (this.#options.failClosed) throw error;
      return;
    }
    if (this.#options.failClosed) {
      this.#counters.rejected.inc();
      throw error;
    }
    this.#counters.unrecorded.inc();
    try {
      await this.#file.set(this.#widened(error));
    } catch (cause) {
      log.error({ err: messageOf(cause), count: this.gap()?.count }, 'the gap file cannot be written');
    }
    this.#mendLater();
  }

  #widened(error: unknown) {
    const { open, closing } = this.#file.state();
    const now = this.#deps.clock.now();
    const isFull = error instanceof OpentrailError && error.code === 'JOURNAL_FULL';
    const reason = isFull ? 'the disk is full' : `the journal failed: ${messageOf(error).slice(0, 200)}`;
    const begun = open ?? { id: this.#newId(), from: now, to: now, count: 0, reason };
    return { open: { ...begun, to: now, count: begun.count + 1 }, closing };
  }

  #wait(input: JournalInput): void {
    this.#waiting.push(input);
    this.#waitingBytes += input.raw.length;
  }

  #mendLater(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer ??= setTimeout(() => this.#mendSoon(), this.#options.retryEvery ?? RETRY_EVERY);
  }

  #mendSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#stopping.signal.aborted && this.#deps.journal.state() !== 'full') void this.#mend();
    else this.#mendLater();
  }

  /** Tells what could not be told before, in order; what cannot be told yet is tried again later. Never rejects. */
  #mend(): Promise<void> {
    this.#mending ??= this.#mendAll()
      .catch((error: unknown) => {
        this.#deps.log.warn({ err: messageOf(error) }, 'the journal takes no entries yet');
        this.#mendLater();
      })
      .finally(() => (this.#mending = undefined));
    return this.#mending;
  }

  async #mendAll(): Promise<void> {
    await this.#tellDamage();
    for (let input = this.#waiting[0]; input !== undefined; input = this.#waiting[0]) {
      await this.#deps.journal.append([input]);
      if (input.kind === 'record') this.#counters.recorded.inc();
      this.#waiting.shift();
      this.#waitingBytes -= input.raw.length;
    }
    while (this.gap() !== undefined) await this.#tellGap();
  }

  async #tellDamage(): Promise<void> {
    const { journal, clock } = this.#deps;
    const found = journal.damage();
    if (found.length === 0) return;
    await this.#appendOwn(found.map((damage) => damageRecord(damage, clock.now(), this.#options.teller)));
    await journal.forgetDamage();
  }

  /** The file says where to look for the record before it is appended, and forgets the gap only when the record is on the disk. */
  async #tellGap(): Promise<void> {
    const { journal, log } = this.#deps;
    const { open, closing } = this.#file.state();
    const gap = closing ?? (open === undefined ? undefined : { ...open, after: journal.head() });
    if (gap === undefined) return;
    if (closing === undefined) await this.#file.set({ closing: gap });
    await this.#appendOwn([gapRecord(gap, this.#options.teller)]);
    await this.#forgetGap();
    log.warn({ from: gap.from, to: gap.to, calls: gap.count }, 'calls passed unrecorded; the trail says so');
  }

  async #appendOwn(inputs: readonly JournalInput[]): Promise<void> {
    const { journal } = this.#deps;
    const { lastSeq } = await journal.append(inputs);
    this.#counters.received.inc(inputs.length);
    this.#counters.recorded.inc(inputs.length);
    if (await journal.waitFor(lastSeq, this.#stopping.signal)) return;
    throw new OpentrailError('BUG', 'stopped before the record was on the disk');
  }

  async #forgetGap(): Promise<void> {
    const { open, closing } = this.#file.state();
    this.#lastGap = closing;
    await this.#file.set({ open });
  }

  /** A crash between telling and forgetting: the record is there already. */
  async #forgetToldGap(): Promise<void> {
    const { journal } = this.#deps;
    const { closing } = this.#file.state();
    if (closing === undefined) return;
    const { id } = gapRecord(closing, this.#options.teller);
    let from = Math.max(closing.after + 1, journal.oldest());
    while (from <= journal.head()) {
      const entries = await journal.read({ from, maxBytes: SUBMIT_BYTES });
      if (entries.some((entry) => entry.id === id)) return this.#forgetGap();
      from = (entries.at(-1)?.seq ?? journal.head()) + 1;
    }
  }
}

function inputOf(kind: 'record' | 'intent', { raw, columns, origin }: EventRecord): JournalInput {
  return { kind, origin, raw, id: columns.id, columns };
}

function* inParts(events: readonly EventRecord[]): Generator<JournalInput[]> {
  let part: JournalInput[] = [];
  let bytes = 0;
  for (const event of events) {
    if (bytes + event.raw.length > SUBMIT_BYTES && part.length > 0) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(inputOf('record', event));
    bytes += event.raw.length;
  }
  if (part.length > 0) yield part;
}
