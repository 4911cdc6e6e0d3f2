import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AwsError } from '../../aws/errors.ts';
import type { WireResponse } from '../../aws/protocols/protocol.ts';
import type { Clock } from '../../base/clock.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { CaptureSink, IncomingCall, NamedCall } from '../captured-call.ts';

export type GatewayDeps = {
  readonly sink: CaptureSink;
  readonly clock: Clock;
  /** An error in the form of the call's protocol (`serializeError`). */
  readonly errorAnswer: (named: NamedCall, error: AwsError, requestId: string) => WireResponse;
  /** config.upstream_timeout, ms: how long an upstream may be silent. */
  readonly upstreamTimeout: number;
  /** Connections to one upstream at most; further calls wait. Default 1024. */
  readonly connections?: number | undefined;
};

/** A call on its way to an upstream. */
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

export type Gateway = {
  /** Forwards the call, records its one outcome, answers. Never rejects. */
  readonly forward: (call: ForwardedCall) => Promise<void>;
  /** Waits for the calls under way and closes the connections to the upstreams. */
  readonly stop: () => Promise<void>;
};

export function createGateway(_deps: GatewayDeps): Gateway {
  throw new OpentrailError('NOT_BUILT', 'createGateway');
}
