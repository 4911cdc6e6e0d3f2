/**
 * The process in which one function runs, started by `sandbox.ts` with Node's permission model: it may read this file and the function's own
 * code, start nothing, and write nothing. Loads the handler once, then answers one invocation after another.
 */
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

import { MOST_ANSWER, type FromFunction, type FunctionError, type ToFunction } from './messages.ts';

type Handler = (event: unknown, context: unknown, callback: Callback) => unknown;
type Callback = (error?: unknown, result?: unknown) => void;

const [, , file = '', handlerName = 'handler'] = process.argv;
process.argv.splice(1);
const channel = process.send?.bind(process);
const exit = process.exit.bind(process);
let requestId: string | undefined;

takeTools();
formatConsole();
// The server is gone: so is whoever would get the answer.
process.on('disconnect', () => exit(0));
process.on('uncaughtException', (error) => fail(error, true));
process.on('unhandledRejection', (reason) => {
  const { errorMessage, trace } = errorOf(reason);
  console.error('Unhandled Promise Rejection', trace?.join('\n') ?? errorMessage);
  send({
    kind: 'error',
    error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage, trace },
    ends: true,
  });
});
try {
  const handler = await loadHandler();
  process.on('message', (message) => void serve(handler, message as ToFunction));
  send({ kind: 'ready' });
} catch (error) {
  fail(error, true);
}

/** The permission model does not forbid signals, and SIGUSR1 would open a debugger in other processes of the same user. */
function takeTools(): void {
  const refuse = (): never => {
    throw new TypeError('A function may not signal processes.');
  };
  const fenced = process as unknown as Record<string, unknown>;
  for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd']) fenced[name] = refuse;
  fenced['send'] = undefined;
  fenced['disconnect'] = undefined;
  syncBuiltinESMExports();
}

/** `TIME	REQUEST ID	LEVEL	TEXT`, line breaks within as carriage returns, so that one message stays one log event. */
function formatConsole(): void {
  const levels = {
    log: 'INFO',
    info: 'INFO',
    warn: 'WARN',
    error: 'ERROR',
    debug: 'DEBUG',
    trace: 'TRACE',
  } as const;
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...parts: unknown[]) => {
      const text = format(...parts).replaceAll('\n', '\r');
      process.stdout.write(`${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${text}\n`);
    };
  }
}

async function loadHandler(): Promise<Handler> {
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const fallback = loaded['default'] as Record<string, unknown> | undefined;
  const handler = loaded[handlerName] ?? fallback?.[handlerName];
  if (typeof handler === 'function') return handler as Handler;
  throw Object.assign(new Error(`${file} exports no function named ${handlerName}`), {
    name: 'Runtime.HandlerNotFound',
  });
}

async function serve(handler: Handler, invocation: ToFunction): Promise<void> {
  requestId = invocation.requestId;
  let answer: FromFunction;
  try {
    const result = await call(handler, invocation);
    answer = answerOf(result);
  } catch (error) {
    const told = errorOf(error);
    console.error('Invoke Error', JSON.stringify(told));
    answer = { kind: 'error', error: told, ends: false };
  }
  process.stdout.write(invocation.mark);
  process.stderr.write(invocation.mark);
  send(answer);
}

function call(handler: Handler, invocation: ToFunction): Promise<unknown> {
  const event: unknown = JSON.parse(invocation.payload);
  const context = contextOf(invocation);
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => {
      if (error === undefined || error === null) resolve(result);
      else reject(error as Error);
    };
    const returned = handler(event, context, callback);
    // With three parameters and no promise it is the callback that answers.
    if (isThenable(returned) || handler.length < 3) resolve(returned);
  });
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf({ requestId: awsRequestId, functionArn, limit, clientContext }: ToFunction) {
  const deadline = performance.now() + limit;
  // eslint-disable-next-line no-restricted-properties -- the function's own, which Lambda's context repeats
  const { env } = process;
  return {
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: functionArn,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    awsRequestId,
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    clientContext: clientContext === undefined ? undefined : (JSON.parse(clientContext) as unknown),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
}

function answerOf(result: unknown): FromFunction {
  const payload = JSON.stringify(result) ?? 'null';
  if (Buffer.byteLength(payload) <= MOST_ANSWER) return { kind: 'result', payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MOST_ANSWER} bytes).`;
  return { kind: 'error', error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage }, ends: false };
}

function errorOf(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error))
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  const trace = (thrown.stack ?? '').split('\n').slice(0, 50);
  return { errorType: thrown.name, errorMessage: thrown.message.slice(0, 100_000), trace };
}

function fail(thrown: unknown, ends: boolean): void {
  const error = errorOf(thrown);
  console.error('Uncaught Exception', JSON.stringify(error));
  send({ kind: 'error', error, ends });
}

function send(message: FromFunction): void {
  channel?.(message);
}
