import { randomUUID } from 'node:crypto';

import type { LogGroupPort, LogSinkPort } from '../../aws/ports.ts';
import { logGroupArn } from '../../aws/log-arns.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { backoff, pause } from '../../base/retry.ts';

export type FunctionLogs = { readonly groups: LogGroupPort; readonly sink: LogSinkPort };

export type LogWriterDeps = {
  /** Undefined until the log groups are open. */
  readonly logs: () => FunctionLogs | undefined;
  readonly where: { readonly account: string; readonly region: string };
  readonly clock: Clock;
  readonly log: Logger;
};

/** Where one process's output goes. */
export type LogStream = {
  readonly group: string;
  readonly stream: string;
  readonly write: (message: string) => void;
};

type Line = { readonly time: number; readonly message: string };

/** Milliseconds for which lines are gathered. */
const GATHER = 250;
/** Bytes of a stream that wait to be written; what comes beyond is counted, not kept. */
const MOST_WAITING = 4 * 1024 * 1024;
/** Of one batch: PutLogEvents takes 1 MB and 10,000 events. */
const MOST_BYTES = 900_000;
const MOST_LINES = 5000;
const OVERHEAD = 26;
const TRIES = 5;

/** Writes what functions print to their log groups, a little later and in order. Log groups and streams are made where they are missing. */
export class LogWriter {
  readonly #deps: LogWriterDeps;
  readonly #streams = new Set<Lane>();

  constructor(deps: LogWriterDeps) {
    this.#deps = deps;
  }

  /** A new stream of a function's log group, named as Lambda names them. */
  open(functionName: string): LogStream {
    const { clock, where } = this.#deps;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const group = `/aws/lambda/${functionName}`;
    const stream = `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
    const lane = new Lane(this.#deps, { groupArn: logGroupArn({ ...where, group }), group, stream });
    return {
      group,
      stream,
      write: (message) => {
        this.#streams.add(lane);
        void lane.add({ time: clock.now(), message }).finally(() => {
          if (lane.isEmpty) this.#streams.delete(lane);
        });
      },
    };
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    await Promise.all([...this.#streams].map((lane) => lane.flush()));
  }
}

class Lane {
  readonly #deps: LogWriterDeps;
  readonly #to: { readonly groupArn: string; readonly group: string; readonly stream: string };
  #lines: Line[] = [];
  #bytes = 0;
  #dropped = 0;
  #isMade = false;
  #flushing: Promise<void> | undefined;

  constructor(
    deps: LogWriterDeps,
    to: { readonly groupArn: string; readonly group: string; readonly stream: string },
  ) {
    this.#deps = deps;
    this.#to = to;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#flushing === undefined;
  }

  async add(line: Line): Promise<void> {
    const size = Buffer.byteLength(line.message) + OVERHEAD;
    if (this.#bytes + size > MOST_WAITING) this.#dropped++;
    else {
      this.#lines.push(line);
      this.#bytes += size;
    }
    this.#flushing ??= pause(GATHER)
      .then(() => this.#writeAll())
      .finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  async flush(): Promise<void> {
    await this.#flushing;
    await this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const batch = this.#nextBatch();
      await this.#write(batch).catch((error: unknown) => {
        const told = { group: this.#to.group, lines: batch.length, reason: messageOf(error) };
        this.#deps.log.warn(told, "a function's log lines are lost");
      });
    }
  }

  #nextBatch(): readonly Line[] {
    if (this.#dropped > 0) {
      const message = `[${this.#dropped} lines came faster than they could be written, and were dropped]`;
      this.#lines.push({ time: this.#lines.at(-1)?.time ?? this.#deps.clock.now(), message });
      this.#dropped = 0;
    }
    let bytes = 0;
    const most = this.#lines.findIndex(
      ({ message }, index) =>
        index > 0 && (index >= MOST_LINES || (bytes += Buffer.byteLength(message) + OVERHEAD) > MOST_BYTES),
    );
    const batch = this.#lines.splice(0, most < 0 ? this.#lines.length : most);
    this.#bytes = this.#lines.reduce((sum, { message }) => sum + Buffer.byteLength(message) + OVERHEAD, 0);
    return batch;
  }

  /** Empty lines are no log events. */
  async #write(batch: readonly Line[]): Promise<void> {
    const logs = this.#deps.logs();
    const events = batch.map(({ time, message }) => ({ time, message: message === '' ? ' ' : message }));
    if (logs === undefined) throw new TypeError('the log groups are not open yet');
    const token = randomUUID();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#make(logs);
        await logs.sink.put({ ...this.#to, events, token });
        return;
      } catch (error) {
        // Somebody may have deleted the group meanwhile.
        this.#isMade = false;
        if (attempt === TRIES) throw error;
        await pause(backoff(attempt));
      }
    }
  }

  async #make({ groups, sink }: FunctionLogs): Promise<void> {
    if (this.#isMade) return;
    await groups.ensure({ ...this.#deps.where, group: this.#to.group });
    await sink.ensureStream(this.#to);
    this.#isMade = true;
  }
}
