import type { Clock } from '../../../../base/clock.ts';
import { messageOf, OpentrailError } from '../../../../base/errors.ts';
import type { Stoppable } from '../../../../base/lifecycle.ts';
import type { Logger } from '../../../../base/log.ts';
import type { SqlEngine, SqlPlan } from '../../../../store/contract.ts';
import type { Delivery } from '../results/deliver-results.ts';
import type { ResultFiles } from '../results/result-files.ts';
import type { NewQuery, QueryStore } from '../query-store.ts';
import type { QueryRow, QueryStatus } from '../settings.ts';

export type RunnerDeps = {
  readonly queries: QueryStore;
  readonly files: ResultFiles;
  readonly engine: Pick<SqlEngine, 'run'>;
  readonly deliver: Delivery;
  readonly clock: Clock;
  readonly log: Logger;
  /** Longest that a query may run. */
  readonly maxSeconds: number;
};

export type Progress = Pick<QueryRow, 'run_ms' | 'events_scanned' | 'bytes_scanned'>;

export type QueryRunner = Stoppable & {
  /** Notes the query, and runs it when its turn comes. */
  readonly start: (query: NewQuery, plan: SqlPlan) => Promise<void>;
  /** Queued or running, of that account and region; those of dashboards apart, which nobody waits for. */
  readonly active: (of: Pick<QueryRow, 'account' | 'region'>) => number;
  /** False when it is over already. */
  readonly cancel: (id: string) => Promise<boolean>;
  /** Of a query that runs now. */
  readonly progress: (id: string) => Progress | undefined;
  /** Resolves when the query is over (its delivery is not waited for). */
  readonly ended: (id: string) => Promise<void>;
  /** Ends what a former process left, and delivers what it had still to deliver. */
  readonly recover: () => Promise<void>;
};

/** As many as the engine has connections for. */
const AT_ONCE = 10;

type Job = {
  readonly query: NewQuery;
  readonly plan: SqlPlan;
  readonly abort: AbortController;
  readonly progress: { startedAt: number | undefined; events_scanned: number; bytes_scanned: number };
  readonly over: Promise<void>;
  readonly end: () => void;
};

const STOPPED = 'The server was stopped while the query ran. Start it again.';
const DIED = 'The server ended while the query ran. Start it again.';

/** Queries wait for their turn, run, and leave their results in files. */
export function createQueryRunner(deps: RunnerDeps): QueryRunner {
  return new Runner(deps);
}

class Runner implements QueryRunner {
  readonly #deps: RunnerDeps;
  readonly #jobs = new Map<string, Job>();
  readonly #waiting: Job[] = [];
  readonly #working = new Set<Promise<void>>();
  #running = 0;
  #stopping = false;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  async start(query: NewQuery, plan: SqlPlan): Promise<void> {
    const job = createJob(query, plan);
    // Before anything is awaited: the limit counts it from now on.
    this.#jobs.set(query.id, job);
    try {
      await this.#deps.queries.insert(query);
    } catch (error) {
      this.#jobs.delete(query.id);
      throw error;
    }
    this.#waiting.push(job);
    this.#next();
  }

  active({ account, region }: Pick<QueryRow, 'account' | 'region'>): number {
    return [...this.#jobs.values()].filter(
      ({ query }) => query.account === account && query.region === region && query.refresh_id === null,
    ).length;
  }

  async cancel(id: string): Promise<boolean> {
    const job = this.#jobs.get(id);
    if (job === undefined || job.abort.signal.aborted) return false;
    job.abort.abort();
    const at = this.#waiting.indexOf(job);
    if (at < 0) return true;
    this.#waiting.splice(at, 1);
    this.#jobs.delete(id);
    await close(this.#deps, job, { status: 'CANCELLED' });
    job.end();
    return true;
  }

  progress(id: string): Progress | undefined {
    const job = this.#jobs.get(id);
    return job === undefined ? undefined : progressOf(job, this.#deps.clock.now());
  }

  ended(id: string): Promise<void> {
    return this.#jobs.get(id)?.over ?? Promise.resolve();
  }

  async recover(): Promise<void> {
    const { queries } = this.#deps;
    for (const { id } of await queries.unfinished()) await end(this.#deps, id, DIED);
    for (const row of await queries.undelivered())
      this.#follow(deliver(this.#deps, row), 'results could not be delivered');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const job of this.#jobs.values()) job.abort.abort(new OpentrailError('ENGINE_UNAVAILABLE', STOPPED));
    for (const { query } of this.#waiting.splice(0)) await end(this.#deps, query.id, STOPPED);
    await this.#deps.deliver.stop();
    await Promise.all(this.#working);
  }

  #next(): void {
    while (this.#running < AT_ONCE && !this.#stopping) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running++;
      const work = runJob(this.#deps, job).finally(() => {
        this.#running--;
        this.#jobs.delete(job.query.id);
        job.end();
        this.#next();
      });
      this.#follow(
        work.then((row) => (row === undefined ? undefined : deliver(this.#deps, row))),
        'a query could not be brought to its end',
      );
    }
  }

  #follow(work: Promise<void>, what: string): void {
    const told = work
      .catch((error: unknown) => this.#deps.log.error({ error: messageOf(error) }, what))
      .finally(() => this.#working.delete(told));
    this.#working.add(told);
  }
}

function createJob(query: NewQuery, plan: SqlPlan): Job {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    query,
    plan,
    abort: new AbortController(),
    progress: { startedAt: undefined, events_scanned: 0, bytes_scanned: 0 },
    over: promise,
    end: resolve,
  };
}

function progressOf({ progress }: Job, now: number): Progress {
  const { startedAt, events_scanned, bytes_scanned } = progress;
  return { run_ms: startedAt === undefined ? 0 : now - startedAt, events_scanned, bytes_scanned };
}

/** The row of a query whose results are to be delivered; undefined when there is nothing to deliver. */
async function runJob(deps: RunnerDeps, job: Job): Promise<QueryRow | undefined> {
  const { queries, clock, log } = deps;
  const { id } = job.query;
  job.progress.startedAt = clock.now();
  await queries.update(id, { status: 'RUNNING' });
  try {
    const rows = await writeRows(deps, job);
    await close(deps, job, { status: 'FINISHED', rows });
  } catch (error) {
    const ending = endingOf(error, job.abort.signal);
    if (ending.status === 'FAILED') log.info({ query: id, reason: ending.error }, 'a query failed');
    await close(deps, job, ending);
    return undefined;
  }
  const row = await queries.byId(id);
  return row?.delivery_status === 'PENDING' ? row : undefined;
}

type Ending = { readonly status: QueryStatus; readonly error?: string; readonly rows?: number };

/** What came before a query ended early can be read, as AWS has it for those that took too long. */
async function writeRows(deps: RunnerDeps, job: Job): Promise<number> {
  const { engine, files, maxSeconds } = deps;
  const { signal } = job.abort;
  const writer = await files.write(job.query.id);
  try {
    signal.throwIfAborted();
    const rows = engine.run(job.plan, {
      signal,
      maxSeconds,
      onProgress: ({ rowsRead, bytesRead }) => {
        job.progress.events_scanned = rowsRead;
        job.progress.bytes_scanned = bytesRead;
      },
    });
    for await (const row of rows) {
      signal.throwIfAborted();
      await writer.add(row);
    }
    signal.throwIfAborted();
  } catch (error) {
    if (isTimeout(error)) await deps.queries.update(job.query.id, { rows: await writer.finish() });
    else await files.remove(job.query.id);
    throw error;
  }
  return writer.finish();
}

function endingOf(error: unknown, signal: AbortSignal): Ending {
  const isOurs = error instanceof OpentrailError;
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof OpentrailError) return { status: 'FAILED', error: reason.message };
    return { status: 'CANCELLED' };
  }
  if (isTimeout(error)) return { status: 'TIMED_OUT', error: 'The query took longer than it may.' };
  return { status: 'FAILED', error: isOurs ? error.message : `The query failed: ${messageOf(error)}` };
}

function isTimeout(error: unknown): boolean {
  return error instanceof OpentrailError && error.code === 'SQL_TIMEOUT';
}

async function close({ queries, clock }: RunnerDeps, job: Job, ending: Ending): Promise<void> {
  const now = clock.now();
  const { status, error, rows } = ending;
  await queries.update(job.query.id, {
    ...progressOf(job, now),
    status,
    finished_at: now,
    ...(error === undefined ? {} : { error: error.slice(0, 1000) }),
    ...(rows === undefined ? {} : { rows }),
    ...(status === 'FINISHED' || job.query.delivery_uri === null ? {} : { delivery_status: 'CANCELLED' }),
  });
}

async function end({ queries, files, clock }: RunnerDeps, id: string, error: string): Promise<void> {
  await files.remove(id);
  const row = await queries.byId(id);
  await queries.update(id, {
    status: 'FAILED',
    error,
    finished_at: clock.now(),
    ...(row?.delivery_uri ? { delivery_status: 'CANCELLED' } : {}),
  });
}

async function deliver({ queries, deliver: to }: RunnerDeps, row: QueryRow): Promise<void> {
  const delivery_status = await to.deliver(row);
  // Undefined: it was not done with when the server stopped, and goes on with the next start.
  if (delivery_status !== undefined) await queries.update(row.id, { delivery_status });
}
