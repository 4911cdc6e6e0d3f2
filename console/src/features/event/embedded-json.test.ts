import { describe, expect, it } from 'vitest';

import { embeddedJson } from './embedded-json.ts';

describe('embeddedJson', () => {
  it('reads a policy written as JSON text, percent-encoded or not', () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    expect(embeddedJson(JSON.stringify(policy, null, 2))).toEqual(policy);
    expect(embeddedJson(encodeURIComponent(JSON.stringify(policy)))).toEqual(policy);
  });

  it('leaves other texts alone', () => {
    for (const text of ['', 'plain', '123', '"text"', '{}', '{broken', '[curl/8.0]', '%7B%ZZ', '100%'])
      expect(embeddedJson(text)).toBeUndefined();
    expect(embeddedJson(`["${'a'.repeat(200_000)}"]`)).toBeUndefined();
  });
});
