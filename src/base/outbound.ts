import { createRequire } from 'node:module';

import type { Agent as UndiciAgent, Dispatcher } from 'undici';

/**
 * Of undici only its agent and `request`: the whole package (fetch, caches, web sockets, mocks) takes 70 ms more to load, which every
 * command that asks a server would wait for. Version locked; this file's tests and those of all that goes out check them.
 */
const require = createRequire(import.meta.url);
const Agent = require('undici/lib/dispatcher/agent.js') as typeof UndiciAgent;
const { request } = require('undici/lib/api/index.js') as {
  readonly request: (
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ) => Promise<Dispatcher.ResponseData>;
};

export type OutboundRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type OutboundResponse = {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData['body'];
};

export type Outbound = {
  /** Rejects on connection failure and when a time limit passes; any status is an answer. Redirects are not followed. */
  readonly send: (request: OutboundRequest) => Promise<OutboundResponse>;
  readonly stop: () => Promise<void>;
};

/** The one door for Opentrail's own outgoing HTTP. Time limits in milliseconds. */
export function createOutbound({ connectTimeout = 10_000, timeout = 60_000 } = {}): Outbound {
  const agent = new Agent({
    connect: { timeout: connectTimeout },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connections: 64,
  });
  return {
    send: async ({ method, url, headers, body, signal }) => {
      const { origin, pathname, search } = new URL(url);
      const answer = await request.call(agent, {
        origin,
        path: `${pathname}${search}`,
        method: method as Dispatcher.HttpMethod,
        headers,
        body: body ?? null,
        signal: signal ?? null,
      });
      return { status: answer.statusCode, headers: joined(answer.headers), body: answer.body };
    },
    stop: () => agent.close(),
  };
}

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
