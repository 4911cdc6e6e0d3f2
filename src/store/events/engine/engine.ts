import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { OpentrailError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { backoff, pause } from '../../../base/retry.ts';
import type { EngineCommand, EngineReport } from './engine-protocol.ts';
import { THREAD_POOL_SIZE } from './limits.ts';

export type EngineOptions = {
  /** Folder of the engine's own; made when absent. One engine at a time. */
  readonly dir: string;
  readonly log: Logger;
};

export type Engine = {
  /** `http://opentrail:SECRET@127.0.0.1:PORT`: the same over restarts. Never logged. */
  readonly url: string;
  /** Process id of the child at the moment; undefined while it is down. */
  readonly pid: () => number | undefined;
  /** Called at each death that nobody asked for, before the restart. */
  readonly onExit: (listener: (reason: string) => void) => void;
  readonly running: () => boolean;
  /** Finishes what was begun, closes the database, ends the child. */
  readonly stop: () => Promise<void>;
};

const FIRST_ATTEMPTS = 5;
const STOP_PATIENCE_MS = 20_000;

/**
 * Starts and supervises the embedded ClickHouse, a child process that ends with its parent.
 * Resolves when it answers; rejects with ENGINE_UNAVAILABLE when it cannot be started at all. A death later is a restart with back-off.
 */
export async function startEngine({ dir, log }: EngineOptions): Promise<Engine> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const secret = randomBytes(24).toString('base64url');
  const state: State = {
    dir,
    secret,
    port: 0,
    child: undefined,
    stopping: new AbortController(),
    listeners: [],
    log,
  };
  await startFirst(state);
  return {
    url: `http://opentrail:${secret}@127.0.0.1:${state.port}`,
    pid: () => state.child?.pid,
    onExit: (listener) => void state.listeners.push(listener),
    running: () => state.child !== undefined,
    stop: () => stopEngine(state),
  };
}

type State = {
  readonly dir: string;
  readonly secret: string;
  port: number;
  /** Set while the child answers. */
  child: ChildProcess | undefined;
  readonly stopping: AbortController;
  readonly listeners: ((reason: string) => void)[];
  readonly log: Logger;
};

/** Below the range that the kernel hands out to outgoing connections, so that the port is still free when the engine comes back. */
const newPort = () => randomInt(15_000, 32_000);

async function startFirst(state: State): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    state.port = newPort();
    try {
      return await startChild(state);
    } catch (error) {
      const taken = error instanceof OpentrailError && error.message.includes('EADDRINUSE');
      if (!taken || attempt >= FIRST_ATTEMPTS) throw error;
    }
  }
}

const ENTRY = fileURLToPath(new URL('./engine-process.ts', import.meta.url));

function startChild(state: State): Promise<void> {
  const child = fork(ENTRY, [], {
    // Nothing of our environment: it may hold secrets, and chDB would read variables of its own from it.
    env: { UV_THREADPOOL_SIZE: String(THREAD_POOL_SIZE), TZ: 'UTC' },
    execArgv: ['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  logOutput(child, state.log);
  return new Promise((resolve, reject) => {
    let failure = 'ended before it was ready';
    child.on('message', (message: EngineReport) => {
      if (message.kind === 'failed') failure = message.reason;
      if (message.kind !== 'ready') return;
      state.child = child;
      state.log.info({ pid: child.pid }, 'event engine ready');
      resolve();
    });
    child.once('error', (error) => (failure = error.message));
    child.once('exit', (code, signal) => {
      if (state.child === child) died(state, `exit ${signal ?? code}`);
      else reject(new OpentrailError('ENGINE_UNAVAILABLE', `the event engine did not start: ${failure}`));
    });
    const command: EngineCommand = { kind: 'start', dir: state.dir, secret: state.secret, port: state.port };
    child.send(command, (error) => {
      if (error) failure = error.message;
    });
  });
}

function died(state: State, reason: string): void {
  state.child = undefined;
  if (state.stopping.signal.aborted) return;
  state.log.error({ reason }, 'event engine died');
  for (const listener of state.listeners) listener(reason);
  restart(state).catch((error: unknown) => state.log.error({ err: error }, 'event engine restart failed'));
}

async function restart(state: State): Promise<void> {
  const { signal } = state.stopping;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      return await startChild(state);
    } catch (error) {
      state.log.error({ err: error, attempt }, 'event engine does not start');
      await pause(backoff(attempt, { first: 250, most: 10_000 }), signal);
    }
  }
}

async function stopEngine(state: State): Promise<void> {
  state.stopping.abort();
  const { child } = state;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const command: EngineCommand = { kind: 'stop' };
  if (child.connected) child.send(command, () => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(timer);
}

/** chDB writes only on its way down; what it says then belongs into our log, one line each and not too long. */
function logOutput(child: ChildProcess, log: Logger): void {
  if (!child.stderr) return;
  createInterface({ input: child.stderr }).on('line', (line) =>
    log.warn({ pid: child.pid, line: line.slice(0, 500) }, 'event engine says'),
  );
}
