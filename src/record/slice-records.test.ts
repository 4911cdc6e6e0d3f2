import { gunzipSync } from 'node:zlib';
import { existsSync, globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parseRecords } from './slice-records.ts';

const vectors = '../shared/vectors/records';

const slice = (text: string | Uint8Array) => [
  ...parseRecords(typeof text === 'string' ? Buffer.from(text) : text),
];
const texts = (body: string) =>
  slice(body).map((one) => ('raw' in one ? Buffer.from(one.raw).toString('utf8') : `! ${one.problem}`));

describe('cutting log files into records', () => {
  it('keeps the bytes of each record as they are, white space inside included', () => {
    expect(texts('{"Records":[{ "a" : 1 },\n  {"b":"}],\\"{"}]}')).toEqual([
      '{ "a" : 1 }',
      '{"b":"}],\\"{"}',
    ]);
  });

  it('reads several log files one after another', () => {
    expect(texts('{"Records":[{"a":1}]}\n{"Records":[]}{ "Records" : [ {"a":2} ] }')).toEqual([
      '{"a":1}',
      '{"a":2}',
    ]);
  });

  it('reads bare records: one a line, one after another, in an array', () => {
    expect(texts('{"a":1}\n{"a":2}\r\n')).toEqual(['{"a":1}', '{"a":2}']);
    expect(texts('{"a":1}{"a":2} {"a":3}')).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
    expect(texts('[{"a":1},{"a":2}]')).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('skips a byte order mark and finds nothing in nothing', () => {
    expect(texts('\ufeff{"a":1}')).toEqual(['{"a":1}']);
    expect(texts('')).toEqual([]);
    expect(texts(' \n')).toEqual([]);
  });

  it('goes on after a bad record and says where it was', () => {
    const found = slice('{"Records":[{"a":1},{"a":},7,null,"x",[1],{"a":2}]}');
    expect(found.map((one) => ('raw' in one ? 'record' : one.problem))).toEqual([
      'record',
      'not valid JSON',
      ...Array(4).fill('not a JSON object'),
      'record',
    ]);
    expect(found.map((one) => ('raw' in one ? -1 : one.offset))).toEqual([-1, 20, 27, 29, 34, 38, -1]);
  });

  it('goes on at the next line after a record that was cut off', () => {
    expect(texts('{"a":1}\n{"a":"cut\n{"a":3}\n')).toEqual([
      '{"a":1}',
      '! ends in the middle of a record',
      '{"a":3}',
    ]);
  });

  it('names a log file that ends too early and keeps what it had', () => {
    expect(texts('{"Records":[{"a":1},{"a":2')).toEqual([
      '{"a":1}',
      '! ends in the middle of a record',
      '! the list of records ends before its closing bracket',
    ]);
    expect(texts('{"Records":[{"a":1}')).toEqual([
      '{"a":1}',
      '! the list of records ends before its closing bracket',
    ]);
  });

  it('passes over other members behind the records', () => {
    expect(texts('{"Records":[{"a":1}],"more":{"x":[1]},"n":2}\n{"a":2}')).toEqual(['{"a":1}', '{"a":2}']);
  });

  it('refuses invalid UTF-8 in one record and takes the next', () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}{"a":2}')]);
    expect(slice(body).map((one) => ('raw' in one ? 'record' : one.problem))).toEqual([
      'not valid UTF-8',
      'record',
    ]);
  });

  it('refuses nesting deeper than a hundred and records over a megabyte', () => {
    const deep = `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`;
    const big = `{"a":"${'x'.repeat(1024 * 1024)}"}`;
    expect(texts(`{"Records":[${deep},${big},{"a":1}]}`).map((one) => one.slice(0, 20))).toEqual([
      '! nested deeper than',
      '! a record of 104858',
      '{"a":1}',
    ]);
  });

  it('survives a bomb of brackets and of broken lines in linear time', () => {
    const start = performance.now();
    expect(slice('['.repeat(2_000_000)).length).toBeLessThan(10);
    expect(slice('{"a":"\n'.repeat(300_000)).length).toBeLessThan(100);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it.skipIf(!existsSync(vectors))(
    'cuts the delivered files of the shared records into pieces that make up the whole file again',
    () => {
      const files = globSync(`${vectors}/invictus/AWSLogs/**/*.json.gz`);
      let count = 0;
      for (const file of files) {
        const body = gunzipSync(readFileSync(file));
        const records = slice(body).map((one) => ('raw' in one ? Buffer.from(one.raw).toString('utf8') : ''));
        count += records.length;
        expect(`{"Records":[${records.join(',')}]}`).toBe(body.toString('utf8').trimEnd());
      }
      expect(count).toBe(2900);
    },
  );
});
