import type { Clock } from '../../base/clock.ts';
import type { Catalog, FunctionCode } from './catalog.ts';
import { functionArn } from './function-name.ts';
import { functionNotFound, tooMany } from './lambda-errors.ts';
import type { LogStream, LogWriter } from './log-writer.ts';
import type { FunctionError } from './runtime/messages.ts';
import { Pool } from './runtime/pool.ts';
import { Sandbox, type Ending } from './runtime/sandbox.ts';

export type InvokerDeps = {
  readonly catalog: Catalog;
  readonly writer: LogWriter;
  readonly where: { readonly account: string; readonly region: string };
  /** Invocations at one time. */
  readonly concurrency: number;
  readonly clock: Clock;
};

export type InvokeRequest = {
  readonly name: string;
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly clientContext: string | undefined;
};

export type InvokeAnswer = {
  /** JSON: what the handler returned, or the error. */
  readonly payload: string;
  readonly failed: boolean;
  /** The last 4 KB of what was logged. */
  readonly tail: string;
};

export type Invoker = {
  /** Throws ResourceNotFoundException, TooManyRequestsException, ServiceException. */
  readonly invoke: (request: InvokeRequest) => Promise<InvokeAnswer>;
  readonly stop: () => Promise<void>;
};

const TAIL = 4096;
const MB = 1024 * 1024;

/** A process and where what it prints goes: into its log stream, and to whoever asks for the tail of the invocation that it is at. */
type Place = { readonly logs: LogStream; tail: string[] };

/** Runs functions: one process for each invocation at a time, kept for the next one. */
export function createInvoker({ catalog, writer, where, concurrency, clock }: InvokerDeps): Invoker {
  const places = new WeakMap<Sandbox, Place>();
  const start = (code: FunctionCode): Sandbox => {
    const place: Place = { logs: writer.open(code.name), tail: [] };
    const environment = environmentOf(code, { region: where.region, logs: place.logs });
    const sandbox = new Sandbox({ code, environment, onLine: (line) => tell(place, line) });
    places.set(sandbox, place);
    tell(place, `INIT_START Runtime Version: nodejs:${process.versions.node}`);
    return sandbox;
  };
  const pool = new Pool({ start, most: concurrency, now: () => clock.now() });
  return {
    invoke: async ({ name, requestId, payload, clientContext }) => {
      const arn = functionArn({ ...where, name });
      const code = await catalog.find(name);
      if (code === undefined) throw functionNotFound(arn);
      const sandbox = pool.take(code);
      const place = sandbox && places.get(sandbox);
      if (sandbox === undefined || place === undefined) throw tooMany();
      try {
        const init = sandbox.initDuration === undefined;
        const failure = await sandbox.init();
        tell(place, `START RequestId: ${requestId} Version: $LATEST`);
        const ending =
          failure === undefined
            ? await sandbox.invoke({ requestId, payload, clientContext, functionArn: arn })
            : notLoaded(failure);
        tellEnd(place, ending, { requestId, code, initDuration: init ? sandbox.initDuration : undefined });
        return { ...answerOf(ending), tail: place.tail.join('\n').slice(-TAIL) };
      } finally {
        place.tail = [];
        pool.giveBack(sandbox);
      }
    },
    stop: () => pool.stop(),
  };
}

function tell({ logs, tail }: Place, line: string): void {
  logs.write(line);
  tail.push(line);
  // Enough for any tail, whatever the function prints.
  if (tail.length > 2 * TAIL) tail.splice(0, TAIL);
}

function tellEnd(
  place: Place,
  ending: Ending,
  told: {
    readonly requestId: string;
    readonly code: FunctionCode;
    readonly initDuration: number | undefined;
  },
): void {
  const { requestId, code, initDuration } = told;
  const time = new Date().toISOString();
  if (ending.kind === 'error' && ending.timedOut)
    tell(place, `${time} ${requestId} Task timed out after ${code.timeout}.00 seconds`);
  else if (ending.kind === 'error' && ending.error.errorType === 'Runtime.ExitError')
    tell(place, ending.error.errorMessage);
  tell(place, `END RequestId: ${requestId}`);
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${ending.duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(ending.duration)} ms`,
    `Memory Size: ${code.memory} MB`,
    ...(ending.memory === undefined ? [] : [`Max Memory Used: ${Math.ceil(ending.memory / MB)} MB`]),
    ...(initDuration === undefined ? [] : [`Init Duration: ${initDuration.toFixed(2)} ms`]),
  ];
  tell(place, `${fields.join('\t')}\t`);
}

function notLoaded(error: FunctionError): Ending {
  return { kind: 'error', error, duration: 0, memory: undefined, timedOut: false };
}

function answerOf(ending: Ending): Omit<InvokeAnswer, 'tail'> {
  if (ending.kind === 'result') return { payload: ending.payload, failed: false };
  return { payload: JSON.stringify(ending.error), failed: true };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function environmentOf(
  { name, handler, memory, root, environment }: FunctionCode,
  { region, logs }: { readonly region: string; readonly logs: LogStream },
): Record<string, string> {
  return {
    ...environment,
    _HANDLER: `index.${handler}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logs.group,
    AWS_LAMBDA_LOG_STREAM_NAME: logs.stream,
    LAMBDA_TASK_ROOT: root,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}
