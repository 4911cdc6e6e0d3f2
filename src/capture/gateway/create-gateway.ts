import type { Gateway, GatewayDeps } from './contract.ts';
import { Forwarding } from './forwarding.ts';
import { ConnectionPool } from './wire/connection-pool.ts';
import { createResponseParsers } from './wire/response-parser.ts';

export type { ForwardedCall, Gateway, GatewayDeps } from './contract.ts';

const CONNECTIONS = 1024;

/**
 * Passes calls to upstreams untouched, and hands each one's outcome to the sink before the answer is whole: method, path, query and
 * headers as they came (but for those of the connection itself), bodies streamed both ways. Nothing is retried.
 */
export function createGateway(deps: GatewayDeps): Gateway {
  const parsers = createResponseParsers();
  const settings = { timeout: deps.upstreamTimeout, connections: deps.connections ?? CONNECTIONS };
  const pools = new Map<string, ConnectionPool>();
  const poolOf = (url: string): ConnectionPool => {
    let pool = pools.get(url);
    if (pool === undefined) {
      pool = new ConnectionPool(new URL(url), settings, parsers, deps.clock.now);
      pools.set(url, pool);
    }
    return pool;
  };
  let underWay = 0;
  let onIdle: (() => void) | undefined;
  const onDone = (): void => {
    if (--underWay === 0) onIdle?.();
  };
  return {
    forward: (call) => {
      underWay++;
      new Forwarding(
        { sink: deps.sink, clock: deps.clock, pool: poolOf(call.upstream), onDone },
        call,
      ).start();
    },
    stop: async () => {
      if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      for (const pool of pools.values()) pool.stop();
    },
  };
}
