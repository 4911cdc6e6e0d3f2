import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { decodeAwsChunked, type ChunkedOptions } from './decode-aws-chunked.ts';
import { deriveSigningKey } from './signing-key.ts';

const signing = (seedSignature: string) => ({
  signingKey: deriveSigningKey({
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    date: '20130524',
    region: 'us-east-1',
    service: 's3',
  }),
  amzDate: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  seedSignature,
});

async function decode(
  body: Iterable<Buffer | string>,
  options: Partial<ChunkedOptions> & { length: number; trailer?: string },
) {
  const headers = {
    'x-amz-decoded-content-length': String(options.length),
    ...(options.trailer === undefined ? {} : { 'x-amz-trailer': options.trailer }),
  };
  const payload = { kind: 'streaming' as const, signed: false, trailer: options.trailer !== undefined };
  const pieces: Buffer[] = [];
  const source = Readable.from([...body].map((piece) => Buffer.from(piece)));
  for await (const piece of decodeAwsChunked(source, { payload, headers, ...options }))
    pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** In pieces of every awkward size. */
function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

describe("the example of AWS's documentation", () => {
  const a = (count: number) => 'a'.repeat(count);
  const plain = (last: string) =>
    `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${a(65_536)}\r\n` +
    `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${a(1023)}${last}\r\n` +
    '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n';
  const options = {
    length: 66_560,
    payload: { kind: 'streaming' as const, signed: true, trailer: false },
    signing: signing('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'),
  };

  it.each([7, 1000, 100_000])('is decoded from pieces of %d bytes', async (size) => {
    const decoded = await decode(cut(plain('a'), size), options);
    expect(decoded.equals(Buffer.alloc(66_560, 'a'))).toBe(true);
  });

  it('is refused with one byte changed, or with another seed', async () => {
    await expect(decode([plain('b')], options)).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
    await expect(
      decode([plain('a')], { ...options, signing: signing('0'.repeat(64)) }),
    ).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it('is refused when it ends early, at any place', async () => {
    for (const end of [0, 3, 90, 5000, 65_630, 66_700, plain('a').length - 1]) {
      await expect(decode([plain('a').slice(0, end)], options)).rejects.toMatchObject({
        code: 'IncompleteBody',
      });
    }
  });

  const trailing = (crc: string) =>
    `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${a(65_536)}\r\n` +
    `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${a(1024)}\r\n` +
    '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n' +
    `x-amz-checksum-crc32c:${crc}\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n`;
  const withTrailer = {
    length: 66_560,
    trailer: 'x-amz-checksum-crc32c',
    payload: { kind: 'streaming' as const, signed: true, trailer: true },
    signing: signing('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'),
  };

  it('with a trailer is decoded, its checksum verified and handed out', async () => {
    let trailers = {};
    const decoded = await decode(cut(trailing('sOO8/Q=='), 999), {
      ...withTrailer,
      onTrailers: (found) => void (trailers = found),
    });
    expect(decoded.length).toBe(66_560);
    expect(trailers).toEqual({ 'x-amz-checksum-crc32c': 'sOO8/Q==' });
  });

  it('is refused with another trailer than the signed one', async () => {
    await expect(decode([trailing('AAAAAA==')], withTrailer)).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });
});

describe('unsigned chunks with a trailing checksum', () => {
  const text = 'hello world';
  const checksums = {
    crc32: base64Of(crc32(text)),
    sha1: createHash('sha1').update(text).digest('base64'),
    sha256: createHash('sha256').update(text).digest('base64'),
    crc32c: 'yZRlqg==',
    crc64nvme: 'jSnVw/bqjr4=',
  };

  it.each(Object.entries(checksums))('are decoded and held to %s', async (name, value) => {
    const trailer = `x-amz-checksum-${name}`;
    const body = (checksum: string) => [`5\r\nhello\r\n6\r\n world\r\n0\r\n${trailer}:${checksum}\r\n\r\n`];
    expect((await decode(body(value), { length: 11, trailer })).toString()).toBe(text);
    const wrong = `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
    await expect(decode(body(wrong), { length: 11, trailer })).rejects.toMatchObject({
      code: 'BadDigest',
      status: 400,
    });
  });

  const crc = `x-amz-checksum-crc32:${checksums.crc32}`;
  it.each([
    ['a size that is none', `zz\r\nhello\r\n0\r\n${crc}\r\n\r\n`, 'InvalidChunkSizeError'],
    ['a size beyond all', `${'f'.repeat(13)}\r\nhello`, 'InvalidChunkSizeError'],
    ['a negative size', `-5\r\nhello`, 'InvalidChunkSizeError'],
    ['an endless header', 'f'.repeat(100_000), 'InvalidRequest'],
    ['an extension', `b;x=1\r\nhello world\r\n0\r\n${crc}\r\n\r\n`, 'InvalidChunkSizeError'],
    ['more data than its size', `5\r\nhello world\r\n0\r\n${crc}\r\n\r\n`, 'InvalidRequest'],
    ['more content than announced', `c\r\nhello world!\r\n0\r\n${crc}\r\n\r\n`, 'IncompleteBody'],
    ['less content than announced', `5\r\nhello\r\n0\r\n${crc}\r\n\r\n`, 'IncompleteBody'],
    ['no trailer', 'b\r\nhello world\r\n0\r\n\r\n', 'MalformedTrailerError'],
    ['another trailer', 'b\r\nhello world\r\n0\r\nx-amz-meta-a:b\r\n\r\n', 'MalformedTrailerError'],
    ['a trailer twice', `b\r\nhello world\r\n0\r\n${crc}\r\n${crc}\r\n\r\n`, 'MalformedTrailerError'],
    ['a trailer without a colon', 'b\r\nhello world\r\n0\r\nabc\r\n\r\n', 'MalformedTrailerError'],
    ['an endless trailer', `b\r\nhello world\r\n0\r\n${'x'.repeat(5000)}`, 'InvalidRequest'],
    ['lines without CR', `b\nhello world\n0\n${crc}\n\n`, 'InvalidRequest'],
    ['data after the end', `b\r\nhello world\r\n0\r\n${crc}\r\n\r\nmore`, 'InvalidRequest'],
  ])('are refused with %s', async (_name, body, code) => {
    await expect(
      decode(cut(body, 1000), { length: 11, trailer: 'x-amz-checksum-crc32' }),
    ).rejects.toMatchObject({ code });
  });

  it('are refused with a checksum that is not known, and without their length', async () => {
    await expect(decode([''], { length: 1, trailer: 'x-amz-checksum-constructor' })).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
    await expect(decode([''], { length: NaN })).rejects.toMatchObject({
      code: 'MissingContentLength',
      status: 411,
    });
  });

  it('pass content on in the pieces it came in, holding none back', async () => {
    const piece = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(1_048_576, 'x'),
      Buffer.from('\r\n'),
    ]);
    const source = Readable.from(
      (function* () {
        for (let i = 0; i < 200; i++) yield piece;
        yield Buffer.from('0\r\n\r\n');
      })(),
    );
    const headers = { 'x-amz-decoded-content-length': String(200 * 1_048_576) };
    let seen = 0;
    let largest = 0;
    for await (const bytes of decodeAwsChunked(source, {
      payload: { kind: 'streaming', signed: false, trailer: false },
      headers,
    })) {
      seen += (bytes as Buffer).length;
      largest = Math.max(largest, (bytes as Buffer).length);
    }
    expect(seen).toBe(200 * 1_048_576);
    expect(largest).toBeLessThanOrEqual(1_048_576);
  });
});

function base64Of(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}
