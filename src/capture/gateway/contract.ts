import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CredentialSource } from '../../aws/credentials.ts';
import type { SigningCredentials } from '../../aws/sigv4/sign-request.ts';
import type { SigningKeys } from '../../aws/sigv4/signing-key.ts';
import type { Clock } from '../../base/clock.ts';
import type { CaptureSink, IncomingCall } from '../captured-call.ts';
import type { UpstreamTls } from './wire/connection-pool.ts';

export type GatewayDeps = {
  readonly sink: CaptureSink;
  readonly clock: Clock;
  /** config.upstream_timeout, ms: how long an upstream may be silent before the caller gets 504. */
  readonly upstreamTimeout: number;
  /** Connections to one upstream at most; further calls wait. Default 1024. */
  readonly connections?: number | undefined;
  /** For `https://` upstreams. Default: verified by the certificate authorities that Node brings. */
  readonly tls?: UpstreamTls | undefined;
  /** Undefined: transparent, the upstream judges signatures. */
  readonly verifying?: Verifying | undefined;
};

/** config.forwarding = verifying: calls are held to Opentrail's own keys and policies, and signed anew with the upstream's key. */
export type Verifying = {
  readonly credentials: CredentialSource;
  readonly signingKeys: SigningKeys;
  /** The key that the upstream knows Opentrail by. */
  readonly upstreamKey: SigningCredentials;
};

/** A call on its way to an upstream. */
export type ForwardedCall = {
  /** `request.body` is undefined and `bodyBytes` 0: the gateway sees the body pass. */
  readonly incoming: IncomingCall;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** `http://HOST[:PORT]` or `https://…`. */
  readonly upstream: string;
  /** What was read of the body already, to name the call. */
  readonly bodyStart: readonly Uint8Array[];
};

export type Gateway = {
  /** Forwards the call, records its one outcome, answers. Never throws. */
  readonly forward: (call: ForwardedCall) => void;
  /** Waits for the calls under way and closes the connections to the upstreams. */
  readonly stop: () => Promise<void>;
};
