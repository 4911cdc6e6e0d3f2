import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../events/trail-event.ts';
import { relatedTo } from './related.ts';

const event = fromRecord(
  JSON.stringify({
    eventName: 'DeleteTable',
    eventTime: '2026-01-02T03:04:05Z',
    sourceIPAddress: '203.0.113.9',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROA:bob',
      arn: 'arn:aws:sts::1:assumed-role/ops/bob',
      accessKeyId: 'ASIAX',
    },
    resources: [{ ARN: 'arn:aws:dynamodb:us-east-1:1:table/ledger', type: 'AWS::DynamoDB::Table' }],
  }),
);
const now = event.time + 10 * 86_400_000;

describe('relatedTo', () => {
  it('leads to the same user, session, role, key, resource, IP and call', () => {
    const links = relatedTo(event, { range: undefined, now });
    expect(links.map(({ label, value }) => [label, value])).toEqual([
      ['Same user', 'bob'],
      ['Same session', 'bob'],
      ['Same role', 'ops'],
      ['Same key', 'ASIAX'],
      ['Same resource', 'ledger'],
      ['Same IP', '203.0.113.9'],
      ['Same call', 'DeleteTable'],
      ['That moment', '5 min before and after'],
    ]);
    expect(links[2]?.query.conditions).toEqual([
      { key: 'UserArn', operator: 'prefix', values: ['arn:aws:sts::1:assumed-role/ops/'] },
    ]);
  });

  it('offers a resource once, however often it is named', () => {
    const names = ['arn:aws:s3:::ledger', 'ledger', 'other', 'third'];
    const links = relatedTo(
      { ...event, resources: names.map((name) => ({ type: '', name })) },
      { range: undefined, now },
    );
    const resources = links.filter(({ label }) => label === 'Same resource');
    expect(resources.map(({ value }) => value)).toEqual(['ledger', 'other']);
  });

  it('keeps the range that one was looking at, unless the event lies outside of it', () => {
    const wide = { type: 'relative', amount: 30, unit: 'd' } as const;
    const close = { type: 'relative', amount: 1, unit: 'h' } as const;
    expect(relatedTo(event, { range: wide, now })[0]?.query.range).toEqual(wide);
    expect(relatedTo(event, { range: close, now })[0]?.query.range).toEqual({
      type: 'absolute',
      from: event.time / 1000 - 86_400,
      to: event.time / 1000 + 86_400,
    });
  });

  it('offers nothing for what the record does not say', () => {
    const labels = relatedTo(fromRecord('{"eventTime":"2026-01-02T03:04:05Z"}'), {
      range: undefined,
      now,
    }).map(({ label }) => label);
    expect(labels).toEqual(['That moment']);
  });
});
