import { afterEach, describe, expect, it } from 'vitest';

import { get, startFront, startRawUpstream, startUpstream, talk, type Started } from './test-kit.ts';

const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

async function echo(answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok') {
  const requests: string[] = [];
  const upstream = await startRawUpstream((socket, request) => {
    requests.push(request);
    socket.write(answer, 'latin1');
  });
  const front = await startFront(upstream.url);
  started.push(upstream, front);
  return { requests, front };
}

describe('what goes upstream', () => {
  it('keeps method, path and query byte for byte', async () => {
    const { requests, front } = await echo();
    await get(front.url, { path: '/a%2Fb//c/../d%20e?x=%20&y=+&z', method: 'DELETE' });
    expect(requests[0]).toMatch(/^DELETE \/a%2Fb\/\/c\/\.\.\/d%20e\?x=%20&y=\+&z HTTP\/1\.1\r\n/);
  });

  it('keeps order, case and repetitions of the headers, Host and Authorization among them', async () => {
    const { requests, front } = await echo();
    await talk(
      front.port,
      'GET / HTTP/1.1\r\nX-Amz-Meta-B: 1\r\nHOST: s3.example:123\r\nx-amz-meta-a:  2 \r\nX-Amz-Meta-B: 3\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/b\r\nContent-Length: 0\r\n\r\n',
      /ok$/,
    );
    expect(requests[0]).toBe(
      'GET / HTTP/1.1\r\nX-Amz-Meta-B: 1\r\nHOST: s3.example:123\r\nx-amz-meta-a: 2\r\nX-Amz-Meta-B: 3\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a/b\r\nContent-Length: 0\r\n\r\n',
    );
  });

  it('keeps header bytes beyond ASCII as they are', async () => {
    const { requests, front } = await echo(
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-amz-meta-o: \xe4\xb8\xad\r\n\r\n',
    );
    const head = Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nx-amz-meta-i: \xe4\xf6\r\n\r\n', 'latin1');
    const answer = await talk(front.port, head, /\r\n\r\n/);
    expect(requests[0]).toContain('x-amz-meta-i: \xe4\xf6\r\n');
    expect(answer).toContain('x-amz-meta-o: \xe4\xb8\xad\r\n');
  });

  it('leaves out the headers of the connection, but never those that say who calls', async () => {
    const { requests, front } = await echo();
    await talk(
      front.port,
      'GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X-Mine, Authorization, x-amz-date, Host\r\nX-Mine: 1\r\nTE: trailers\r\nKeep-Alive: 5\r\nUpgrade: h2c\r\nAuthorization: A\r\nx-amz-date: D\r\n\r\n',
    );
    expect(requests[0]).toBe('GET / HTTP/1.1\r\nHost: h\r\nAuthorization: A\r\nx-amz-date: D\r\n\r\n');
  });

  it('names the upstream as Host where an HTTP/1.0 client sends none', async () => {
    const { requests, front } = await echo();
    await talk(front.port, 'GET / HTTP/1.0\r\n\r\n');
    expect(requests[0]).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n\r\n$/);
  });

  it('passes an aws-chunked body untouched', async () => {
    const bodies: string[] = [];
    const upstream = await startUpstream((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      req.on('end', () => {
        bodies.push(`${req.headers['content-encoding']} ${body}`);
        res.end();
      });
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const body = `5;chunk-signature=abc\r\nhello\r\n0;chunk-signature=def\r\nx-amz-checksum-crc32:AAAA\r\n\r\n`;
    await get(front.url, { method: 'PUT', body, headers: { 'content-encoding': 'aws-chunked' } });
    expect(bodies).toEqual([`aws-chunked ${body}`]);
    expect(front.calls[0]?.request.body?.toString()).toBe(body);
  });

  it('passes a chunked body on with its trailers', async () => {
    const bodies: unknown[] = [];
    const upstream = await startUpstream((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
      req.on('end', () => {
        bodies.push(body, req.trailers);
        res.end('done');
      });
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    await talk(
      front.port,
      'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-T: 1\r\n\r\n',
      /done/,
    );
    expect(bodies).toEqual(['abcdefg', { 'x-t': '1' }]);
    expect(front.calls[0]?.request).toMatchObject({ bodyBytes: 7, body: Buffer.from('abcdefg') });
  });
});

describe('what comes back', () => {
  it('keeps status, reason, order, case and repetitions of the headers', async () => {
    const { front } = await echo(
      'HTTP/1.1 299 Fine Indeed\r\nX-B: 1\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\nx-a: 2\r\nSet-Cookie: a\r\nX-B: 3\r\nset-cookie: b\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok',
    );
    const answer = await talk(front.port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(answer).toBe(
      'HTTP/1.1 299 Fine Indeed\r\nX-B: 1\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\nx-a: 2\r\nSet-Cookie: a\r\nX-B: 3\r\nset-cookie: b\r\nX-Empty: \r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
    );
    expect(front.calls[0]?.response?.headers).toMatchObject({
      'x-b': '1, 3',
      'set-cookie': 'a, b',
      'x-empty': '',
    });
  });

  it('gives HEAD the headers of the answer that GET would get', async () => {
    const { front } = await echo('HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\nETag: "x"\r\n\r\n');
    const answer = await get(front.url, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-length': '5000000', etag: '"x"' } });
    expect(front.calls[0]).toMatchObject({ outcome: 'allowed', response: { status: 200, bodyBytes: 0 } });
  });

  it.each([204, 304])('ends a %d at its headers', async (status) => {
    const { front } = await echo(`HTTP/1.1 ${status} S\r\nETag: "x"\r\n\r\n`);
    const answer = await get(front.url);
    expect(answer).toMatchObject({ status, headers: { etag: '"x"' } });
    expect(answer.body.length).toBe(0);
  });

  it('reads an answer that ends with its connection', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.end('HTTP/1.0 200 OK\r\nServer: old\r\n\r\nall of it'),
    );
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const answer = await get(front.url);
    expect(answer.body.toString()).toBe('all of it');
    expect(front.calls[0]).toMatchObject({ outcome: 'allowed', response: { bodyBytes: 9 } });
  });

  it('passes chunked answers and their trailers', async () => {
    const { front } = await echo(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\nX-T: 7\r\n\r\n',
    );
    const answer = await get(front.url);
    expect(answer.body.toString()).toBe('abcdef');
    expect(answer.rawTrailers).toEqual(['X-T', '7']);
    expect(answer.headers['trailer']).toBe('X-T');
  });

  it('leaves out a trailer announcement where no trailer can follow', async () => {
    const { front } = await echo('HTTP/1.1 200 OK\r\nTrailer: X-T\r\nContent-Length: 2\r\n\r\nok');
    expect(await get(front.url)).toMatchObject({ status: 200, body: Buffer.from('ok') });
  });
});

describe('100-continue', () => {
  it('lets the upstream ask for the body', async () => {
    const steps: string[] = [];
    const upstream = await startUpstream((req, res) => {
      steps.push(`expect ${req.headers.expect}`);
      res.writeContinue();
      req.on('data', (chunk: Buffer) => steps.push(chunk.toString()));
      req.on('end', () => res.end('stored'));
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const { connect } = await import('node:net');
    const socket = connect(front.port, '127.0.0.1');
    socket.write('PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
    let seen = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        seen += bytes.toString();
        if (seen === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('body');
        if (seen.endsWith('stored')) resolve();
      });
    });
    socket.destroy();
    expect(steps).toEqual(['expect 100-continue', 'body']);
    expect(front.calls[0]).toMatchObject({ outcome: 'allowed', request: { bodyBytes: 4 } });
  });

  it('passes a refusal on before the body was sent, and closes', async () => {
    const { front } = await echo('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    const answer = await talk(
      front.port,
      'PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[^]*Connection: close\r\n[^]*no$/);
    expect(front.calls).toMatchObject([{ outcome: 'denied', request: { bodyBytes: 0 } }]);
  });
});

describe('connections', () => {
  it('answers pipelined requests in their order', async () => {
    const upstream = await startUpstream((req, res) => {
      setTimeout(() => res.end(`<${req.url}>`), req.url === '/1' ? 30 : 0);
    });
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
    const answer = await talk(front.port, one('/1') + one('/2') + one('/3'), /<\/3>/);
    expect([...answer.matchAll(/<(\/\d)>/g)].map((match) => match[1])).toEqual(['/1', '/2', '/3']);
    expect(front.calls).toHaveLength(3);
  });

  it('uses a connection to the upstream again', async () => {
    let connections = 0;
    const upstream = await startUpstream((_req, res) => res.end('x'));
    upstream.server.on('connection', () => connections++);
    const front = await startFront(upstream.url);
    started.push(upstream, front);
    for (let i = 0; i < 5; i++) await get(front.url, { method: 'POST', body: 'b' });
    expect(connections).toBe(1);
  });

  it('makes calls beyond the limit of connections wait their turn', async () => {
    let open = 0;
    let most = 0;
    const upstream = await startUpstream((_req, res) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        res.end('x');
      }, 5);
    });
    const front = await startFront(upstream.url, { connections: 2 });
    started.push(upstream, front);
    const answers = await Promise.all(Array.from({ length: 10 }, () => get(front.url)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(most).toBe(2);
  });

  it('sends what naming has read of the body already, and the rest', async () => {
    const upstream = await startUpstream((req, res) => {
      let bytes = 0;
      req.on('data', (chunk: Buffer) => (bytes += chunk.length));
      req.on('end', () => res.end(String(bytes)));
    });
    const front = await startFront(upstream.url, { bodyStart: true });
    started.push(upstream, front);
    for (const bytes of [10, 60_000, 400_000]) {
      const answer = await get(front.url, { method: 'POST', body: Buffer.alloc(bytes, 'a') });
      expect(answer.body.toString()).toBe(String(bytes));
    }
    expect(front.calls.map((call) => [call.request.bodyBytes, call.request.body?.length])).toEqual([
      [10, 10],
      [60_000, 60_000],
      [400_000, undefined],
    ]);
  });
});
