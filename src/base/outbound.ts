import { createRequire } from 'node:module';

import type { Agent as UndiciAgent, Dispatcher } from 'undici';

/**
 * Of undici only its agent: the whole package (fetch, caches, web sockets, mocks) takes 70 ms more to load, which every command that asks
 * a server would wait for. Version locked; this file's tests and those of all that goes out check it.
 */
const require = createRequire(import.meta.url);
const Agent = require('undici/lib/dispatcher/agent.js') as typeof UndiciAgent;

export type OutboundRequest = {
  readonly method: string;
  readonly url: string | URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type OutboundResponse = {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type Outbound = {
  /**
   * Rejects on connection failure and when a time limit passes; any status is an answer, with its body read: no stream is made for it, which
   * costs more than a small body does. Redirects are not followed.
   */
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
  return { send: (asked) => dispatch(agent, asked), stop: () => agent.close() };
}

function optionsOf({ method, url, headers, body }: OutboundRequest) {
  const { origin, pathname, search } = typeof url === 'string' ? new URL(url) : url;
  return {
    origin,
    path: `${pathname}${search}`,
    method: method as Dispatcher.HttpMethod,
    headers,
    body: body ?? null,
  };
}

function dispatch(agent: Dispatcher, asked: OutboundRequest): Promise<OutboundResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundResponse>();
  const { signal } = asked;
  let controller: Dispatcher.DispatchController | undefined;
  let status = 0;
  let headers: Record<string, string> = {};
  const pieces: Buffer[] = [];
  const giveUp = () => controller?.abort(signal?.reason as Error);
  agent.dispatch(optionsOf(asked), {
    onRequestStart: (given) => {
      controller = given;
      if (signal?.aborted === true) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    },
    onResponseStart: (_controller, statusCode, found) => {
      status = statusCode;
      headers = joined(found);
    },
    onResponseData: (_controller, piece) => {
      pieces.push(piece);
    },
    onResponseEnd: () => {
      signal?.removeEventListener('abort', giveUp);
      resolve({ status, headers, body: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces) });
    },
    onResponseError: (_controller, error) => {
      signal?.removeEventListener('abort', giveUp);
      reject(error);
    },
  });
  return promise;
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
