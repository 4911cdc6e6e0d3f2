import { describe, expect, it } from 'vitest';

import { lookupHistogram, lookupPage } from './lookup.ts';
import { EMPTY_QUERY } from './query.ts';

const search = {
  query: {
    ...EMPTY_QUERY,
    conditions: [
      { key: 'EventName', operator: 'equals', values: ['A', 'B'] },
      { key: 'Username', operator: 'not', values: ['ci'] },
    ],
    account: '111111111111',
  },
  span: { from: 10, to: 20 },
  everywhere: true,
} as const;

describe('lookupPage', () => {
  it('asks for exactly the span, scope and conditions of the query', async () => {
    let asked: unknown;
    const api = answering({ Events: [], NextToken: 'more' }, (input) => (asked = input));
    const page = await lookupPage(api, { ...search, pageSize: 50, token: 'last' });
    expect(page.next).toBe('more');
    expect(asked).toEqual({
      EventCategory: 'all',
      Scope: 'all',
      StartTime: 10,
      EndTime: 20,
      LookupAttributes: [
        { AttributeKey: 'EventName', AttributeValue: 'A' },
        { AttributeKey: 'EventName', AttributeValue: 'B' },
        { AttributeKey: 'Username', AttributeValue: 'ci', Operator: 'not' },
        { AttributeKey: 'RecipientAccountId', AttributeValue: '111111111111' },
      ],
      MaxResults: 50,
      NextToken: 'last',
    });
  });

  it('survives a record that is not JSON', async () => {
    const api = answering({
      Events: [{ EventId: 'e', EventName: 'X', EventTime: 5, CloudTrailEvent: '{broken' }],
    });
    const page = await lookupPage(api, { ...search, pageSize: 50, token: undefined });
    expect(page.events[0]).toMatchObject({ id: 'e', name: 'X', time: 5000, sourceIp: '', raw: '{broken' });
  });
});

describe('lookupHistogram', () => {
  it('reads the bars', async () => {
    const api = answering({ Histogram: [{ Time: 10, Count: 3, Errors: 1 }] });
    const bars = await lookupHistogram(api, { ...search, bucketSeconds: 5 });
    expect(bars).toEqual([{ time: 10, count: 3, errors: 1 }]);
  });
});

function answering(answer: Record<string, unknown>, look: (input: object) => void = () => undefined) {
  return {
    cloudtrail: (_operation: string, input: object) => {
      look(input);
      return Promise.resolve(answer);
    },
  };
}
