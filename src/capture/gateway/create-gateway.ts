import type { ForwardedCall, Gateway, GatewayDeps, Verifying } from './contract.ts';
import { unexpected } from './failures.ts';
import { Forwarding } from './forwarding.ts';
import { checkCall } from './verifying/check-call.ts';
import type { CheckedCall } from './verifying/checked-call.ts';
import { ConnectionPool } from './wire/connection-pool.ts';
import { createResponseParsers } from './wire/response-parser.ts';

export type { Gateway } from './contract.ts';

const CONNECTIONS = 1024;

/**
 * Passes calls to upstreams, and hands each one's outcome to the sink before the answer is whole. Transparent: method, path, query and
 * headers as they came (but for those of the connection itself), bodies streamed both ways. Verifying: what a caller may not do is
 * refused here, the rest is signed anew.
 */
export function createGateway(deps: GatewayDeps): Gateway {
  const parsers = createResponseParsers();
  const settings = {
    timeout: deps.upstreamTimeout,
    connections: deps.connections ?? CONNECTIONS,
    tls: deps.tls ?? {},
  };
  const pools = new Map<string, ConnectionPool>();
  const poolOf = (url: string): ConnectionPool => {
    let pool = pools.get(url);
    if (pool === undefined) {
      pool = new ConnectionPool(new URL(url), settings, parsers, deps.clock.now);
      pools.set(url, pool);
    }
    return pool;
  };
  const { sink, clock, verifying } = deps;
  let underWay = 0;
  let onIdle: (() => void) | undefined;
  const onDone = (): void => {
    if (--underWay === 0) onIdle?.();
  };
  const forwarding = (call: CheckedCall): Forwarding =>
    new Forwarding({ sink, clock, pool: poolOf(call.upstream), onDone }, call);
  const check = (call: ForwardedCall, verifying: Verifying): void => {
    checkCall({ ...verifying, clock }, call).then(
      ({ call: checked, refusal }) => {
        if (refusal === undefined) forwarding(checked).start();
        else forwarding(checked).refuse(refusal);
      },
      (cause: unknown) => forwarding(call).refuse(unexpected(cause)),
    );
  };
  return {
    forward: (call) => {
      underWay++;
      if (verifying === undefined) forwarding(call).start();
      else check(call, verifying);
    },
    stop: async () => {
      if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      for (const pool of pools.values()) pool.stop();
    },
  };
}
