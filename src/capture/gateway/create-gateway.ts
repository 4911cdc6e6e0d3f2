import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../../base/clock.ts';
import type { CaptureSink, IncomingCall } from '../captured-call.ts';
import { Forwarding } from './forwarding.ts';
import { Upstreams } from './upstreams.ts';

export type GatewayDeps = {
  readonly sink: CaptureSink;
  readonly clock: Clock;
  /** config.upstream_timeout, ms: how long an upstream may be silent before the caller gets 504. */
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
  /** Forwards the call, records its one outcome, answers. Never throws. */
  readonly forward: (call: ForwardedCall) => void;
  /** Waits for the calls under way and closes the connections to the upstreams. */
  readonly stop: () => Promise<void>;
};

/**
 * Passes calls to upstreams untouched, and hands each one's outcome to the sink before the answer is whole: method, path, query and
 * headers as they came (but for those of the connection itself), bodies streamed both ways. Nothing is retried.
 */
export function createGateway(deps: GatewayDeps): Gateway {
  const upstreams = new Upstreams(deps);
  let underWay = 0;
  let onIdle: (() => void) | undefined;
  const onDone = (): void => {
    if (--underWay === 0) onIdle?.();
  };
  return {
    forward: (call) => {
      underWay++;
      const { dispatcher, servername } = upstreams.of(call.upstream);
      new Forwarding({ sink: deps.sink, clock: deps.clock, dispatcher, servername, onDone }, call).start();
    },
    stop: async () => {
      if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      await upstreams.stop();
    },
  };
}
