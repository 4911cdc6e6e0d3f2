import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { OpentrailError } from '../../base/errors.ts';
import type { CapturedCall, CaptureSink, Headers, IncomingCall, NamedCall } from '../captured-call.ts';
import type { Gateway } from './contract.ts';
import { createGateway } from './create-gateway.ts';

/** For the tests of the gateway: a front as the endpoint is, an upstream, and clients down to the raw socket. */

export const NAMED: NamedCall = {
  service: 's3',
  eventSource: 's3.amazonaws.com',
  operation: 'GetObject',
  protocol: 'rest-xml',
  region: 'us-east-1',
  accessKeyId: 'AKIDEXAMPLE',
  sessionToken: undefined,
  auth: 'header',
  evidence: 'test',
};

export type Started = { readonly url: string; readonly port: number; readonly stop: () => Promise<void> };

export async function startUpstream(
  handler: RequestListener,
): Promise<Started & { readonly server: Server }> {
  const server = createServer({ keepAliveTimeout: 60_000 }, handler);
  server.on('checkContinue', handler);
  return { server, ...(await listening(server)) };
}

/** An upstream that sends exactly these bytes, whatever it is asked. */
export async function startRawUpstream(answer: (socket: Socket, request: string) => void): Promise<Started> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, bytes.toString('latin1')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, url: `http://127.0.0.1:${port}`, stop };
}

export type Front = Started & { readonly calls: CapturedCall[]; readonly intents: IncomingCall[] };

export async function startFront(
  upstream: string,
  { sink = {}, timeout = 60_000, connections = 64, bodyStart = false } = {} as {
    readonly sink?: Partial<CaptureSink>;
    readonly timeout?: number;
    readonly connections?: number;
    readonly bodyStart?: boolean;
  },
): Promise<Front> {
  const calls: CapturedCall[] = [];
  const intents: IncomingCall[] = [];
  const gateway = createGateway({
    clock: { now: () => Date.now() },
    upstreamTimeout: timeout,
    connections,
    sink: {
      accepting: () => true,
      wantsIntent: () => false,
      intent: async (call) => void intents.push(call),
      ...sink,
      outcome: async (call) => {
        calls.push(call);
        await sink.outcome?.(call);
      },
    },
  });
  const take = frontHandler(gateway, upstream, bodyStart);
  const server = createServer({ requestTimeout: 0 }, take);
  server.on('checkContinue', take);
  const started = await listening(server);
  const stop = async (): Promise<void> => {
    await started.stop();
    await gateway.stop();
  };
  return { ...started, calls, intents, stop };
}

function frontHandler(gateway: Gateway, upstream: string, bodyStart: boolean): RequestListener {
  let next = 0;
  const incomingOf = (req: IncomingMessage): IncomingCall => {
    const url = new URL(req.url ?? '/', 'http://front');
    return {
      eventId: `event-${next++}`,
      startedAt: Date.now(),
      named: NAMED,
      sourceIp: '127.0.0.1',
      tls: undefined,
      request: {
        method: req.method ?? '',
        path: url.pathname,
        query: url.search.slice(1),
        headers: req.headers as Headers,
        body: undefined,
        bodyBytes: 0,
      },
    };
  };
  return (req, res) => {
    const forward = (start: readonly Uint8Array[]): void =>
      gateway.forward({ req, res, upstream, bodyStart: start, incoming: incomingOf(req) });
    if (!bodyStart) {
      forward([]);
      return;
    }
    req.once('data', (chunk: Buffer) => {
      req.pause();
      forward([chunk]);
    });
  };
}

async function listening(server: Server): Promise<Started> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, url: `http://127.0.0.1:${port}`, stop };
}

export type Got = {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly rawTrailers: readonly string[];
  readonly body: Buffer;
};

export async function get(
  url: string,
  options: {
    readonly method?: string;
    readonly path?: string;
    readonly headers?: readonly string[] | Headers;
    readonly body?: string | Buffer;
  } = {},
): Promise<Got> {
  const { hostname, port } = new URL(url);
  const { method = 'GET', path = '/', headers = {}, body } = options;
  const req = request({ hostname, port, method, path, headers: headers as Headers, agent: false });
  req.end(body);
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  // Whoever is refused early may still be sending when the connection ends.
  req.on('error', () => undefined);
  const chunks: Buffer[] = [];
  for await (const chunk of res) chunks.push(chunk as Buffer);
  const { statusCode = 0, rawHeaders, rawTrailers } = res;
  return { status: statusCode, rawHeaders, headers: res.headers, rawTrailers, body: Buffer.concat(chunks) };
}

/** Writes the text and reads until the other side closes, or until `enough` matches. */
export async function talk(port: number, text: string | Buffer, enough?: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text);
  let received = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (enough?.test(received) === true) resolve();
    });
    socket.on('close', () => resolve());
  });
  socket.destroy();
  return received;
}

/** Polls until it holds; fails after five seconds. */
export async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !what(); await sleep(5)) {
    if (Date.now() > deadline) throw new OpentrailError('BUG', `waited in vain: ${what.toString()}`);
  }
}
