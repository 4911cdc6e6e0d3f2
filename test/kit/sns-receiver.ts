import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** `{}` where the body is no JSON. */
  readonly json: Readonly<Record<string, unknown>>;
};

/** A webhook that keeps what it gets. */
export type Receiver = {
  readonly url: string;
  readonly all: readonly Received[];
  readonly of: (type: string) => readonly Received[];
  /** What it answers from now on; `silent`: nothing at all. */
  answer: number | 'silent';
  readonly stop: () => Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const all: Received[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      all.push({ headers: req.headers, text, json: jsonOf(text) });
      if (receiver.answer === 'silent') return;
      if (receiver.answer === 302) res.setHeader('location', 'http://169.254.169.254/');
      res.writeHead(receiver.answer).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    all,
    of: (type) => all.filter(({ headers }) => headers['x-amz-sns-message-type'] === type),
    answer: 200,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
