import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import { AccessDenied, AwsError } from '../aws/errors.ts';
import type { Operation } from '../aws/operation.ts';
import { serializeError } from '../aws/protocols/index.ts';
import { messageOf } from '../base/errors.ts';
import type { CapturedResponse, IncomingCall, Outcome } from '../capture/captured-call.ts';
import type { EndpointDeps } from './endpoint-contract.ts';
import { serveOwn, type OwnCall, type OwnCallDeps, type Served } from './own-call.ts';
import { cannotRecord, internalFailure } from './own-errors.ts';
import { OwnBody } from './read-body.ts';
import { sendStream, sendWhole } from './send-answer.ts';

export type ServeOwnDeps = OwnCallDeps & Pick<EndpointDeps, 'sink' | 'log'>;

export type OwnRequest = {
  readonly incoming: IncomingCall;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly bodyStart: readonly Uint8Array[];
  readonly servedBy: 'opentrail' | 'nobody';
};

/** Bodies up to this many bytes go into the record. */
const CAPTURE_LIMIT = 256 * 1024;

/** Answers a call ourselves, or says why not; records it either way before the answer is whole. Never rejects. */
export async function answerOwn(
  deps: ServeOwnDeps,
  operations: ReadonlyMap<string, Operation>,
  request: OwnRequest,
): Promise<void> {
  const { req, res, incoming, servedBy } = request;
  const gone = new AbortController();
  // Only then: an abort makes an error, and every connection closes in the end.
  res.once('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  const body = new OwnBody(req, res, request.bodyStart);
  const requestId = deps.newEventId();
  const { signal } = gone;
  const call: OwnCall = {
    incoming,
    req,
    res,
    body,
    requestId,
    servedBy,
    signal,
    caller: undefined,
    recorded: false,
  };
  try {
    const served = await serveOwn(deps, operations, call);
    await answer(deps, call, served);
    served.after?.().catch((error: unknown) => logFailure(deps, call, error));
  } catch (error) {
    const shown = error instanceof AwsError ? error : internalFailure(incoming.named, error);
    if (!(error instanceof AwsError)) logFailure(deps, call, error);
    await answerError(deps, call, shown);
  }
}

/** Refuses a call before anything else is known of it, and records that. */
export async function refuseCall(deps: ServeOwnDeps, request: OwnRequest, error: AwsError): Promise<void> {
  const { req, res, incoming, servedBy } = request;
  const body = new OwnBody(req, res, request.bodyStart);
  const { signal } = new AbortController();
  const requestId = deps.newEventId();
  const call: OwnCall = {
    incoming,
    req,
    res,
    body,
    requestId,
    servedBy,
    signal,
    caller: undefined,
    recorded: false,
  };
  await answerError(deps, call, error);
}

/** Refuses a call that could not be recorded, fail-closed: there is nowhere to record the refusal either. */
export function refuseUnrecorded({ incoming, req, res, bodyStart }: OwnRequest, error: AwsError): void {
  sendWhole(res, req, serializeError(incoming.named, error, incoming.eventId));
  new OwnBody(req, res, bodyStart).discard();
}

async function answer(deps: ServeOwnDeps, call: OwnCall, served: Served): Promise<void> {
  const { res, req, signal } = call;
  const outcome = outcomeOf(served.status);
  if (!(served.body instanceof Readable)) {
    await record(deps, call, { outcome, response: capturedOf(served) });
    sendWhole(res, req, served);
    call.body.discard();
    return;
  }
  const { status, headers, body } = served;
  const recordOnce = async (bodyBytes: number, failure?: string): Promise<void> => {
    if (call.recorded) return;
    const response = { status, headers, body: undefined, bodyBytes };
    if (signal.aborted) await record(deps, call, { outcome: 'aborted', response, failure: CLIENT_GONE });
    else await record(deps, call, { outcome: failure === undefined ? outcome : 'failed', response, failure });
  };
  // Else there would be no word of it for as long as it lasts, and none at all after a crash.
  if (served.isEventStream === true) await recordOnce(0);
  await sendStream(res, { status, headers, body }, recordOnce, signal);
}

async function answerError(deps: ServeOwnDeps, call: OwnCall, error: AwsError): Promise<void> {
  const { res, req, incoming, requestId, signal } = call;
  const served = serializeError(incoming.named, error, requestId);
  try {
    // Tried once already: only the journal's refusal brings us here again.
    if (call.recorded) throw error;
    const ending = signal.aborted
      ? { outcome: 'aborted' as const, response: undefined, failure: CLIENT_GONE }
      : {
          outcome: error instanceof AccessDenied ? ('denied' as const) : outcomeOf(served.status),
          response: capturedOf(served),
        };
    await record(deps, call, ending);
    sendWhole(res, req, served);
  } catch {
    sendWhole(res, req, serializeError(incoming.named, cannotRecord(), requestId));
  }
  call.body.discard();
}

const CLIENT_GONE = 'the client closed the connection';

type Ending = {
  readonly outcome: Outcome;
  readonly response: CapturedResponse | undefined;
  readonly failure?: string | undefined;
};

async function record(deps: ServeOwnDeps, call: OwnCall, ending: Ending): Promise<void> {
  const { incoming, body, servedBy, caller } = call;
  const kept = body.whole !== undefined && body.whole.length <= CAPTURE_LIMIT ? body.whole : undefined;
  const nothing = body.empty && body.bytes === 0 ? EMPTY : undefined;
  call.recorded = true;
  await deps.sink.outcome({
    ...incoming,
    request: { ...incoming.request, body: kept ?? nothing, bodyBytes: body.bytes },
    completedAt: deps.clock.now(),
    servedBy,
    caller,
    outcome: ending.outcome,
    response: ending.response,
    failure: ending.failure,
  });
}

const EMPTY = new Uint8Array(0);

function outcomeOf(status: number): Outcome {
  if (status === 403) return 'denied';
  return status >= 400 ? 'failed' : 'allowed';
}

function capturedOf({ status, headers, body }: Served): CapturedResponse {
  const bytes = body instanceof Uint8Array ? body : EMPTY;
  return {
    status,
    headers,
    body: bytes.length <= CAPTURE_LIMIT ? bytes : undefined,
    bodyBytes: bytes.length,
  };
}

function logFailure({ log }: ServeOwnDeps, { incoming, requestId }: OwnCall, error: unknown): void {
  const { service, operation } = incoming.named;
  const stack = error instanceof Error ? error.stack : undefined;
  log.error({ service, operation, requestId, error: messageOf(error), stack }, 'operation failed');
}
