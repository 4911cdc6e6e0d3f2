import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { crc32 } from 'node:zlib';

import { afterEach, describe, expect, it } from 'vitest';

import { startVerifyingServer } from '../../../../test/kit/verifying-server.ts';
import { listening } from '../../../../test/kit/wire.ts';
import { get, startUpstream, talk, until, type Front, type FrontOptions, type Started } from '../test-kit.ts';
import {
  ADMIN,
  presigned,
  READER,
  send,
  SESSION,
  signed,
  signedChunks,
  startVerifyingFront,
  type Signing,
} from './test-kit.ts';

const started: Started[] = [];
const disposing: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
  for (const one of disposing.splice(0)) await one[Symbol.asyncDispose]();
});

/** A front before an upstream that verifies every signature by its own key alone. */
async function start(options: FrontOptions = {}) {
  const upstream = await startVerifyingServer();
  disposing.push(upstream);
  const front = await startVerifyingFront(upstream.url, options);
  started.push(front);
  return { front, seen: upstream.seen };
}

/** A front before an upstream that tells what came. */
async function startPlain() {
  const requests: { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer }[] = [];
  const begun: string[] = [];
  const upstream = await listening(
    createServer((req, res) => {
      begun.push(req.url ?? '');
      const chunks: Buffer[] = [];
      req.on('error', () => undefined);
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const { method = '', url = '', headers } = req;
        requests.push({ method, url, headers, body: Buffer.concat(chunks) });
        res.end('ok');
      });
    }),
  );
  const front = await startVerifyingFront(upstream.url);
  started.push(upstream, front);
  return { front, requests, begun };
}

const DYNAMO = {
  service: 'dynamodb',
  method: 'POST',
  headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
  body: '{"Limit":3}',
} as const;

describe('a call that is allowed', () => {
  it('goes on with the signature of the upstream key, and is recorded with who was verified', async () => {
    const { front, seen } = await start();
    expect((await send(front.url, DYNAMO)).status).toBe(200);
    expect(seen).toMatchObject([{ service: 'dynamodb', error: undefined, payload: 'sha256' }]);
    expect(seen[0]?.content.toString()).toBe('{"Limit":3}');
    expect(front.calls).toMatchObject([
      {
        outcome: 'allowed',
        servedBy: 'upstream',
        caller: { type: 'IAMUser', userName: 'admin', accessKeyId: ADMIN.accessKeyId },
        request: { body: Buffer.from('{"Limit":3}') },
      },
    ]);
  });

  it.each([
    ['/open/plain.txt', '/open/plain.txt'],
    ['/open/a%20b%2B%C3%BC.txt?versionId=x%2Fy', '/open/a%20b%2B%C3%BC.txt?versionId=x%2Fy'],
    ['/open//doubled//slashes', '/open//doubled//slashes'],
    ['/open?list-type=2&prefix=a%2Fb&delimiter=%2F', '/open?list-type=2&prefix=a%2Fb&delimiter=%2F'],
  ])('keeps %s as it is', async (path, expected) => {
    const { front, seen } = await start();
    await send(front.url, { path });
    expect(seen).toMatchObject([{ url: expected, error: undefined }]);
  });

  it('loses the parameters of a presigned URL', async () => {
    const { front, seen } = await start();
    const path = presigned(front.url, '/open/key?response-content-type=text%2Fplain');
    expect((await get(front.url, { path })).status).toBe(200);
    expect(seen).toMatchObject([
      { url: '/open/key?response-content-type=text%2Fplain', error: undefined, payload: 'unsigned' },
    ]);
    expect(front.calls).toMatchObject([{ caller: { userName: 'admin' } }]);
  });

  it('moves the bucket of a virtual host into the path, and names the upstream as host', async () => {
    const { front, requests } = await startPlain();
    const headers = { host: `bucket.s3.localhost:${front.port}` };
    expect((await send(front.url, { path: '/key', headers })).status).toBe(200);
    expect(requests).toMatchObject([{ url: '/bucket/key' }]);
    expect(requests[0]?.headers.host).not.toContain('bucket');
  });

  it('takes neither the token nor the signature of the caller with it', async () => {
    const { front, requests } = await startPlain();
    expect((await send(front.url, { credentials: SESSION, path: '/open/key' })).status).toBe(200);
    expect(requests[0]?.headers['x-amz-security-token']).toBeUndefined();
    expect(JSON.stringify(requests)).not.toContain(SESSION.accessKeyId);
    expect(requests[0]?.headers.authorization).toContain('Credential=AKID/');
  });

  it('answers HEAD without a body', async () => {
    const { front, seen } = await start();
    expect(await send(front.url, { method: 'HEAD', path: '/open/key' })).toMatchObject({ status: 200 });
    expect(seen).toMatchObject([{ method: 'HEAD', error: undefined }]);
  });

  it('is sent on in chunks where it came in chunks', async () => {
    const { front, seen } = await start();
    const headers = { 'transfer-encoding': 'chunked' };
    const hash = 'UNSIGNED-PAYLOAD';
    const put = { method: 'PUT', path: '/open/key', hash, headers };
    expect((await send(front.url, { ...put, body: 'in pieces' })).status).toBe(200);
    expect(seen).toMatchObject([{ error: undefined, payload: 'unsigned' }]);
    expect(seen[0]?.content.toString()).toBe('in pieces');
  });
});

const CONTENT = [Buffer.alloc(70_000, 'a'), Buffer.alloc(8192, 'b'), Buffer.from('end')];
const WHOLE = Buffer.concat(CONTENT);

function upload(front: Front, kind: string, more: Record<string, string> = {}): Signing & { path: string } {
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(WHOLE.length),
    ...more,
  };
  const put = { method: 'PUT', path: '/open/key', hash: kind, headers };
  return { ...put, headers: signed(front.url, put) };
}

async function sendUpload(
  front: Front,
  { headers = {}, method = '', path }: Signing & { path: string },
  body: Buffer,
) {
  return get(front.url, {
    method,
    path,
    headers: { ...headers, 'content-length': String(body.length) },
    body,
  });
}

function crcTrailer(content: Buffer): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(content));
  return `x-amz-checksum-crc32:${sum.toString('base64')}`;
}

const TRAILER = { 'x-amz-trailer': 'x-amz-checksum-crc32' };

describe('an upload', () => {
  it('in signed chunks goes on as its content', async () => {
    const { front, seen } = await start();
    const request = upload(front, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
    const answer = await sendUpload(front, request, signedChunks(request.headers ?? {}, CONTENT));
    expect(answer.status).toBe(200);
    expect(seen).toMatchObject([{ error: undefined, payload: 'unsigned' }]);
    expect(seen[0]?.content.equals(WHOLE)).toBe(true);
  });

  it('in signed chunks keeps its checksum', async () => {
    const { front, seen } = await start();
    const request = upload(front, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', TRAILER);
    const body = signedChunks(request.headers ?? {}, CONTENT, crcTrailer(WHOLE));
    expect((await sendUpload(front, request, body)).status).toBe(200);
    expect(seen).toMatchObject([{ error: undefined, payload: 'streaming unsigned trailer' }]);
    expect(seen[0]?.content.equals(WHOLE)).toBe(true);
  });

  it('with an unsigned trailer goes on as it came', async () => {
    const { front, seen } = await start();
    const request = upload(front, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', TRAILER);
    const frames = CONTENT.map((chunk) =>
      Buffer.from(`${chunk.length.toString(16)}\r\n${chunk.toString()}\r\n`),
    );
    const body = Buffer.concat([...frames, Buffer.from(`0\r\n${crcTrailer(WHOLE)}\r\n\r\n`)]);
    expect((await sendUpload(front, request, body)).status).toBe(200);
    expect(seen).toMatchObject([{ error: undefined, payload: 'streaming unsigned trailer' }]);
    expect(seen[0]?.content.equals(WHOLE)).toBe(true);
  });

  it('of nothing, in signed chunks', async () => {
    const { front, seen } = await start();
    const none = { 'x-amz-decoded-content-length': '0', ...TRAILER };
    const request = upload(front, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', none);
    const body = signedChunks(request.headers ?? {}, [], crcTrailer(Buffer.alloc(0)));
    expect((await sendUpload(front, request, body)).status).toBe(200);
    expect(seen).toMatchObject([{ error: undefined, content: Buffer.alloc(0) }]);
  });

  it.each([
    ['a chunk', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', {}, undefined],
    ['the last chunk', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', TRAILER, crcTrailer(WHOLE)],
  ])(
    'whose signature of %s is wrong never reaches the upstream whole',
    async (_what, kind, more, trailer) => {
      const { front, requests } = await startPlain();
      const request = upload(front, kind, more);
      const body = signedChunks(request.headers ?? {}, CONTENT, trailer);
      const at = body.indexOf('\r\nend\r\n') + 2;
      body.write('END', at);
      const answer = await sendUpload(front, request, body);
      expect(answer.status).toBe(403);
      expect(answer.body.toString()).toContain('<Code>SignatureDoesNotMatch</Code>');
      expect(requests).toEqual([]);
      expect(front.calls).toMatchObject([{ outcome: 'denied', caller: { userName: 'admin' } }]);
    },
  );

  it.each([100, 300_000])('of %d bytes is held to its signed hash', async (size) => {
    const { front, requests } = await startPlain();
    const good = Buffer.alloc(size, 'g');
    const put = { method: 'PUT', path: '/open/key', body: good };
    expect((await send(front.url, put)).status).toBe(200);
    expect(requests[0]?.body.equals(good)).toBe(true);
    const headers = signed(front.url, put);
    const answer = await get(front.url, { ...put, headers, body: Buffer.alloc(size, 'f') });
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('XAmzContentSHA256Mismatch');
    expect(requests).toHaveLength(1);
    expect(front.calls.at(-1)).toMatchObject({ outcome: 'failed', caller: { userName: 'admin' } });
  });

  it('waits for the upstream to say 100 Continue', async () => {
    const upstream = await startUpstream((req, res) => {
      expect(req.headers.expect).toBe('100-continue');
      res.writeContinue();
      req.resume().on('end', () => res.end());
    });
    const front = await startVerifyingFront(upstream.url);
    started.push(upstream, front);
    const put = { method: 'PUT', path: '/open/key', body: 'hello', headers: { expect: '100-continue' } };
    const lines = Object.entries(signed(front.url, put)).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `PUT /open/key HTTP/1.1\r\n${lines.join('')}content-length: 5\r\n\r\n`;
    const socket = connect(front.port, '127.0.0.1');
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
      if (received === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('hello');
    });
    socket.write(head);
    await until(() => received.includes('200 OK'));
    socket.destroy();
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('that is broken off is recorded as aborted, with who was verified', async () => {
    const { front, requests, begun } = await startPlain();
    const request = upload(front, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
    const body = signedChunks(request.headers ?? {}, CONTENT);
    const lines = Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(front.port, '127.0.0.1');
    socket.write(`PUT /open/key HTTP/1.1\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n`);
    socket.write(body.subarray(0, 75_000));
    await until(() => begun.length === 1);
    socket.destroy();
    await until(() => front.calls.length === 1);
    expect(front.calls).toMatchObject([{ outcome: 'aborted', caller: { userName: 'admin' } }]);
    expect(requests).toEqual([]);
  });
});

describe('a call that is refused', () => {
  it.each([
    ['rest-xml', { path: '/shut/key' }, '<Code>AccessDenied</Code>'],
    ['json', DYNAMO, '"__type":"AccessDeniedException"'],
  ])('by the policies never reaches the upstream (%s)', async (_protocol, request, code) => {
    const intents: unknown[] = [];
    const sink = { wantsIntent: () => true, intent: async (call: unknown) => void intents.push(call) };
    const { front, seen } = await start({ sink });
    const answer = await send(front.url, { ...request, credentials: READER });
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain(code);
    expect([seen, intents]).toEqual([[], []]);
    expect(front.calls).toMatchObject([
      {
        outcome: 'denied',
        caller: { userName: 'reader', accessKeyId: READER.accessKeyId },
        failure: undefined,
      },
    ]);
  });

  it('keeps what was sent for the record', async () => {
    const { front } = await start();
    await send(front.url, { ...DYNAMO, credentials: READER });
    expect(front.calls[0]?.request.body).toEqual(Buffer.from('{"Limit":3}'));
  });

  it.each([
    [
      'a key of somebody else',
      { credentials: { ...ADMIN, accessKeyId: 'AKIASOMEBODYELSE0001' } },
      'InvalidAccessKeyId',
    ],
    ['a wrong secret', { credentials: { ...ADMIN, secretAccessKey: 'guessed' } }, 'SignatureDoesNotMatch'],
    ['a wrong token', { credentials: { ...SESSION, sessionToken: 'guessed' } }, 'InvalidToken'],
  ])('for %s names nobody in its record', async (_what, request, code) => {
    const { front, seen } = await start();
    const answer = await send(front.url, { ...request, path: '/open/key' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.toString()).toContain(`<Code>${code}</Code>`);
    expect(seen).toEqual([]);
    expect(front.calls).toMatchObject([{ caller: undefined }]);
  });

  it('because nobody signed it', async () => {
    const { front, seen } = await start();
    expect((await get(front.url, { path: '/open/key', headers: { host: 's3.localhost' } })).status).toBe(403);
    expect(seen).toEqual([]);
    expect(front.calls).toMatchObject([{ outcome: 'denied', caller: undefined }]);
  });

  it('leaves the connection usable', async () => {
    const { front } = await start();
    const denied = { ...DYNAMO, credentials: READER };
    const lines = Object.entries(signed(front.url, denied)).map(([name, value]) => `${name}: ${value}\r\n`);
    const one = `POST / HTTP/1.1\r\n${lines.join('')}content-length: 11\r\n\r\n${DYNAMO.body}`;
    const received = await talk(front.port, one + one, /403[^]*403/);
    expect(received.match(/HTTP\/1\.1 403/g)).toHaveLength(2);
  });

  it('does not make a mistake of ours a way through', async () => {
    const upstream = await startVerifyingServer();
    disposing.push(upstream);
    const verifying = {
      credentials: { issued: () => true, resolve: () => Promise.reject(new TypeError('a bug of ours')) },
      signingKeys: { get: () => new Uint8Array(32) },
      upstreamKey: ADMIN,
    };
    const front = await startVerifyingFront(upstream.url, { verifying });
    started.push(front);
    expect((await send(front.url, { path: '/open/key' })).status).toBe(500);
    expect(upstream.seen).toEqual([]);
    expect(front.calls).toMatchObject([{ outcome: 'failed' }]);
  });
});
