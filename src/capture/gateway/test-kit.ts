import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';

import { listening, rememberingSink, type Started } from '../../../test/kit/wire.ts';
import type { CapturedCall, CaptureSink, Headers, IncomingCall, NamedCall } from '../captured-call.ts';
import type { Gateway, GatewayDeps } from './contract.ts';
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

export { talk, until, type Started } from '../../../test/kit/wire.ts';

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

export type FrontOptions = Pick<GatewayDeps, 'connections' | 'tls' | 'verifying'> & {
  readonly sink?: Partial<CaptureSink>;
  readonly timeout?: number;
  readonly bodyStart?: boolean;
  readonly name?: (req: IncomingMessage) => NamedCall;
};

export async function startFront(upstream: string, options: FrontOptions = {}): Promise<Front> {
  const { timeout = 60_000, connections = 64, tls, verifying } = options;
  const { sink, calls, intents } = rememberingSink(options.sink);
  const clock = { now: () => Date.now() };
  const gateway = createGateway({ clock, upstreamTimeout: timeout, connections, tls, verifying, sink });
  const take = frontHandler(gateway, upstream, options);
  const server = createServer({ requestTimeout: 0 }, take);
  server.on('checkContinue', take);
  const started = await listening(server);
  const stop = async (): Promise<void> => {
    await started.stop();
    await gateway.stop();
  };
  return { ...started, calls, intents, stop };
}

function frontHandler(gateway: Gateway, upstream: string, options: FrontOptions): RequestListener {
  const { bodyStart = false, name = () => NAMED } = options;
  let next = 0;
  const incomingOf = (req: IncomingMessage): IncomingCall => {
    const [path = '', query = ''] = (req.url ?? '/').split('?', 2);
    return {
      eventId: `event-${next++}`,
      startedAt: Date.now(),
      named: name(req),
      sourceIp: '127.0.0.1',
      tls: undefined,
      request: {
        method: req.method ?? '',
        path,
        query,
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
