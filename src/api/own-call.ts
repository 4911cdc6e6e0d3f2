import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

import { modelOf } from '../aws/models/index.ts';
import type { OperationModel } from '../aws/models/operation-model.ts';
import type { Operation, OperationInput, OperationOutput } from '../aws/operation.ts';
import { authorize } from '../aws/policy/authorize.ts';
import {
  parseRequest,
  serializeResponse,
  streamsRequest,
  type ServedResponse,
} from '../aws/protocols/index.ts';
import type { CallerIdentity, IncomingCall } from '../capture/captured-call.ts';
import { authenticate, callerOf, sha256Hex, signedContent, type Authenticated } from './authenticate.ts';
import { contextOf, originOf, type ContextAndKeys } from './call-context.ts';
import type { EndpointDeps } from './endpoint-contract.ts';
import { notBuilt, noUpstream, unknownOperation } from './own-errors.ts';
import type { OwnBody } from './read-body.ts';

export type OwnCallDeps = Pick<
  EndpointDeps,
  'models' | 'credentials' | 'signingKeys' | 'clock' | 'newEventId'
>;

/** A call that Opentrail answers itself, and what becomes known of it on the way: the record wants it also when the way ends early. */
export type OwnCall = {
  readonly incoming: IncomingCall;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: OwnBody;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly servedBy: 'opentrail' | 'nobody';
  /** Set once the signature was verified. */
  caller: CallerIdentity | undefined;
  /** Whether its outcome was handed on: once at most. */
  recorded: boolean;
};

export type Served = ServedResponse & { readonly after?: OperationOutput['after'] };

/** Bodies of operations that do not stream. */
const BODY_LIMIT = 8 * 1024 * 1024;

/** From the signature to the answer. Throws AwsError. */
export async function serveOwn(
  deps: OwnCallDeps,
  operations: ReadonlyMap<string, Operation>,
  call: OwnCall,
): Promise<Served> {
  const { named } = call.incoming;
  const model = await findModel(deps, call);
  const operation = operations.get(`${named.service}.${named.operation}`);
  const streams = model !== undefined && operation !== undefined && streamsRequest(model);
  if (!streams) await call.body.read(BODY_LIMIT);
  const caller = await identify(deps, call, operation);
  if (call.servedBy === 'nobody') throw noUpstream(named);
  if (model === undefined) throw unknownOperation(named);
  if (operation === undefined) throw notBuilt(named);
  const content = await contentOf(call, caller);
  const input = parseRequest(model, { ...call.incoming.request, body: content });
  const context = contextFor(deps, call, caller);
  await checkPolicies(operation, input, context);
  const result = await operation.handle(input, context.context);
  const served = serializeResponse(model, result, call.requestId);
  return result.after === undefined ? served : { ...served, after: result.after };
}

async function findModel(deps: OwnCallDeps, { incoming }: OwnCall): Promise<OperationModel | undefined> {
  const { service, operation, protocol } = incoming.named;
  const models = deps.models.loaded(service) ?? (await deps.models.load(service));
  return models === undefined ? undefined : modelOf(models, operation, protocol);
}

async function identify(
  deps: OwnCallDeps,
  call: OwnCall,
  operation: Operation | undefined,
): Promise<Authenticated> {
  const { named, request } = call.incoming;
  const { whole } = call.body;
  const mayBeForeign =
    call.servedBy === 'nobody' &&
    (named.accessKeyId === undefined || !deps.credentials.issued(named.accessKeyId));
  if (mayBeForeign) throw noUpstream(named);
  const signed = {
    ...request,
    service: named.service,
    protocol: named.protocol,
    bodyHash: whole === undefined ? undefined : () => sha256Hex(whole),
  };
  const caller = await authenticate(deps, signed, { anonymous: operation?.anonymous === true });
  call.caller = callerOf(caller);
  return caller;
}

/** What the operation gets to read: whole, or as a stream, without the frames of aws-chunked. */
async function contentOf(call: OwnCall, { verified }: Authenticated): Promise<Uint8Array | Readable> {
  const { whole } = call.body;
  const { headers } = call.incoming.request;
  if (whole === undefined) return signedContent(call.body.stream(), verified, headers);
  if (verified?.payload.kind !== 'streaming') return whole;
  const chunks: Uint8Array[] = [];
  for await (const chunk of signedContent(call.body.replay(), verified, headers))
    chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function contextFor(deps: OwnCallDeps, call: OwnCall, { principal }: Authenticated): ContextAndKeys {
  const { incoming, requestId, signal } = call;
  const json = incoming.named.protocol === 'json' || incoming.named.protocol === 'unknown';
  return contextOf({
    incoming,
    principal,
    requestId,
    signal,
    origin: originOf(incoming.request, incoming.tls),
    now: deps.clock.now(),
    jsonBody: json ? call.body.whole : undefined,
  });
}

async function checkPolicies(
  operation: Operation,
  input: OperationInput,
  { context, conditionKeys }: ContextAndKeys,
): Promise<void> {
  if (operation.action === false) return;
  const action = operation.action ?? `${operation.service}:${operation.name}`;
  const { principal } = context;
  const policy = await operation.resourcePolicy?.(input, context);
  const resourceAccount = await operation.resourceAccount?.(input, context);
  const own = await operation.conditionKeys?.(input, context);
  const keys = own === undefined ? conditionKeys : { ...conditionKeys, ...own };
  for (const resource of operation.resources?.(input, context) ?? ['*']) {
    authorize(
      { principal, action, resource, context: keys, resourceAccount },
      { identityPolicies: principal.policies, resourcePolicies: policy === undefined ? [] : [policy] },
    );
  }
}
