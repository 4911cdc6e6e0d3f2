import { describe, expect, it } from 'vitest';

import { markOf } from './marked-value.ts';

describe('markOf', () => {
  it('tells redacted and omitted values from ordinary ones', () => {
    expect(markOf('HIDDEN_DUE_TO_SECURITY_REASONS')?.kind).toBe('redacted');
    expect(markOf('***')?.kind).toBe('redacted');
    expect(markOf('<sensitiveDataRemoved>')?.kind).toBe('redacted');
    expect(markOf('OMITTED_TOO_DEEP')?.kind).toBe('omitted');
    expect(markOf({ omitted: true, originalSize: 123456, reason: 'too big' })).toEqual({
      kind: 'omitted',
      text: 'omitted: too big, it had 123,456 bytes',
    });
    for (const plain of ['*', 'hidden', { omitted: 'no' }, null, 3]) expect(markOf(plain)).toBeUndefined();
  });
});
