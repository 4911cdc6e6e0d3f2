import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { createRequire } from 'node:module';
import { isIP, type LookupFunction } from 'node:net';

import type { Agent as UndiciAgent, Dispatcher } from 'undici';

import { OpentrailError } from './errors.ts';
import type { AddressRule } from './private-address.ts';

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

export type OutboundOptions = {
  /** Milliseconds. */
  readonly connectTimeout?: number;
  /** Milliseconds of silence. */
  readonly timeout?: number;
  /** Longer answers are an error. Default: any. */
  readonly maxAnswerBytes?: number;
  /** For addresses that others chose: what a name stands for is asked once, judged, and connected to as it was judged. */
  readonly addresses?: AddressRule;
};

/** The one door for Opentrail's own outgoing HTTP. Rejects with OUTBOUND_REFUSED where the address may not be gone to, or the answer is too long. */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const { connectTimeout = 10_000, timeout = 60_000, maxAnswerBytes = Infinity, addresses } = options;
  const agent = new Agent({
    connect: {
      timeout: connectTimeout,
      ...(addresses === undefined ? {} : { lookup: lookupWithin(addresses) }),
    },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connections: 64,
  });
  return {
    send: async (asked) => {
      if (addresses !== undefined) checkLiteral(asked.url, addresses);
      return dispatch(agent, asked, maxAnswerBytes);
    },
    stop: () => agent.close(),
  };
}

/** Names are resolved on connecting; an address that stands in the URL is not. */
function checkLiteral(url: string | URL, addresses: AddressRule): void {
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !addresses(host)) throw refusedAddress(hostname);
}

function lookupWithin(addresses: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, '');
      const open = found.filter(({ address }) => addresses(address));
      const [first] = open;
      if (first === undefined) return callback(refusedAddress(hostname), '');
      if (options.all === true) callback(null, open);
      else callback(null, first.address, first.family);
    });
  };
}

function refusedAddress(host: string): OpentrailError {
  return new OpentrailError('OUTBOUND_REFUSED', `${host} is at a private address`);
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

function dispatch(agent: Dispatcher, asked: OutboundRequest, maxBytes: number): Promise<OutboundResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundResponse>();
  const { signal } = asked;
  let controller: Dispatcher.DispatchController | undefined;
  let status = 0;
  let headers: Record<string, string> = {};
  const pieces: Buffer[] = [];
  let bytes = 0;
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
    onResponseData: (given, piece) => {
      bytes += piece.length;
      if (bytes <= maxBytes) pieces.push(piece);
      else given.abort(new OpentrailError('OUTBOUND_REFUSED', `the answer is longer than ${maxBytes} bytes`));
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
