import type { AthenaDeps, QueryCaller } from '../deps.ts';
import { messageOf } from '../../../base/errors.ts';
import { AwsError } from '../../../aws/errors.ts';
import { QueryFailure, systemFailure, userFailure } from '../athena-errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { parseDdl } from '../ddl/parse-ddl.ts';
import type { ExecutionRow } from '../settings.ts';
import type { QueryProgress, QueryResult } from './query-result.ts';
import { csvLine, metadataFile } from './result-file.ts';
import { resultWish } from './result-wish.ts';
import { runDdl } from './run-ddl.ts';
import { runSelect } from './run-select.ts';

export type Executions = {
  /** Runs it when its turn comes. It stands in the settings already. */
  readonly enqueue: (execution: Execution) => void;
  /** False where it is none of those that wait or run. */
  readonly cancel: (id: string) => boolean;
  readonly stop: () => Promise<void>;
};

export type Execution = {
  readonly row: ExecutionRow;
  readonly caller: QueryCaller;
  readonly database: string;
  readonly parameters: readonly string[];
  /** Beyond it the query is cancelled. */
  readonly mostBytes: number | undefined;
};

type Deps = AthenaDeps & { readonly catalog: Catalog };

const AT_ONCE = 5;
const MOST_RESULT_BYTES = 256 * 1024 * 1024;
const CANCELLED = 'Query cancelled by user';

type Running = { readonly execution: Execution; readonly controller: AbortController };

export type Statistics = {
  readonly EngineExecutionTimeInMillis?: number;
  readonly DataScannedInBytes?: number;
  readonly TotalExecutionTimeInMillis?: number;
  readonly QueryQueueTimeInMillis?: number;
  readonly ServicePreProcessingTimeInMillis?: number;
  readonly QueryPlanningTimeInMillis?: number;
  readonly ServiceProcessingTimeInMillis?: number;
  readonly OutputRows?: number;
  readonly OutputBytes?: number;
};

/** Queries wait their turn, some at a time, in the order in which they came. */
export function createExecutions(deps: Deps): Executions {
  const waiting: Running[] = [];
  const running = new Map<string, Running>();
  const under = new Set<Promise<void>>();
  let isStopping = false;

  const next = (): void => {
    while (!isStopping && running.size < AT_ONCE) {
      const one = waiting.shift();
      if (one === undefined) return;
      running.set(one.execution.row.id, one);
      const work = runOne(deps, one)
        .catch((error: unknown) => deps.log.error({ err: error, id: one.execution.row.id }, 'query lost'))
        .finally(() => {
          running.delete(one.execution.row.id);
          under.delete(work);
          next();
        });
      under.add(work);
    }
  };

  return {
    enqueue: (execution) => {
      waiting.push({ execution, controller: new AbortController() });
      next();
    },
    cancel: (id) => {
      const at = waiting.findIndex(({ execution }) => execution.row.id === id);
      const [one] = at >= 0 ? waiting.splice(at, 1) : [];
      if (one !== undefined) {
        void finish(deps, one.execution.row, { state: 'CANCELLED', reason: CANCELLED });
        return true;
      }
      const run = running.get(id);
      run?.controller.abort(new Cancelled(CANCELLED));
      return run !== undefined;
    },
    stop: async () => {
      isStopping = true;
      for (const { controller } of running.values())
        controller.abort(systemFailure('The server was stopped'));
      await Promise.all(under);
    },
  };
}

/** What waited or ran when the process ended can be asked again. */
export async function failInterrupted({ settings, clock }: Pick<Deps, 'settings' | 'clock'>): Promise<void> {
  const error = { ErrorCategory: 1, ErrorType: 401, Retryable: true, ErrorMessage: INTERRUPTED };
  await settings
    .updateTable('athena_executions')
    .set({ state: 'FAILED', reason: INTERRUPTED, error: JSON.stringify(error), completed_at: clock.now() })
    .where('state', 'in', ['QUEUED', 'RUNNING'])
    .execute();
}

const INTERRUPTED = 'The server was restarted while the query waited or ran. Run it again.';

class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

async function runOne(deps: Deps, { execution, controller }: Running): Promise<void> {
  const { settings, clock } = deps;
  const { row } = execution;
  const started = clock.now();
  await settings
    .updateTable('athena_executions')
    .set({ state: 'RUNNING', started_at: started })
    .where('id', '=', row.id)
    .execute();
  const progress: QueryProgress = { scannedBytes: 0, planningMs: 0 };
  try {
    const result = await resultOf(deps, execution, { signal: controller.signal, progress });
    const planned = clock.now();
    const written = await write(deps, execution, { result, signal: controller.signal });
    await finish(
      deps,
      { ...row, started_at: started },
      {
        state: 'SUCCEEDED',
        progress: { ...progress, planningMs: planned - started },
        ...written,
        columns: JSON.stringify(result.columns),
      },
    );
  } catch (error) {
    const outcome = outcomeOf(controller.signal.aborted ? controller.signal.reason : error);
    if (outcome.isOurs) deps.log.error({ err: error, id: row.id }, 'query failed');
    await finish(deps, { ...row, started_at: started }, { ...outcome, progress });
  }
}

async function resultOf(
  deps: Deps,
  { row, caller, database, parameters, mostBytes }: Execution,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: QueryProgress },
): Promise<QueryResult> {
  const where = { account: row.account, region: row.region };
  const ddl = parseDdl(row.query);
  if (ddl !== undefined) return runDdl(deps, ddl, { database, where, caller, signal });
  const scanning = (bytes: number): void => {
    progress.scannedBytes += bytes;
    if (mostBytes === undefined || progress.scannedBytes <= mostBytes) return;
    throw new Cancelled(
      `Bytes scanned limit was exceeded: the query would read ${progress.scannedBytes} bytes`,
    );
  };
  return runSelect(deps, {
    statement: row.query,
    parameters,
    database,
    where,
    caller,
    signal,
    progress,
    scanning,
  });
}

type Written = { readonly rows: number; readonly bytes: number };

/** The result and what its columns are, beside each other in the bucket. */
async function write(
  deps: Deps,
  { row, caller }: Execution,
  { result, signal }: { readonly result: QueryResult; readonly signal: AbortSignal },
): Promise<Written> {
  let rows = 0;
  let bytes = 0;
  const parts: Buffer[] = [];
  const add = (text: string): void => {
    const part = Buffer.from(text);
    bytes += part.byteLength;
    if (bytes > MOST_RESULT_BYTES)
      throw userFailure(`The result has more than ${MOST_RESULT_BYTES} bytes: bound it by LIMIT.`);
    parts.push(part);
  };
  try {
    if (result.form === 'csv') add(csvLine(result.columns.map(({ name }) => name)));
    let text = '';
    for await (const line of result.rows) {
      rows += 1;
      text += result.form === 'csv' ? csvLine(line) : `${line[0] ?? ''}\n`;
      if (text.length < 65_536) continue;
      signal.throwIfAborted();
      add(text);
      text = '';
    }
    add(text);
  } finally {
    await result.release();
  }
  signal.throwIfAborted();
  await putResult(deps, row, {
    caller,
    body: Buffer.concat(parts),
    metadata: metadataFile(result.columns),
  });
  return { rows, bytes };
}

async function putResult(
  { buckets }: Deps,
  { output, request }: ExecutionRow,
  { caller, body, metadata }: { caller: QueryCaller; body: Buffer; metadata: Buffer },
): Promise<void> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(output) ?? [];
  const { kms } = resultWish(request);
  const common = { bucket, contentType: 'application/octet-stream', kms };
  try {
    await buckets.put({ ...common, key, body }, caller);
    await buckets.put({ ...common, key: `${key}.metadata`, body: metadata }, caller);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw userFailure(
      `${error.status === 403 ? 'Access denied when writing' : 'Cannot write'} output to url: ${output}: ${error.code}: ${error.message}`,
      1003,
    );
  }
}

type Outcome = {
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly reason?: string | undefined;
  readonly failure?: QueryFailure | undefined;
  readonly progress?: QueryProgress | undefined;
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  readonly columns?: string | undefined;
};

function outcomeOf(error: unknown): Outcome & { readonly isOurs: boolean } {
  if (error instanceof Cancelled) return { state: 'CANCELLED', reason: error.message, isOurs: false };
  if (error instanceof AwsError)
    return { state: 'FAILED', failure: userFailure(`${error.code}: ${error.message}`), isOurs: false };
  if (error instanceof QueryFailure) return { state: 'FAILED', failure: error, isOurs: error.category === 1 };
  return { state: 'FAILED', failure: systemFailure(messageOf(error), error), isOurs: true };
}

async function finish({ settings, clock }: Deps, row: ExecutionRow, outcome: Outcome): Promise<void> {
  const now = clock.now();
  const started = row.started_at ?? now;
  const { failure } = outcome;
  const statistics: Statistics = {
    EngineExecutionTimeInMillis: now - started,
    DataScannedInBytes: outcome.progress?.scannedBytes ?? 0,
    TotalExecutionTimeInMillis: now - row.submitted_at,
    QueryQueueTimeInMillis: started - row.submitted_at,
    ServicePreProcessingTimeInMillis: 0,
    QueryPlanningTimeInMillis: outcome.progress?.planningMs ?? 0,
    ServiceProcessingTimeInMillis: 0,
    OutputRows: outcome.rows ?? 0,
    OutputBytes: outcome.bytes ?? 0,
  };
  const error =
    failure === undefined
      ? null
      : JSON.stringify({
          ErrorCategory: failure.category,
          ErrorType: failure.type,
          Retryable: failure.retryable,
          ErrorMessage: failure.message,
        });
  await settings
    .updateTable('athena_executions')
    .set({
      state: outcome.state,
      reason: outcome.reason ?? failure?.message ?? null,
      error,
      completed_at: now,
      statistics: JSON.stringify(statistics),
      ...(outcome.columns === undefined ? {} : { columns: outcome.columns }),
    })
    .where('id', '=', row.id)
    .where('state', 'in', ['QUEUED', 'RUNNING'])
    .execute();
}
