import { describe, expect, it } from 'vitest';

import { asSql } from './as-sql.ts';
import { EMPTY_QUERY, type Condition } from './query.ts';

const span = { from: 1_767_323_045, to: 1_767_326_645 };
const where = (...conditions: readonly Condition[]) =>
  asSql({ ...EMPTY_QUERY, conditions }, span, 'store')
    .split('\n')
    .filter((line) => line.startsWith('  AND'))
    .slice(1)
    .map((line) => line.slice(6));

describe('a filter as SQL', () => {
  it('names the time, the account and the store', () => {
    const sql = asSql({ ...EMPTY_QUERY, account: '123456789012' }, span, 'store');
    expect(sql).toContain('FROM store');
    expect(sql).toContain("eventtime >= timestamp '2026-01-02 03:04:05'");
    expect(sql).toContain("eventtime < timestamp '2026-01-02 04:04:06'");
    expect(sql).toContain("recipientaccountid = '123456789012'");
  });

  it('has alternatives, prefixes and negations, with quotes as they are', () => {
    expect(
      where(
        { key: 'EventName', operator: 'equals', values: ['A', "B'; DROP"] },
        { key: 'UserArn', operator: 'prefix', values: ['arn:aws:sts'] },
        { key: 'ErrorCode', operator: 'not', values: ['AccessDenied'] },
        { key: 'ReadOnly', operator: 'equals', values: ['false'] },
        { key: 'ResourceName', operator: 'equals', values: ['ledger'] },
      ),
    ).toEqual([
      "eventname IN ('A', 'B''; DROP')",
      "starts_with(useridentity.arn, 'arn:aws:sts')",
      "(errorcode IS NULL OR NOT (errorcode = 'AccessDenied'))",
      'readonly = false',
      "eventjson LIKE '%ledger%'",
    ]);
  });
});
