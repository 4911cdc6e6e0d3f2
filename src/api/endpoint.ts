import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Operation } from '../aws/operation.ts';
import type { WireRequest } from '../aws/protocols/protocol.ts';
import type { IncomingCall, NamedCall } from '../capture/captured-call.ts';
import type { Endpoint, EndpointDeps } from './endpoint-contract.ts';
import { createHttpServer } from './http-server.ts';
import { cannotRecord } from './own-errors.ts';
import { readStart } from './read-body.ts';
import { serveRoute } from './routes.ts';
import { answerOwn, refuseCall, refuseUnrecorded } from './serve-own.ts';
import { createSourceIp } from './source-ip.ts';
import { refusalOf, wireRequestOf } from './take-call.ts';
import { tlsOf } from './tls-of.ts';

/**
 * The one endpoint: every AWS service and the paths under `/_` on one port. A request's way:
 *
 *     take → one of our own paths? → read what naming needs → name → refuse what cannot be recorded or understood
 *          → who serves it? → answer it ourselves, forward it, or say that nobody does
 */
export function createEndpoint(deps: EndpointDeps): Endpoint {
  const { settings, namer, gateway, sink } = deps;
  const sourceIp = createSourceIp(settings.trustedProxies);
  const operations = tableOf(deps.operations);
  const routeDeps = { ...deps, sourceIp };

  const take = (req: IncomingMessage, res: ServerResponse): void => {
    const wire = wireRequestOf(req);
    if (wire.path.startsWith('/_')) void serveRoute(routeDeps, req, res, wire);
    else if (!namer.ready(wire)) void namer.prepare(wire).then(() => readForNaming(req, res, wire));
    else readForNaming(req, res, wire);
  };

  const readForNaming = (req: IncomingMessage, res: ServerResponse, wire: WireRequest): void => {
    if (!namer.needsBodyStart(wire)) decide(req, res, wire, NOTHING);
    else readStart(req, res, (chunks) => decide(req, res, wire, chunks));
  };

  const decide = (
    req: IncomingMessage,
    res: ServerResponse,
    wire: WireRequest,
    bodyStart: readonly Uint8Array[],
  ): void => {
    const named = nameCall(deps, wire, bodyStart);
    const incoming: IncomingCall = {
      eventId: deps.newEventId(),
      startedAt: deps.clock.now(),
      named,
      sourceIp: sourceIp(req),
      tls: tlsOf(req),
      request: {
        method: wire.method,
        path: wire.path,
        query: wire.query,
        headers: wire.headers,
        body: undefined,
        bodyBytes: 0,
      },
    };
    const refusal = refusalOf(req, wire, settings.maxHeaderBytes);
    if (deps.log.isLevelEnabled('debug')) tellNamed(deps, named, incoming.eventId);
    const serving = deps.serving(named);
    const servedBy = serving.kind === 'nobody' ? 'nobody' : 'opentrail';
    const request = { incoming, req, res, bodyStart, servedBy } as const;
    if (!sink.accepting()) refuseUnrecorded(request, cannotRecord());
    else if (refusal !== undefined) void refuseCall(deps, request, refusal);
    else if (serving.kind === 'upstream')
      gateway.forward({ incoming, req, res, upstream: serving.url, bodyStart });
    else void answerOwn(deps, operations, request);
  };

  return createHttpServer(settings, take, deps.log);
}

const NOTHING: readonly Uint8Array[] = [];

/** A mistake of ours in naming costs the name, not the call and not its record. */
function nameCall(deps: EndpointDeps, wire: WireRequest, bodyStart: readonly Uint8Array[]): NamedCall {
  const { namer, log, settings } = deps;
  try {
    if (bodyStart.length === 0) return namer.name(wire);
    return namer.name({
      ...wire,
      bodyStart: bodyStart.length === 1 ? bodyStart[0] : Buffer.concat(bodyStart),
    });
  } catch (error) {
    log.error({ err: error }, 'a call could not be named');
    return { ...NAMELESS, region: settings.region ?? 'us-east-1' };
  }
}

/** For the operator: what a call was taken for, and by which evidence, under the id of its record. */
function tellNamed({ log }: EndpointDeps, named: NamedCall, eventId: string): void {
  const { service, operation, protocol, auth, evidence } = named;
  log.debug({ eventId, service, operation, protocol, auth, evidence }, 'call named');
}

const NAMELESS = {
  service: 'unknown',
  eventSource: 'unknown.amazonaws.com',
  operation: 'unknown',
  protocol: 'unknown',
  accessKeyId: undefined,
  sessionToken: undefined,
  auth: 'none',
  evidence: 'naming failed',
} as const;

function tableOf(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  return new Map(operations.map((operation) => [`${operation.service}.${operation.name}`, operation]));
}
