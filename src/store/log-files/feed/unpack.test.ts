import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { framed, unpack } from './unpack.ts';

describe('unpacking log files', () => {
  it('frames each by its length, whatever it holds, gzipped or plain', () => {
    const files = [
      gzipSync('{"Records":[]}'),
      Buffer.from(`{"a":"${'x'.repeat(300)}"}\n\u0001\u0000\u0000\u0000`),
      Buffer.alloc(0),
    ];
    const { parts, broken } = unpack(files.map((bytes, index) => ({ id: index + 7, bytes })));
    expect(broken).toEqual([]);
    expect(framed(Buffer.concat(parts)).map(({ id, doc }) => [id, doc.toString().slice(0, 9)])).toEqual([
      [7, '{"Records'],
      [8, '{"a":"xxx'],
      [9, '{}'],
    ]);
  });

  it('tells a file that is cut or no gzip, and one that lies about its size', () => {
    const whole = gzipSync('x'.repeat(10_000));
    const lying = Buffer.from(whole);
    lying.writeUInt32LE(5, lying.length - 4);
    const { broken } = unpack([
      { id: 1, bytes: whole.subarray(0, whole.length - 12) },
      { id: 2, bytes: lying },
      { id: 3, bytes: whole },
    ]);
    expect(broken.map(({ id }) => id)).toEqual([1, 2]);
  });
});
