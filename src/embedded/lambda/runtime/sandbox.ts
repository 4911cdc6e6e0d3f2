import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FunctionCode } from '../catalog.ts';
import { residentMemory } from './memory.ts';
import type { FromFunction, FunctionError, ToFunction } from './messages.ts';
import { LineReader } from './line-reader.ts';
import { startReaper, type Reaper } from './reaper.ts';

export type SandboxOptions = {
  readonly code: FunctionCode;
  readonly environment: Readonly<Record<string, string>>;
  /** A line that the function wrote. */
  readonly onLine: (line: string) => void;
};

export type Invocation = Omit<ToFunction, 'mark' | 'limit'>;

export type Ended =
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError };

export type Ending = Ended & {
  /** Milliseconds. */
  readonly duration: number;
  /** Bytes; undefined where the system does not tell. */
  readonly memory: number | undefined;
  /** Whether it took all the time that it may. */
  readonly timedOut: boolean;
};

const PROGRAM = fileURLToPath(new URL('function-process.ts', import.meta.url));
const MESSAGES = fileURLToPath(new URL('messages.ts', import.meta.url));
/** Milliseconds that loading the code may take, as in AWS. */
const INIT_LIMIT = 10_000;
const LOOK_AT_MEMORY = 100;
/** Bytes that Node itself takes, which are not the function's. */
const OWN_MEMORY = 64 * 1024 * 1024;
/** Milliseconds to wait for the rest of the output of a function that has answered. */
const OUTPUT_LIMIT = 200;

/**
 * One process of one function, which answers one invocation at a time. It has nothing of the server's: its own environment, no files but the
 * function's, and a group of its own by which it is killed.
 */
export class Sandbox {
  readonly code: FunctionCode;
  /** Milliseconds that it took to load the code; undefined until it is loaded. */
  initDuration: number | undefined;
  readonly #child: ChildProcess;
  readonly #reaper: Reaper | undefined;
  readonly #lines: LineReader[];
  readonly #gone: Promise<FunctionError>;
  #answer: (message: FromFunction) => void = () => undefined;
  #isGone = false;
  #wasted = false;
  /** Why it was killed, where we did that. */
  #reason: string | undefined;

  constructor({ code, environment, onLine }: SandboxOptions) {
    this.code = code;
    this.#child = fork(PROGRAM, [code.file, code.handler], {
      cwd: '/',
      env: { ...environment },
      execArgv: [
        '--permission',
        `--allow-fs-read=${code.isFolder ? `${code.root}${sep}` : code.root}`,
        `--allow-fs-read=${PROGRAM}`,
        `--allow-fs-read=${MESSAGES}`,
        `--max-old-space-size=${code.memory}`,
        '--disable-sigusr1',
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#lines = [this.#child.stdout, this.#child.stderr].map((stream) => new LineReader(stream, onLine));
    this.#reaper = this.#child.pid === undefined ? undefined : startReaper(this.#child.pid);
    this.#child.on('message', (message) => this.#answer(message as FromFunction));
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#end(`could not be started: ${error.message}`, resolve));
      this.#child.once('exit', (status, signal) =>
        this.#end(signal === null ? `exit status ${status}` : `signal: ${signalName(signal)}`, resolve),
      );
    });
  }

  /** Whether another invocation may be given to it. */
  get isUsable(): boolean {
    return !this.#isGone && !this.#wasted;
  }

  /** Loads the code, where that was not done. Resolves with what was wrong with it. */
  async init(): Promise<FunctionError | undefined> {
    if (this.initDuration !== undefined) return undefined;
    const startedAt = performance.now();
    const { message } = await this.#exchange(INIT_LIMIT, `Init timed out after ${INIT_LIMIT / 1000} seconds`);
    this.initDuration = performance.now() - startedAt;
    if (message.kind === 'ready') return undefined;
    this.kill();
    return message.kind === 'error' ? message.error : { errorType: 'Runtime.Unknown', errorMessage: '' };
  }

  /** Hands the function one event, and waits for its answer, its end or the end of its time. */
  async invoke(invocation: Invocation): Promise<Ending> {
    const mark = `\u0000${randomBytes(12).toString('hex')}\n`;
    const limit = this.code.timeout * 1000;
    const startedAt = performance.now();
    const memory = this.#watchMemory();
    const marked = Promise.all(this.#lines.map((lines) => lines.until(mark.trimEnd())));
    const message: ToFunction = { ...invocation, mark, limit };
    const exchanged = this.#exchange(limit, `Task timed out after ${this.code.timeout}.00 seconds`, () =>
      this.#child.send(message, () => undefined),
    );
    const { message: answer, timedOut } = await exchanged;
    const duration = performance.now() - startedAt;
    await Promise.race([marked, this.#gone, after(OUTPUT_LIMIT)]);
    const used = await memory();
    if (answer.kind === 'error' && answer.ends) this.kill();
    const common = { duration, memory: used, timedOut };
    if (answer.kind === 'result') return { ...common, kind: 'result', payload: answer.payload };
    const error = answer.kind === 'error' ? answer.error : { errorType: 'Runtime.Unknown', errorMessage: '' };
    return { ...common, kind: 'error', error: withRequestId(error, invocation.requestId) };
  }

  /** Ends it, and all that it started. */
  kill(reason?: string): void {
    this.#reason ??= reason;
    this.#wasted = true;
    if (this.#isGone || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }

  /** Resolves once its process is gone. */
  async ended(): Promise<void> {
    await this.#gone;
  }

  #end(how: string, resolve: (error: FunctionError) => void): void {
    this.#isGone = true;
    this.#reaper?.dismiss();
    const errorMessage = `Error: Runtime exited with error: ${this.#reason ?? how}`;
    resolve({ errorType: 'Runtime.ExitError', errorMessage });
  }

  /** The next message, or what became of the process instead. */
  async #exchange(
    limit: number,
    complaint: string,
    send: () => void = () => undefined,
  ): Promise<{ readonly message: FromFunction; readonly timedOut: boolean }> {
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<FromFunction>((resolve) => (this.#answer = resolve));
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), limit)));
    send();
    const first = await Promise.race([
      answered,
      this.#gone.then((error): FromFunction => ({ kind: 'error', error, ends: true })),
      late,
    ]);
    clearTimeout(timer);
    this.#answer = () => undefined;
    if (first !== 'late') return { message: first, timedOut: false };
    this.kill();
    const error = { errorType: 'Sandbox.Timedout', errorMessage: `Error: ${complaint}` };
    return { message: { kind: 'error', error, ends: true }, timedOut: true };
  }

  /** Kills it when it takes more than it may. Answers the most that it took. */
  #watchMemory(): () => Promise<number | undefined> {
    const { pid } = this.#child;
    let most: number | undefined;
    const look = async (): Promise<void> => {
      const now = pid === undefined || this.#isGone ? undefined : await residentMemory(pid);
      if (now === undefined) return;
      most = Math.max(most ?? 0, now);
      if (now > this.code.memory * 1024 * 1024 + OWN_MEMORY) this.kill('signal: killed');
    };
    const timer = setInterval(() => void look(), LOOK_AT_MEMORY);
    return async () => {
      clearInterval(timer);
      await look();
      return most;
    };
  }
}

/** What ends the process rather than the handler names the request. */
function withRequestId(error: FunctionError, requestId: string): FunctionError {
  if (error.errorType !== 'Runtime.ExitError' && error.errorType !== 'Sandbox.Timedout') return error;
  return { ...error, errorMessage: `RequestId: ${requestId} ${error.errorMessage}` };
}

function signalName(signal: NodeJS.Signals): string {
  return signal === 'SIGKILL' ? 'killed' : signal === 'SIGABRT' ? 'aborted' : signal;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
