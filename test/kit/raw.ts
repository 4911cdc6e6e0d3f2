import { connect } from 'node:net';

import { signRequest } from '../../src/aws/sigv4/sign-request.ts';
import type { TestServer } from './server.ts';

type Server = Pick<TestServer, 'url' | 'credentials'>;

export type RawAnswer = { readonly status: number; readonly text: string; readonly head: string };

/** Writes bytes as they are and reads until the other side closes, or `enough` of an answer has come. */
export function sendBytes(
  { url }: Pick<Server, 'url'>,
  bytes: string | Buffer | readonly (string | Buffer)[],
  enough?: RegExp,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      const [head = ''] = text.split('\r\n\r\n', 1);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text, head });
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the answer after 20 s; so far: ${text}`));
    }, 20_000);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (enough?.test(text)) done();
    });
    socket.on('close', done);
    // A server that refuses early closes while we still write.
    socket.on('error', () => undefined);
    for (const part of Array.isArray(bytes) ? bytes : [bytes]) socket.write(part as string | Buffer);
  });
}

/** Writes bytes and hangs up once they are on their way. */
export function breakOff({ url }: Pick<Server, 'url'>, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.write(bytes, () => socket.destroy());
  });
}

export type SignedRequest = {
  readonly method?: string;
  readonly path?: string;
  readonly service?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** What is signed in place of the body's hash. */
  readonly hash?: string;
};

export const SIGNED_CHUNKS = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';

function sign({ url: base, credentials }: Server, request: SignedRequest): Record<string, string> {
  const { method = 'POST', path = '/', service = 'cloudtrail', headers = {}, body = '', hash } = request;
  const by = { credentials, service, region: 'us-east-1', now: Date.now() };
  return signRequest(by, {
    method,
    url: `${base}${path}`,
    headers,
    body: hash === undefined ? body : { hash },
  });
}

/** The request line and headers of a rightly signed request, as bytes; `more` are headers that are not signed. */
export function signedHead(
  server: Server,
  request: SignedRequest,
  more: Readonly<Record<string, string>> = {},
): string {
  const lines = Object.entries({ ...sign(server, request), ...more }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${request.method ?? 'POST'} ${request.path ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A rightly signed request, however strange its body. */
export async function sendSigned(
  server: Server,
  request: SignedRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const { method = 'POST', path = '/', body } = request;
  const headers = sign(server, request);
  delete headers['host'];
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers,
    body: (body as Uint8Array<ArrayBuffer> | string | undefined) ?? null,
  });
  return { status: answer.status, text: await answer.text() };
}
