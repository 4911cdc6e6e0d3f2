import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { OpentrailError } from '../../../base/errors.ts';
import type { FeedResult, FeedTask } from './feed-task.ts';

export type FeedPool = {
  /** How many at once are worth it. */
  readonly size: number;
  readonly run: (task: Omit<FeedTask, 'n'>) => Promise<FeedResult>;
  readonly stop: () => Promise<void>;
};

type Waiting = { readonly resolve: (result: FeedResult) => void; readonly reject: (error: Error) => void };
type Thread = { readonly worker: Worker; readonly waiting: Map<number, Waiting> };

const IDLE_MS = 30_000;
const ENTRY = new URL('./feed-thread.ts', import.meta.url);

/** Threads that unpack: made when there is work, gone when there was none for a while. */
export function createFeedPool(): FeedPool {
  const size = Math.max(1, Math.min(4, availableParallelism()));
  const threads: Thread[] = [];
  let count = 0;
  let idle: NodeJS.Timeout | undefined;

  const stop = async (): Promise<void> => {
    clearTimeout(idle);
    await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()));
  };
  const rest = (): void => {
    clearTimeout(idle);
    if (threads.some(({ waiting }) => waiting.size > 0)) return;
    idle = setTimeout(() => void stop(), IDLE_MS).unref();
  };
  const start = (): Thread => {
    const worker = new Worker(ENTRY, { env: {}, execArgv: ['--disable-warning=ExperimentalWarning'] });
    const thread: Thread = { worker, waiting: new Map() };
    worker.on('message', (result: FeedResult) => {
      thread.waiting.get(result.n)?.resolve(result);
      thread.waiting.delete(result.n);
      rest();
    });
    const fail = (cause: unknown): void => {
      const at = threads.indexOf(thread);
      if (at >= 0) threads.splice(at, 1);
      const error = new OpentrailError('BAD_FILE', 'a thread that unpacks log files ended', { cause });
      for (const { reject } of thread.waiting.values()) reject(error);
      thread.waiting.clear();
    };
    worker.on('error', fail);
    worker.on('exit', fail);
    worker.unref();
    threads.push(thread);
    return thread;
  };

  return {
    size,
    run: (task) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        const free = threads.find(({ waiting }) => waiting.size === 0);
        const least = () => threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
        const thread = free ?? (threads.length < size ? start() : least());
        const n = ++count;
        thread.waiting.set(n, { resolve, reject });
        thread.worker.postMessage({ n, ...task } satisfies FeedTask);
      }),
    stop,
  };
}
