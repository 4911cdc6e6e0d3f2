import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { createNamer } from '../capture/naming/index.ts';
import { call, json, NOBODY, startEndpoint, talk, type Endpoint, type Overrides } from './test-kit.ts';

const started: Endpoint[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

async function start(overrides?: Overrides): Promise<Endpoint> {
  const endpoint = await startEndpoint(createNamer, overrides);
  started.push(endpoint);
  return endpoint;
}

const SCOPE =
  'Authorization: AWS4-HMAC-SHA256 Credential=AKIASTRANGER00000001/20261121/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=00\r\n';

function form(body: string, extra = ''): string {
  return `POST / HTTP/1.1\r\nHost: h\r\n${SCOPE}Content-Type: application/x-www-form-urlencoded\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;
}

describe('forwarding', () => {
  it('hands over what was read of the body to name the call', async () => {
    const endpoint = await start();
    const short = 'Action=RunInstances&Version=2016-11-15&MaxCount=2';
    const long = `Action=DescribeInstances&Version=2016-11-15&Pad=${'x'.repeat(100_000)}`;
    expect(await talk(endpoint.port, form(short), /forwarded/)).toMatch(/forwarded$/);
    expect(await talk(endpoint.port, form(long), /forwarded/)).toMatch(/forwarded$/);
    expect(endpoint.forwarded[0]).toBe(`RunInstances ${short}`);
    expect(endpoint.forwarded[1]).toMatch(/^DescribeInstances Action=DescribeInstances&/);
  });

  it('asks for the body of Expect: 100-continue when it must look at it', async () => {
    const endpoint = await start();
    const [head = '', body = ''] = form('Action=StopInstances', 'Expect: 100-continue\r\n').split(
      /(?<=\r\n\r\n)/,
    );
    const socket = connect(endpoint.port, '127.0.0.1', () => socket.write(head));
    let received = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        received += bytes.toString();
        if (received === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write(body);
        if (received.endsWith('forwarded')) resolve();
      });
    });
    socket.destroy();
    expect(endpoint.forwarded).toEqual(['StopInstances Action=StopInstances']);
  });

  it('takes requests as proxies write them', async () => {
    const endpoint = await start();
    await talk(
      endpoint.port,
      form('Action=StopInstances').replace('POST /', 'POST http://ec2.amazonaws.com/'),
      /forwarded/,
    );
    expect(endpoint.forwarded).toEqual(['StopInstances Action=StopInstances']);
  });
});

describe('input that is out of order', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a header without end', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(1_000_000)}`, 431],
    ['a request without Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n', 400],
    [
      'a chunk size that is none',
      form('').replace('Content-Length: 0', 'Transfer-Encoding: chunked') + 'zz\r\n',
      400,
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n', 400],
    ['a zero byte', 'GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n', 400],
  ])('gets an answer and does no harm: %s', async (_name, bytes, status) => {
    const endpoint = await start();
    expect(await talk(endpoint.port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(await talk(endpoint.port, form('Action=StopInstances'), /forwarded/)).toMatch(/forwarded$/);
  });

  it.each([
    ['two Authorization headers', form('Action=A', SCOPE)],
    ['two tokens', form('Action=A', 'X-Amz-Security-Token: a\r\nx-amz-security-token: b\r\n')],
    ['two targets', form('Action=A', 'X-Amz-Target: a.A\r\nX-Amz-Target: b.B\r\n')],
    ['a signature in the query too', form('Action=A').replace('POST /', 'POST /?X-Amz-Signature=00')],
  ])('is refused and recorded where it could name the wrong caller: %s', async (_name, bytes) => {
    const endpoint = await start();
    const answer = await talk(endpoint.port, bytes.replace('Host: h', 'Host: h\r\nConnection: close'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*ambiguous/);
    expect(endpoint.forwarded).toEqual([]);
    expect(endpoint.calls).toMatchObject([{ outcome: 'failed', caller: undefined }]);
  });

  it('with headers over the limit gets 431 and is recorded under its name', async () => {
    const endpoint = await start({ settings: { maxHeaderBytes: 20_000 } });
    const answer = await talk(
      endpoint.port,
      form('Action=StopInstances', `X-Pad: ${'x'.repeat(30_000)}\r\nConnection: close\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(endpoint.calls).toMatchObject([
      { named: { service: 'ec2', operation: 'StopInstances' }, outcome: 'failed' },
    ]);
  });

  it('cannot upgrade the connection', async () => {
    const endpoint = await start();
    const answer = await talk(
      endpoint.port,
      form('Action=A', 'Connection: upgrade\r\nUpgrade: websocket\r\n'),
      /Error/,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 501 /);
    expect(endpoint.calls).toMatchObject([{ outcome: 'failed' }]);
  });
});

describe('the source address', () => {
  const lookUp = async (trustedProxies: string[], forwardedFor: string): Promise<string | undefined> => {
    const endpoint = await start({ settings: { trustedProxies } });
    await call(endpoint.url, {
      headers: { ...json('LookupEvents'), 'x-forwarded-for': forwardedFor },
      body: '{}',
    });
    return endpoint.calls[0]?.sourceIp;
  };

  it.each([
    ['is the socket’s by default', [], '9.9.9.9', '127.0.0.1'],
    ['is what a trusted proxy says', ['127.0.0.0/8'], '9.9.9.9', '9.9.9.9'],
    [
      'is the last that no trusted proxy added',
      ['127.0.0.1', '10.0.0.0/8'],
      '6.6.6.6, 9.9.9.9, 10.1.2.3',
      '9.9.9.9',
    ],
    ['is IPv4 where it is written as IPv6', ['127.0.0.1'], '::ffff:9.9.9.9', '9.9.9.9'],
    ['may be IPv6, with a port', ['127.0.0.1'], '[2001:db8::1]:443', '2001:db8::1'],
    ['is not what is no address', ['127.0.0.1'], '<script>', '127.0.0.1'],
  ])('%s', async (_name, proxies, header, expected) => {
    expect(await lookUp(proxies, header)).toBe(expected);
  });

  it('cannot be trusted to a proxy that is no address', async () => {
    await expect(start({ settings: { trustedProxies: ['proxy.local'] } })).rejects.toThrow(/TRUSTED_PROXIES/);
  });
});

describe('a route of ours', () => {
  const routes: Overrides['routes'] = [
    {
      method: 'GET',
      path: '/_health',
      auth: 'none',
      handle: (_request, reply) => reply.json(200, { ok: true }),
    },
    {
      method: 'GET',
      path: '/_console/',
      auth: 'none',
      handle: (request, reply) => reply.send(200, {}, request.path),
    },
    {
      method: 'POST',
      path: '/_ingest/records',
      auth: 'sigv4',
      action: 'opentrail:IngestRecords',
      operation: 'IngestRecords',
      handle: async (request, reply) => reply.json(200, { bytes: (await request.body(100)).length }),
    },
    {
      method: 'GET',
      path: '/_stream',
      auth: 'sigv4',
      operation: 'StreamEvents',
      handle: ({ context }, { raw }) => {
        raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
        raw.write(`${context?.principal.userName}\n`);
        setTimeout(() => raw.end('end\n'), 10);
      },
    },
    {
      method: 'POST',
      path: '/_signin',
      auth: 'none',
      handle: async (request, reply) =>
        reply.json(200, { as: (await request.authenticate()).accountId, origin: request.origin }),
    },
    {
      method: 'GET',
      path: '/_broken',
      auth: 'none',
      handle: () => Promise.reject(new TypeError('a bug of ours')),
    },
  ];
  const ingest = { service: 'opentrail', path: '/_ingest/records', body: 'records' } as const;

  it('answers everybody where it needs no signature, and leaves no record', async () => {
    const endpoint = await start({ routes });
    const health = await fetch(`${endpoint.url}/_health`);
    expect([health.status, await health.json(), health.headers.get('x-content-type-options')]).toEqual([
      200,
      { ok: true },
      'nosniff',
    ]);
    expect(await (await fetch(`${endpoint.url}/_console/a/b.js`)).text()).toBe('/_console/a/b.js');
    const head = await fetch(`${endpoint.url}/_health`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '11']);
    expect(endpoint.calls).toEqual([]);
  });

  it('answers 404 and 405', async () => {
    const endpoint = await start({ routes });
    expect((await fetch(`${endpoint.url}/_nothing`)).status).toBe(404);
    expect((await fetch(`${endpoint.url}/_health`, { method: 'POST' })).status).toBe(405);
  });

  it('verifies who calls, asks the policies, and records its use', async () => {
    const endpoint = await start({ routes });
    const answer = await call(endpoint.url, ingest);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { bytes: 7 }]);
    const denied = await call(endpoint.url, { ...ingest, credentials: NOBODY });
    expect(denied).toMatchObject({ status: 403, body: expect.stringContaining('opentrail:IngestRecords') });
    expect((await fetch(`${endpoint.url}/_ingest/records`, { method: 'POST', body: 'x' })).status).toBe(403);
    expect(
      endpoint.calls.map(({ named, outcome, caller }) => [named.operation, outcome, caller?.userName]),
    ).toEqual([
      ['IngestRecords', 'allowed', 'admin'],
      ['IngestRecords', 'denied', 'nobody'],
      ['IngestRecords', 'denied', undefined],
    ]);
  });

  it('refuses bodies that are too large, or not what was signed', async () => {
    const endpoint = await start({ routes });
    expect((await call(endpoint.url, { ...ingest, body: 'x'.repeat(101) })).status).toBe(413);
    const { signRequest } = await import('../aws/sigv4/sign-request.ts');
    const { ADMIN } = await import('./test-kit.ts');
    const url = `${endpoint.url}${ingest.path}`;
    const by = { credentials: ADMIN, service: 'opentrail', region: 'us-east-1', now: Date.now() };
    const { host: _host, ...headers } = signRequest(by, { method: 'POST', url, body: 'signed!' });
    const answer = await fetch(url, { method: 'POST', headers, body: 'changed' });
    expect([answer.status, await answer.text()]).toMatchObject([
      400,
      expect.stringContaining('XAmzContentSHA256Mismatch'),
    ]);
  });

  it('may stream, and is recorded when it begins', async () => {
    const endpoint = await start({ routes });
    const answer = await call(endpoint.url, { service: 'opentrail', method: 'GET', path: '/_stream' });
    expect(answer.body).toBe('admin\nend\n');
    expect(endpoint.calls).toMatchObject([{ named: { operation: 'StreamEvents' }, outcome: 'allowed' }]);
  });

  it('may verify a signature by itself, and knows under which name it was called', async () => {
    const endpoint = await start({ routes });
    const answer = await call(endpoint.url, { service: 'opentrail', path: '/_signin' });
    expect(JSON.parse(answer.body)).toEqual({ as: '123456789012', origin: endpoint.url });
  });

  it('that fails because of us tells nothing of why', async () => {
    const endpoint = await start({ routes });
    const answer = await fetch(`${endpoint.url}/_broken`);
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('bug')]);
  });
});

describe('connections', () => {
  it('serve pipelined requests in order', async () => {
    const endpoint = await start();
    const answer = await talk(endpoint.port, form('Action=A') + form('Action=B', 'Connection: close\r\n'));
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(endpoint.forwarded).toEqual(['A Action=A', 'B Action=B']);
  });

  it('stay usable after a refused upload', async () => {
    const endpoint = await start();
    const put = `PUT /private/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`;
    const answer = await talk(endpoint.port, put + form('Action=A'), /forwarded/);
    expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*HTTP\/1\.1 200 OK[^]*forwarded$/);
  });

  it('are answered before the endpoint has stopped', async () => {
    let finish = (): void => undefined;
    const waits = { method: 'GET', path: '/_wait', auth: 'none' } as const;
    const entered = new Promise<void>((resolve) => {
      void start({
        routes: [
          {
            ...waits,
            handle: async (_request, reply) => {
              resolve();
              await new Promise<void>((done) => (finish = done));
              reply.send(200, {}, 'late');
            },
          },
        ],
      }).then(({ url }) => (answer = fetch(`${url}/_wait`)));
    });
    let answer = Promise.resolve(new Response());
    await entered;
    const endpoint = started[0] as Endpoint;
    let stopped = false;
    const stopping = endpoint.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stopped).toBe(false);
    finish();
    expect(await (await answer).text()).toBe('late');
    await stopping;
    await expect(fetch(`${endpoint.url}/_wait`)).rejects.toThrow();
  });

  it('tells in the debug log by which evidence a call was named', async () => {
    const { createLogger } = await import('../base/log.ts');
    const told: object[] = [];
    const log = Object.assign(createLogger('debug'), { debug: (fields: object) => void told.push(fields) });
    const endpoint = await start({ log });
    await fetch(`${endpoint.url}/bucket/key`);
    expect(told).toMatchObject([
      { service: 's3', operation: 'GetObject', auth: 'none', evidence: 'unsigned route=GetObject' },
    ]);
    expect(endpoint.calls.map(({ eventId }) => ({ eventId }))).toMatchObject(
      told.map((fields) => ({ eventId: (fields as { eventId: string }).eventId })),
    );
  });

  it('records a call that naming fails on, and lives on', async () => {
    const name = () => {
      throw new TypeError('a mistake in naming');
    };
    const endpoint = await start({ namer: { name } });
    const answer = await fetch(`${endpoint.url}/bucket/key`, { headers: { host: 'x' } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(endpoint.calls.map((call) => call.named.evidence)).toEqual(['naming failed']);
    expect((await fetch(`${endpoint.url}/bucket/key`)).status).toBe(answer.status);
  });

  it('cannot be opened on a port that is taken', async () => {
    const endpoint = await start();
    const { createHttpServer } = await import('./http-server.ts');
    const { createLogger } = await import('../base/log.ts');
    const settings = { maxHeaderBytes: 1000, upstreamTimeout: 1000, trustedProxies: [] };
    const second = createHttpServer(settings, () => undefined, createLogger('silent'));
    await expect(second.listen('127.0.0.1', endpoint.port)).rejects.toThrow(/EADDRINUSE/);
  });
});
