import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '../base/log.ts';
import type { Endpoint, EndpointSettings, EndpointTls } from './endpoint-contract.ts';

/** Node refuses longer headers itself, without a name for the call; below that, and above the configured limit, we do, with a record. */
const PARSER_HEADER_FACTOR = 4;
const HEADERS_TIMEOUT = 60_000;
const HANDSHAKE_TIMEOUT = 30_000;
/** Longer than the keep-alive of the usual proxies in front (60 s), so that they close first. */
const KEEP_ALIVE = 75_000;
const DRAIN_TIMEOUT = 20_000;
const DRAIN_STEP = 50;

export function createHttpServer(
  settings: EndpointSettings,
  take: (req: IncomingMessage, res: ServerResponse) => void,
  log: Logger,
): Endpoint {
  const server = open(settings.tls, {
    maxHeaderSize: settings.maxHeaderBytes * PARSER_HEADER_FACTOR,
    headersTimeout: HEADERS_TIMEOUT,
    // An upload takes as long as it takes; a connection on which nothing moves is closed by `server.timeout`.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE,
    joinDuplicateHeaders: true,
    noDelay: true,
  });
  server.timeout = settings.upstreamTimeout + HEADERS_TIMEOUT;
  server.on('request', take);
  // Whoever reads the body says so first.
  server.on('checkContinue', take);
  server.on('checkExpectation', take);
  server.on('clientError', (error: ClientError, socket: Socket) => answerBadRequest(error, socket, log));
  server.on('tlsClientError', (error: ClientError, socket: Socket) =>
    log.debug({ code: error.code, from: socket.remoteAddress }, 'no TLS'),
  );
  return {
    listen: (host, port) => listen(server, host, port),
    renewTls: (tls) => {
      if (tls !== undefined && 'setSecureContext' in server) server.setSecureContext(secureContext(tls));
    },
    stop: () => drain(server),
  };
}

const TLS = { ALPNProtocols: ['http/1.1'], minVersion: 'TLSv1.2' } as const;

function secureContext({ cert, key, clientCa }: EndpointTls) {
  return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }), ...TLS };
}

function open(tls: EndpointTls | undefined, options: ServerOptions): Server | TlsServer {
  if (tls === undefined) return createServer(options);
  // Clients without a certificate are welcome: most sign what they send.
  const clients = tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  return createTlsServer({
    ...options,
    ...secureContext(tls),
    ...clients,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
}

async function listen(
  server: Server | TlsServer,
  host: string,
  port: number,
): Promise<{ host: string; port: number }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return { host: address.address, port: address.port };
}

/** Calls under way are answered; connections that become idle are closed at once, the others after the time limit. */
async function drain(server: Server | TlsServer): Promise<void> {
  if (!server.listening) return;
  let open = true;
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      open = false;
      resolve();
    });
  });
  for (let waited = 0; open && waited < DRAIN_TIMEOUT; waited += DRAIN_STEP) {
    server.closeIdleConnections();
    await Promise.race([closed, sleep(DRAIN_STEP)]);
  }
  server.closeAllConnections();
  await closed;
}

type ClientError = Error & { readonly code?: string; readonly reason?: string };

/** Input that is no HTTP: there is no call to record, only an answer to give, where none was begun. */
function answerBadRequest(error: ClientError, socket: Socket, log: Logger): void {
  log.debug({ code: error.code, reason: error.reason, from: socket.remoteAddress }, 'bad request');
  const begun =
    (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;
  if (!socket.writable || begun || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, reason, code] = meaningOf(error);
  const body = JSON.stringify({ __type: code, message: `${reason}: ${error.reason ?? error.message}` });
  const head = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: application/json\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy());
}

function meaningOf({ code }: ClientError): readonly [number, string, string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return [431, 'Request Header Fields Too Large', 'RequestHeaderSectionTooLarge'];
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return [413, 'Payload Too Large', 'RequestTooLarge'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'Request Timeout', 'RequestTimeout'];
  return [400, 'Bad Request', 'BadRequest'];
}
