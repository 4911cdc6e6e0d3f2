import { describe, expect, it } from 'vitest';

import { parseRange } from './range.ts';

describe('a Range header', () => {
  it.each([
    ['bytes=0-3', { start: 0, end: 3 }],
    ['bytes=4-', { start: 4, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-30', { start: 0, end: 9 }],
    ['bytes=2-99', { start: 2, end: 9 }],
  ])('%s selects bytes of a 10-byte object', (header, range) =>
    expect(parseRange(header, 10)).toEqual(range),
  );

  it.each(['', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2'])(
    '"%s" is ignored, as RFC 9110 asks',
    (header) => expect(parseRange(header, 10)).toBeUndefined(),
  );

  it.each(['bytes=10-', 'bytes=11-12', 'bytes=-0'])('%s of a 10-byte object is not satisfiable', (header) =>
    expect(() => parseRange(header, 10)).toThrow('not satisfiable'),
  );

  it('of an empty object is never satisfiable', () =>
    expect(() => parseRange('bytes=0-0', 0)).toThrow('not satisfiable'));
});
