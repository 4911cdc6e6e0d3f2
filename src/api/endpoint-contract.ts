import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CredentialSource } from '../aws/credentials.ts';
import type { Models } from '../aws/models/operation-model.ts';
import type { CallContext, Operation } from '../aws/operation.ts';
import type { Headers, WireRequest } from '../aws/protocols/protocol.ts';
import type { SigningKeys } from '../aws/sigv4/signing-key.ts';
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { CaptureSink, IncomingCall, NamedCall } from '../capture/captured-call.ts';

/** What the endpoint needs and offers; joined in app.ts. */

/** Who answers a call: Opentrail itself, an upstream (`http://HOST[:PORT]`), or nobody. */
export type Serving =
  | { readonly kind: 'opentrail' }
  | { readonly kind: 'upstream'; readonly url: string }
  | { readonly kind: 'nobody' };

/** A call on its way to an upstream, as the gateway takes it. */
export type ForwardedCall = {
  /** `request.body` is undefined and `bodyBytes` 0: the gateway sees the body pass. */
  readonly incoming: IncomingCall;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** `http://HOST[:PORT]`. */
  readonly upstream: string;
  /** What was read of the body already, to name the call. */
  readonly bodyStart: readonly Uint8Array[];
};

export type EndpointSettings = {
  /** config.max_header_bytes. */
  readonly maxHeaderBytes: number;
  /** config.upstream_timeout, ms: a connection on which nothing moves for longer is closed. */
  readonly upstreamTimeout: number;
  /** config.trusted_proxies: addresses or CIDR blocks. */
  readonly trustedProxies: readonly string[];
  /** config.region: of requests to our own paths that name none. Default us-east-1. */
  readonly region?: string | undefined;
  /** Undefined: plain HTTP. */
  readonly tls?: EndpointTls | undefined;
};

/** PEM texts: the certificate with its chain, and its key. */
export type EndpointTls = {
  readonly cert: string;
  readonly key: string;
  /** Who vouches for clients that show a certificate; undefined: none is asked for. */
  readonly clientCa?: string | undefined;
};

export type EndpointDeps = {
  readonly settings: EndpointSettings;
  readonly routes: readonly InternalRoute[];
  /** What Opentrail answers itself: use/* and embedded/*. */
  readonly operations: readonly Operation[];
  readonly models: Models;
  readonly namer: CallNamer;
  readonly serving: (named: NamedCall) => Serving;
  readonly gateway: { readonly forward: (call: ForwardedCall) => void };
  readonly sink: CaptureSink;
  readonly credentials: CredentialSource;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  /** Of the record and of the request id. */
  readonly newEventId: NewId;
  readonly log: Logger;
};

/** `createNamer` of src/capture/naming. */
export type CallNamer = {
  /** Which service and operation a request is; `bodyStart` where `needsBodyStart` asked for it. */
  readonly name: (request: WireRequest & { readonly bodyStart?: Uint8Array | undefined }) => NamedCall;
  /** Whether the operation stands in the form body: then name() needs its first 4 KiB. */
  readonly needsBodyStart: (request: WireRequest) => boolean;
  readonly ready: (request: WireRequest) => boolean;
  /** Never rejects. */
  readonly prepare: (request: WireRequest) => Promise<void>;
};

export type Endpoint = {
  /** Resolves with the address it listens on (port 0 takes a free one). */
  readonly listen: (host: string, port: number) => Promise<{ readonly host: string; readonly port: number }>;
  /** New connections get this certificate; those that are open stay as they are. Does nothing where plain HTTP is spoken. */
  readonly renewTls: (tls: EndpointTls | undefined) => void;
  /** Takes no new calls, answers those under way, closes idle connections. */
  readonly stop: () => Promise<void>;
};

/** A path under `/_`. A path that ends in `/` stands for everything below it. */
export type InternalRoute = {
  /** `GET` also answers HEAD. */
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** `none`: the handler decides (it may call `request.authenticate`). `sigv4`: verified, and `action` allowed, before the handler is called. */
  readonly auth: 'none' | 'sigv4';
  /** `opentrail:StreamEvents`; asked of the policies about resource `*`. */
  readonly action?: string | undefined;
  /** Its use is recorded under this event name: `StreamEvents`. */
  readonly operation?: string | undefined;
  /** Whether the record has the body as its requestParameters: bodies of JSON, and small. */
  readonly recordsBody?: boolean | undefined;
  readonly handle: (request: RouteRequest, reply: RouteReply) => Promise<void> | void;
};

export type RouteRequest = WireRequest & {
  readonly eventId: string;
  readonly startedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Our own origin as the client called it: `http://127.0.0.1:4680`. */
  readonly origin: string;
  /** Verified caller; for `auth: 'sigv4'` only. */
  readonly context: CallContext | undefined;
  /** Verifies the signature now; throws AwsError. For routes which take a signature or something else. */
  readonly authenticate: () => Promise<CallContext>;
  /** The whole body, held to the signature's hash; throws RequestTooLarge beyond `limit` bytes. */
  readonly body: (limit: number) => Promise<Uint8Array>;
  /** For records of the route's own (`ConsoleLogin`): this request as an incoming call of that name, with the body already read. */
  readonly incoming: (named: NamedCall, body?: Uint8Array) => IncomingCall;
  readonly raw: IncomingMessage;
};

export type RouteReply = {
  readonly send: (status: number, headers: Headers, body?: Uint8Array | string) => void;
  readonly json: (status: number, value: unknown) => void;
  /** For streams. */
  readonly raw: ServerResponse;
};
