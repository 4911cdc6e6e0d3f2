import type { IncomingMessage, ServerResponse } from 'node:http';

import { AwsError } from '../aws/errors.ts';
import type { CallContext } from '../aws/operation.ts';
import { serializeError } from '../aws/protocols/index.ts';
import type { Headers, WireRequest } from '../aws/protocols/protocol.ts';
import type { Verified } from '../aws/sigv4/verify-request.ts';
import { messageOf } from '../base/errors.ts';
import type { CallerIdentity, IncomingCall, NamedCall, Outcome } from '../capture/captured-call.ts';
import { authenticate, callerOf, contentMismatch, sha256Hex, signedContent } from './authenticate.ts';
import { contextOf, originOf } from './call-context.ts';
import type { EndpointDeps, InternalRoute, RouteReply, RouteRequest } from './endpoint-contract.ts';
import { cannotRecord, internalFailure } from './own-errors.ts';
import { OwnBody } from './read-body.ts';
import { sendWhole } from './send-answer.ts';
import type { SourceIp } from './source-ip.ts';
import { tlsOf } from './tls-of.ts';

export type RouteDeps = Pick<
  EndpointDeps,
  'settings' | 'routes' | 'credentials' | 'signingKeys' | 'clock' | 'newEventId' | 'sink' | 'log'
> & { readonly sourceIp: SourceIp };

/** Answers a request under `/_`. Never rejects. */
export async function serveRoute(
  deps: RouteDeps,
  req: IncomingMessage,
  res: ServerResponse,
  wire: WireRequest,
): Promise<void> {
  const visit = new RouteVisit(deps, req, res, wire);
  try {
    const route = findRoute(deps.routes, wire);
    await visit.serve(route);
  } catch (error) {
    await visit.fail(error);
  }
}

/** A path that ends in `/` stands for everything below it; the longest fits best. Throws 404 or 405. */
function findRoute(routes: readonly InternalRoute[], wire: WireRequest): InternalRoute {
  const fitting = routes.filter(
    ({ path }) => wire.path === path || (path.endsWith('/') && wire.path.startsWith(path)),
  );
  const method = wire.method === 'HEAD' ? 'GET' : wire.method;
  const best = fitting
    .filter((route) => route.method === method)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (best !== undefined) return best;
  if (fitting.length === 0)
    throw new AwsError('NotFound', `There is nothing at ${wire.path}.`, { status: 404 });
  throw new AwsError('MethodNotAllowed', `${wire.path} does not take ${wire.method}.`, { status: 405 });
}

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };

const OPENTRAIL = { service: 'opentrail', protocol: 'rest-json' } as const;
/** Errors tell their code in the body too: `{"__type", "message"}`. */
const ERRORS = { service: 'opentrail', protocol: 'json' } as const;

/** One request to one of our own paths, from its verification to its record. */
class RouteVisit {
  readonly #deps: RouteDeps;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #wire: WireRequest;
  readonly #body: OwnBody;
  readonly #gone = new AbortController();
  readonly #eventId: string;
  readonly #startedAt: number;
  readonly #sourceIp: string;
  readonly #tls: IncomingCall['tls'];
  #verified: Verified | undefined;
  #caller: CallerIdentity | undefined;
  #route: InternalRoute | undefined;
  /** The body as it was read, where the route wants it recorded. */
  #recordedBody: Uint8Array | undefined;
  #answer: Answer | undefined;
  #recorded = false;

  constructor(deps: RouteDeps, req: IncomingMessage, res: ServerResponse, wire: WireRequest) {
    this.#deps = deps;
    this.#req = req;
    this.#res = res;
    this.#wire = wire;
    this.#body = new OwnBody(req, res, []);
    this.#eventId = deps.newEventId();
    this.#startedAt = deps.clock.now();
    this.#sourceIp = deps.sourceIp(req);
    this.#tls = tlsOf(req);
    res.once('close', () => {
      if (!res.writableFinished) this.#gone.abort();
    });
  }

  /** An answer given with `send` waits for the record; a handler that streams is recorded when it returns. */
  async serve(route: InternalRoute): Promise<void> {
    this.#route = route;
    if (route.operation !== undefined && !this.#deps.sink.accepting()) throw cannotRecord();
    const context = route.auth === 'sigv4' ? await this.#authenticate() : undefined;
    if (route.action !== undefined) context?.authorize(route.action, '*');
    await route.handle(this.#request(context), this.#reply());
    await this.#record(this.#answer?.status ?? this.#res.statusCode);
    if (this.#answer !== undefined) sendWhole(this.#res, this.#req, this.#answer);
    this.#body.discard();
  }

  async fail(error: unknown): Promise<void> {
    const shown = error instanceof AwsError ? error : internalFailure(OPENTRAIL, error);
    if (!(error instanceof AwsError)) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.#deps.log.error({ path: this.#wire.path, error: messageOf(error), stack }, 'route failed');
    }
    this.#answer = serializeError(ERRORS, shown, this.#eventId);
    try {
      await this.#record(shown.status);
    } catch {
      this.#answer = serializeError(ERRORS, cannotRecord(), this.#eventId);
    }
    if (this.#res.headersSent) this.#res.destroy();
    else sendWhole(this.#res, this.#req, this.#answer);
    this.#body.discard();
  }

  readonly #authenticate = async (): Promise<CallContext> => {
    const bodyHash = this.#body.empty ? EMPTY_HASH : undefined;
    const request = { ...this.#wire, ...OPENTRAIL, bodyHash };
    const authenticated = await authenticate(this.#deps, request, { anonymous: false });
    this.#verified = authenticated.verified;
    this.#caller = callerOf(authenticated);
    return contextOf({
      incoming: this.#incoming(this.#named()),
      principal: authenticated.principal,
      requestId: this.#eventId,
      origin: originOf(this.#wire, this.#tls),
      now: this.#deps.clock.now(),
      signal: this.#gone.signal,
    }).context;
  };

  #request(context: CallContext | undefined): RouteRequest {
    return {
      ...this.#wire,
      eventId: this.#eventId,
      startedAt: this.#startedAt,
      sourceIp: this.#sourceIp,
      userAgent: this.#wire.headers['user-agent'] ?? '',
      origin: originOf(this.#wire, this.#tls),
      context,
      authenticate: this.#authenticate,
      body: this.#readBody,
      incoming: this.#incoming,
      raw: this.#req,
    };
  }

  readonly #readBody = async (limit: number): Promise<Uint8Array> => {
    const whole = await this.#body.read(limit);
    if (this.#route?.recordsBody) this.#recordedBody = whole;
    const payload = this.#verified?.payload;
    if (payload?.kind === 'sha256' && sha256Hex(whole) !== payload.sha256) throw contentMismatch();
    if (payload?.kind !== 'streaming') return whole;
    const chunks: Uint8Array[] = [];
    const content = signedContent(this.#body.replay(), this.#verified, this.#wire.headers);
    for await (const chunk of content) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  };

  #reply(): RouteReply {
    const send: RouteReply['send'] = (status, headers, body) => {
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array(0));
      const length = { 'content-length': String(bytes.length), 'x-content-type-options': 'nosniff' };
      this.#answer = { status, headers: { ...length, ...headers }, body: bytes };
    };
    return {
      send,
      json: (status, value) => send(status, { 'content-type': 'application/json' }, JSON.stringify(value)),
      raw: this.#res,
    };
  }

  readonly #incoming = (named: NamedCall, body?: Uint8Array): IncomingCall => ({
    eventId: this.#eventId,
    startedAt: this.#startedAt,
    named,
    sourceIp: this.#sourceIp,
    tls: this.#tls,
    request: { ...this.#wire, body, bodyBytes: body?.length ?? this.#body.bytes },
  });

  #named(): NamedCall {
    return {
      ...OPENTRAIL,
      eventSource: 'opentrail.amazonaws.com',
      operation: this.#route?.operation ?? 'unknown',
      region: this.#verified?.region ?? this.#deps.settings.region ?? 'us-east-1',
      accessKeyId: this.#verified?.accessKeyId,
      sessionToken: this.#wire.headers['x-amz-security-token'],
      auth: this.#verified?.auth ?? 'none',
      evidence: `path=${this.#wire.path}`,
    };
  }

  /** Routes without an operation name leave no record of their own. */
  async #record(status: number): Promise<void> {
    if (this.#route?.operation === undefined || this.#recorded) return;
    this.#recorded = true;
    const answer = this.#answer;
    const outcome: Outcome = status === 403 ? 'denied' : status >= 400 ? 'failed' : 'allowed';
    const response = answer && { ...answer, bodyBytes: answer.body.length };
    await this.#deps.sink.outcome({
      ...this.#incoming(this.#named(), this.#recordedBody),
      completedAt: this.#deps.clock.now(),
      outcome,
      response: response ?? { status, headers: {}, body: undefined, bodyBytes: 0 },
      servedBy: 'opentrail',
      caller: this.#caller,
      failure: undefined,
    });
  }
}

const EMPTY_HASH = sha256Hex(new Uint8Array(0));
