import { describe, expect, it } from 'vitest';

import { formatJson } from './format-json.ts';

const text = (raw: string) =>
  formatJson(raw)
    ?.map((token) => token.text)
    .join('');

describe('formatJson', () => {
  it('lays out as JSON.stringify does', () => {
    const value = { a: [1, { b: 'x:y,{z}"' }], c: {}, d: [], e: null, f: true, g: -1.5e3 };
    expect(text(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2).replace('-1500', '-1500'));
  });

  it('changes no number and no repeated key', () => {
    expect(text('{"n":12345678901234567890,"n":1.0}')).toBe('{\n  "n": 12345678901234567890,\n  "n": 1.0\n}');
  });

  it('tells keys from strings', () => {
    expect(formatJson('{"a":"b"}')?.map(({ kind }) => kind)).toEqual([
      'mark',
      'key',
      'mark',
      'string',
      'mark',
    ]);
  });

  it('leaves alone what is no JSON', () => {
    expect(formatJson('{broken')).toBeUndefined();
  });
});
