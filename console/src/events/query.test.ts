import { describe, expect, it } from 'vitest';

import { EMPTY_QUERY, hasCondition, tidy, withCondition, withoutCondition, type Condition } from './query.ts';

const notMe: Condition = { key: 'AccessKeyId', operator: 'not', values: ['ASIAME'] };
const notCi: Condition = { key: 'AccessKeyId', operator: 'not', values: ['AKIACI'] };

describe('conditions', () => {
  it('of the same kind join, and part again', () => {
    const both = withCondition(withCondition(EMPTY_QUERY, notMe), notCi);
    expect(both.conditions).toEqual([{ ...notMe, values: ['ASIAME', 'AKIACI'] }]);
    expect(hasCondition(both, notCi)).toBe(true);
    const one = withoutCondition(both, notMe);
    expect(one.conditions).toEqual([notCi]);
    expect(withoutCondition(one, notCi)).toEqual(EMPTY_QUERY);
  });
});

describe('tidy', () => {
  it('leaves a single account to the chooser', () => {
    const account: Condition = { key: 'RecipientAccountId', operator: 'equals', values: ['111111111111'] };
    expect(tidy({ ...EMPTY_QUERY, conditions: [account] })).toEqual({
      ...EMPTY_QUERY,
      account: '111111111111',
    });
  });

  it('keeps several accounts as a condition, until one is chosen', () => {
    const accounts: Condition = { key: 'RecipientAccountId', operator: 'equals', values: ['1', '2'] };
    const query = { ...EMPTY_QUERY, conditions: [accounts] };
    expect(tidy(query)).toEqual(query);
    expect(tidy({ ...query, account: '333333333333' }).conditions).toEqual([]);
  });
});
