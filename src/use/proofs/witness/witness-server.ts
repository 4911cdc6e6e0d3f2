import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { addCheckpoint, type WitnessAnswer, type WitnessDeps } from './add-checkpoint.ts';

export type WitnessServer = {
  /** `http://HOST:PORT`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
};

const MOST_BYTES = 128 * 1024;

/** A witness on an address of its own: `POST /add-checkpoint`. */
export async function startWitness(
  deps: WitnessDeps & { readonly log: Logger },
  { host, port }: { readonly host: string; readonly port: number },
): Promise<WitnessServer> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000 }, (request, response) => {
    void answerTo(deps, request).then(({ status, contentType, body }) => {
      if (status !== 200) deps.log.info({ status, reason: body.trim() }, 'not cosigned');
      response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
      response.end(body);
      if (!request.complete) response.once('finish', () => request.destroy());
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: taken, family } = server.address() as AddressInfo;
  const shown = family === 'IPv6' ? `[${address}]` : address;
  return { url: `http://${shown}:${taken}`, stop: () => stop(server) };
}

async function answerTo(
  deps: WitnessDeps & { readonly log: Logger },
  request: IncomingMessage,
): Promise<WitnessAnswer> {
  try {
    if (request.url !== '/add-checkpoint') return plain(404, 'there is only /add-checkpoint');
    if (request.method !== 'POST') return plain(405, 'must be POST');
    const body = await readBody(request);
    return body === undefined ? plain(413, `more than ${MOST_BYTES} bytes`) : addCheckpoint(deps, body);
  } catch (error) {
    deps.log.error({ reason: messageOf(error) }, 'submission failed');
    return plain(500, 'internal failure');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}

function plain(status: number, text: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}
