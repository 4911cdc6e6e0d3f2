import type { ApiClient } from '../aws/client.ts';
import { ApiError } from '../aws/errors.ts';
import { isFromAnswer, sameCall, type Input, type PlannedCall } from './planned-call.ts';

export type Invoke = (call: PlannedCall, input: Input) => Promise<unknown>;

/** What became of the calls of a wizard so far, over all attempts. */
export type Progress = {
  /** By sameCall: what was answered. */
  readonly done: ReadonlyMap<string, unknown>;
  /** By sameCall: sent, and nobody knows whether it was done. */
  readonly unsure: ReadonlySet<string>;
  /** In their order: everything there is now that was not there before. */
  readonly made: readonly string[];
  readonly running: string | undefined;
  readonly failed: { readonly call: PlannedCall; readonly error: ApiError } | undefined;
};

export const NOTHING_DONE: Progress = {
  done: new Map(),
  unsure: new Set(),
  made: [],
  running: undefined,
  failed: undefined,
};

/**
 * Does the calls that were not done yet, one after another, until one fails; tells of each step. Resolves with how far it came: hand that
 * in again to go on, with the same plan or a corrected one.
 */
export async function runPlan(
  calls: readonly PlannedCall[],
  start: Progress,
  { invoke, onProgress }: { readonly invoke: Invoke; readonly onProgress: (progress: Progress) => void },
): Promise<Progress> {
  let progress: Progress = { ...start, failed: undefined };
  const tell = (changes: Partial<Progress>) => onProgress((progress = { ...progress, ...changes }));
  for (const call of calls) {
    const id = sameCall(call);
    if (progress.done.has(id)) continue;
    tell({ running: id });
    const outcome = await attempt(call, progress, { calls, invoke });
    if ('error' in outcome) {
      const { error } = outcome;
      const unsure = isUnsure(error) ? new Set(progress.unsure).add(id) : progress.unsure;
      tell({ running: undefined, unsure, failed: { call, error } });
      return progress;
    }
    tell({
      running: undefined,
      done: new Map(progress.done).set(id, outcome.answer),
      made: call.made === undefined ? progress.made : [...progress.made, call.made],
    });
  }
  return progress;
}

type Outcome = { readonly answer: unknown } | { readonly error: ApiError };

async function attempt(
  call: PlannedCall,
  progress: Progress,
  { calls, invoke }: { readonly calls: readonly PlannedCall[]; readonly invoke: Invoke },
): Promise<Outcome> {
  try {
    return { answer: await invoke(call, resolveInput(call.input, calls, progress)) };
  } catch (thrown) {
    const error =
      thrown instanceof ApiError
        ? thrown
        : new ApiError({ code: 'BadAnswer', message: String(thrown), status: 0, cause: thrown });
    const wasMade = progress.unsure.has(sameCall(call)) && call.existsCodes.includes(error.code);
    return wasMade ? { answer: {} } : { error };
  }
}

/** Not answered, or answered by somebody in between: it may have been done. */
function isUnsure(error: ApiError): boolean {
  return error.status === 0 || error.status >= 500;
}

function resolveInput(input: Input, calls: readonly PlannedCall[], progress: Progress): Input {
  return Object.fromEntries(
    Object.entries(input).map(([member, value]) => {
      if (!isFromAnswer(value)) return [member, value];
      const source = calls.find(({ id }) => id === value.call);
      const answer = source && progress.done.get(sameCall(source));
      return [member, source?.answers ? valueAt(answer, source.answers.path) : undefined];
    }),
  );
}

function valueAt(answer: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
    answer,
  );
}

/** Sends planned calls as any AWS client does. */
export function invokeWith(api: ApiClient): Invoke {
  return async ({ service, operation }, input) => {
    switch (service) {
      case 'iam':
      case 'sns':
      case 'sts':
        return api.query(service, operation, input);
      case 's3':
        return invokeS3(api, operation, input);
      default:
        return api.json(service, operation, input);
    }
  };
}

async function invokeS3(api: ApiClient, operation: string, input: Input): Promise<unknown> {
  const bucket = String(input['Bucket']);
  if (operation === 'PutBucketPolicy') {
    await api.s3({ method: 'PUT', bucket, query: { policy: '' }, body: String(input['Policy']) });
    return {};
  }
  const place = input['CreateBucketConfiguration'] as { LocationConstraint?: string } | undefined;
  const body = place
    ? `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${place.LocationConstraint}</LocationConstraint></CreateBucketConfiguration>`
    : '';
  await api.s3({ method: 'PUT', bucket, body });
  return {};
}
