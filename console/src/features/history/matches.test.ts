import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../events/trail-event.ts';
import { matches } from './matches.ts';
import { EMPTY_QUERY, type Condition } from '../../events/query.ts';

const event = fromRecord(
  JSON.stringify({
    eventID: 'e1',
    eventName: 'TerminateInstances',
    eventTime: '2026-01-02T03:04:05Z',
    recipientAccountId: '111111111111',
    readOnly: false,
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROA:alice',
      arn: 'arn:aws:sts::1:assumed-role/ops/alice',
    },
    requestParameters: { instancesSet: { items: [{ instanceId: 'i-0abc' }] } },
  }),
);

describe('matches', () => {
  it.each<[string, boolean, Condition]>([
    ['an equal value', true, { key: 'Username', operator: 'equals', values: ['bob', 'alice'] }],
    ['no equal value', false, { key: 'Username', operator: 'equals', values: ['bob'] }],
    ['an excluded value', false, { key: 'Username', operator: 'not', values: ['bob', 'alice'] }],
    ['a prefix', true, { key: 'UserArn', operator: 'prefix', values: ['arn:aws:sts::1:assumed-role/ops/'] }],
    ['a flag', true, { key: 'ReadOnly', operator: 'equals', values: ['false'] }],
    [
      'a resource that only the parameters name',
      true,
      { key: 'ResourceName', operator: 'equals', values: ['i-0abc'] },
    ],
    ['part of a name', false, { key: 'ResourceName', operator: 'equals', values: ['i-0ab'] }],
  ])('decides on %s: %s', (_what, expected, condition) => {
    expect(matches(event, { ...EMPTY_QUERY, conditions: [condition] })).toBe(expected);
  });

  it('keeps to the chosen account', () => {
    expect(matches(event, { ...EMPTY_QUERY, account: '222222222222' })).toBe(false);
  });
});
