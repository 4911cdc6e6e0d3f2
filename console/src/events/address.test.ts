import { describe, expect, it } from 'vitest';

import { formatAddress, parseAddress, type HistoryAddress } from './address.ts';
import { EMPTY_QUERY } from './query.ts';

const full: HistoryAddress = {
  query: {
    conditions: [
      { key: 'EventName', operator: 'equals', values: ['DeleteTable', 'TerminateInstances'] },
      { key: 'Username', operator: 'not', values: ['ops & co, ünì=1#2%'] },
      { key: 'ResourceName', operator: 'prefix', values: ['arn:aws:s3:::ledger/a+b'] },
    ],
    range: { type: 'absolute', from: 1_767_323_045, to: 1_767_326_645 },
    account: '123456789012',
  },
  event: '10e1548f-893e-46f6-852a-25a9f8cf93e1',
  live: true,
};

describe('the address of a query', () => {
  it('reads back as the same query, whatever characters the values have', () => {
    expect(parseAddress(formatAddress(full))).toEqual(full);
  });

  it('can be read by a person', () => {
    const { query } = full;
    const address = formatAddress({
      query: { ...query, conditions: query.conditions.slice(0, 1) },
      event: undefined,
      live: false,
    });
    expect(address).toBe(
      'EventName=DeleteTable&EventName=TerminateInstances&account=123456789012&from=2026-01-02T03:04:05Z&to=2026-01-02T04:04:05Z',
    );
  });

  it('is empty for the question one starts with', () => {
    expect(formatAddress({ query: EMPTY_QUERY, event: undefined, live: false })).toBe('');
    expect(parseAddress('').query).toEqual(EMPTY_QUERY);
  });

  it('leaves out what it does not understand', () => {
    const address = parseAddress(
      '__proto__=1&Nothing=x&range=forever&account=12&from=2026-01-02T00:00:00Z&EventName=',
    );
    expect(address.query).toEqual(EMPTY_QUERY);
  });

  it('refuses a range that ends before it starts', () => {
    expect(parseAddress('from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z').query.range).toEqual(
      EMPTY_QUERY.range,
    );
  });
});
