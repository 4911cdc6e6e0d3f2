import type { Entry } from './event-data.ts';
import type { Problem, Stats } from './options.ts';
import type { Send, Sent } from './send.ts';
import type { Spool } from './spool.ts';

export type QueueOptions = {
  readonly send: Send;
  readonly spool: Spool | undefined;
  readonly memoryBytes: number;
  readonly flushInterval: number;
  readonly longestBackoff: number;
  readonly onProblem: (problem: Problem) => void;
};

export type Queue = {
  /** Takes no time and never throws. */
  readonly push: (entry: Entry) => void;
  /** Tries once to send all that waits; resolves when it is sent, or in the spool, or cannot be helped. */
  readonly flush: () => Promise<void>;
  readonly close: (timeout: number) => Promise<void>;
  readonly stats: () => Stats;
};

const MOST_EVENTS = 100;
/** Of a request, with what JSON adds; the server's limit is 1 MB of eventData. */
const MOST_BYTES = 900_000;
const FIRST_BACKOFF = 500;
const TEND_EVERY = 30_000;

export function createQueue(options: QueueOptions): Queue {
  return new BatchQueue(options);
}

/** One request at a time. While the server is away, what comes goes to the spool, which is emptied first when it is back. */
class BatchQueue implements Queue {
  readonly #options: QueueOptions;
  #waiting: Entry[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #tending: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #backoff = 0;
  #notBefore = 0;
  #closed = false;
  readonly #counts = { recorded: 0, sent: 0, rejected: 0, dropped: 0 };

  constructor(options: QueueOptions) {
    this.#options = options;
    if (options.spool === undefined) return;
    const tend = (): void => {
      void options.spool?.tend().then(
        () => this.#wake(0),
        (error: unknown) => this.#tell('spool', messageOf(error), 0),
      );
    };
    tend();
    this.#tending = setInterval(tend, TEND_EVERY).unref();
  }

  readonly push = (entry: Entry): void => {
    this.#counts.recorded++;
    const size = sizeOf(entry);
    if (this.#closed || this.#bytes + size > this.#options.memoryBytes)
      return this.#drop(1, 'the memory for events is full');
    this.#waiting.push(entry);
    this.#bytes += size;
    this.#wake(
      this.#waiting.length >= MOST_EVENTS || this.#bytes > this.#options.memoryBytes / 2
        ? 0
        : this.#options.flushInterval,
    );
  };

  readonly stats = (): Stats => ({
    ...this.#counts,
    waiting: this.#waiting.length,
    spooledBytes: this.#options.spool?.bytes() ?? 0,
  });

  readonly flush = async (): Promise<void> => {
    await this.#running;
    this.#notBefore = 0;
    await this.#run();
  };

  readonly close = async (timeout: number): Promise<void> => {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#tending);
    let late: NodeJS.Timeout | undefined;
    const given = new Promise<void>((resolve) => (late = setTimeout(resolve, timeout)));
    await Promise.race([this.flush(), given]);
    clearTimeout(late);
    await this.#toSpool();
    if (this.#waiting.length > 0)
      this.#drop(this.#waiting.length, 'the service ended while the server was away');
    this.#waiting = [];
    await this.#options.spool?.close().catch(() => undefined);
  };

  #wake(delay: number): void {
    if (this.#closed || this.#running !== undefined) return;
    if (this.#timer !== undefined) {
      if (delay > 0) return;
      clearTimeout(this.#timer);
    }
    this.#timer = setTimeout(() => void this.#run(), delay).unref();
  }

  #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#work()
      .catch((error: unknown) => this.#tell('spool', messageOf(error), 0))
      .finally(() => {
        this.#running = undefined;
        const wait = Math.max(0, this.#notBefore - Date.now());
        if (this.#waiting.length > 0) this.#wake(Math.max(Math.min(wait, this.#options.flushInterval), 1));
        else if ((this.#options.spool?.bytes() ?? 0) > 0) this.#wake(Math.max(wait, 1));
      });
    return this.#running;
  }

  async #work(): Promise<void> {
    if (Date.now() < this.#notBefore) return this.#toSpool();
    while (await this.#sendSpooled());
    while (Date.now() >= this.#notBefore && this.#waiting.length > 0) {
      const batch = this.#take();
      const { again } = await this.#send(batch);
      if (again.length > 0) this.#putBack(again);
      if (again.length > 0) return this.#toSpool();
    }
  }

  /** True when a file was sent and there may be another. */
  async #sendSpooled(): Promise<boolean> {
    const { spool } = this.#options;
    const file = spool?.oldest();
    if (spool === undefined || file === undefined || Date.now() < this.#notBefore) return false;
    let left: readonly Entry[];
    try {
      left = await spool.read(file);
    } catch (error) {
      this.#tell('spool', messageOf(error), 0);
      await spool.remove(file).catch(() => undefined);
      return true;
    }
    // What was taken already of a file is known by its id when it is sent again.
    while (left.length > 0) {
      const batch = batchOf(left);
      const { again } = await this.#send(batch);
      if (again.length > 0) return false;
      left = left.slice(batch.length);
    }
    await spool.remove(file);
    return true;
  }

  async #send(batch: readonly Entry[]): Promise<{ readonly again: readonly Entry[] }> {
    const sent: Sent = await this.#options.send(batch);
    if (sent.kind === 'failed') {
      this.#backOff();
      this.#tell(sent.problem, sent.why, batch.length);
      return { again: batch };
    }
    const again = batch.filter(({ id }) => sent.again.has(id));
    this.#counts.rejected += sent.rejected.length;
    this.#counts.sent += batch.length - again.length - sent.rejected.length;
    if (sent.rejected[0] !== undefined) this.#tell('rejected', sent.rejected[0].why, sent.rejected.length);
    if (again.length > 0) this.#backOff();
    else this.#backoff = 0;
    return { again };
  }

  #backOff(): void {
    this.#backoff = Math.min(
      this.#backoff === 0 ? FIRST_BACKOFF : this.#backoff * 2,
      this.#options.longestBackoff,
    );
    this.#notBefore = Date.now() + this.#backoff * (0.5 + Math.random() / 2);
  }

  #take(): Entry[] {
    const batch = batchOf(this.#waiting);
    this.#waiting = this.#waiting.slice(batch.length);
    for (const entry of batch) this.#bytes -= sizeOf(entry);
    return batch;
  }

  #putBack(entries: readonly Entry[]): void {
    this.#waiting = [...entries, ...this.#waiting];
    for (const entry of entries) this.#bytes += sizeOf(entry);
  }

  /** What waits in memory goes to the disk; where that fails, it goes on waiting. */
  async #toSpool(): Promise<void> {
    const { spool } = this.#options;
    while (spool !== undefined && this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        if (await spool.append(batch)) continue;
        this.#drop(batch.length, 'the spool is full');
      } catch (error) {
        this.#putBack(batch);
        this.#tell('spool', messageOf(error), batch.length);
        return;
      }
    }
  }

  #drop(events: number, message: string): void {
    this.#counts.dropped += events;
    this.#tell('dropped', message, events);
  }

  #tell(kind: Problem['kind'], message: string, events: number): void {
    try {
      this.#options.onProblem({ kind, message, events });
    } catch {
      // Whoever listens does not break the service.
    }
  }
}

function batchOf(entries: readonly Entry[]): Entry[] {
  const batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += sizeOf(entry);
    if (batch.length >= MOST_EVENTS || (batch.length > 0 && bytes > MOST_BYTES)) break;
    batch.push(entry);
  }
  return batch;
}

/** Bytes, near enough: most is ASCII, and what is not is counted for three by none. */
function sizeOf({ eventData }: Entry): number {
  return eventData.length + 100;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
