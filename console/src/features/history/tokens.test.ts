import { describe, expect, it } from 'vitest';

import type { Condition } from '../../events/query.ts';
import { fromTokens, toTokens } from './tokens.ts';

const conditions: readonly Condition[] = [
  { key: 'EventName', operator: 'equals', values: ['A', 'B'] },
  { key: 'Username', operator: 'not', values: ['ci'] },
  { key: 'ResourceName', operator: 'prefix', values: ['led'] },
];

describe('tokens of the search box', () => {
  it('say the same as the conditions', () => {
    expect(fromTokens(toTokens(conditions))).toEqual({ conditions, words: [] });
  });

  it('join into alternatives when the same attribute is asked for twice', () => {
    const { tokens } = toTokens(conditions.slice(0, 1));
    const query = {
      operation: 'and' as const,
      tokens: [...tokens, { propertyKey: 'EventName', operator: '=', value: ['C'] }],
    };
    expect(fromTokens(query).conditions).toEqual([
      { key: 'EventName', operator: 'equals', values: ['A', 'B', 'C'] },
    ]);
  });

  it('hand over words that name no attribute', () => {
    const query = { operation: 'and' as const, tokens: [{ operator: '=', value: 'AKIA…' }] };
    expect(fromTokens(query)).toEqual({ conditions: [], words: ['AKIA…'] });
  });
});
