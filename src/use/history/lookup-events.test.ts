import { describe, expect, it } from 'vitest';

import type { OperationInput } from '../../aws/operation.ts';
import type { Organization } from '../../aws/ports.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { HistogramQuery, LookupQuery, StoredEvent } from '../../store/contract.ts';
import { lookupEvents } from './lookup-events.ts';
import { callContext } from './testing.ts';

const DAY = 86_400;
const NOW = Date.UTC(2026, 10, 21, 12) / 1000;

const event = (over: Partial<StoredEvent['columns']> = {}): StoredEvent => ({
  origin: 'captured',
  raw: '{"eventName":"RunInstances"}',
  columns: {
    id: '6f3d1a52-0000-4000-8000-000000000001',
    eventId: '6f3d1a52-0000-4000-8000-000000000001',
    time: NOW - 60,
    account: '123456789012',
    region: 'us-east-1',
    source: 'ec2.amazonaws.com',
    name: 'RunInstances',
    category: 'Management',
    readOnly: false,
    username: 'alice',
    accessKey: 'AKIAEXAMPLE',
    userArn: 'arn:aws:iam::123456789012:user/alice',
    sourceIp: '10.0.0.1',
    error: '',
    resources: [{ type: 'AWS::EC2::Instance', name: 'i-1' }],
    ...over,
  },
});

/** The operation on a store that answers `events` and notes what it was asked. */
function setUp(
  events: readonly StoredEvent[] = [],
  next?: { time: number; id: string },
  organizations: readonly Organization[] = [],
) {
  const asked: (LookupQuery | HistogramQuery)[] = [];
  const operation = lookupEvents({
    retentionMs: 90 * DAY * 1000,
    organizationOf: async (account) => organizations.find(({ accounts }) => accounts.includes(account)),
    tokenKey: Buffer.alloc(32, 1),
    events: {
      lookup: (query) => {
        asked.push(query);
        return Promise.resolve({ events, next });
      },
      histogram: (query) => {
        asked.push(query);
        return Promise.resolve([{ time: NOW - 3600, count: 5, errors: 2 }]);
      },
      values: (query) => {
        asked.push(query as never);
        return Promise.resolve([{ value: 'alice', count: 3 }]);
      },
    },
  });
  const call = (
    input: OperationInput,
    extensions: Record<string, unknown> = {},
    allowed: readonly string[] = [],
  ) =>
    Promise.resolve().then(() => operation.handle(input, callContext({ ...input, ...extensions }, allowed)));
  return { operation, call, asked };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code,
  );

describe('LookupEvents', () => {
  it('shows an event with the members and types that AWS has', async () => {
    const { call } = setUp([event()]);
    expect((await call({})).output).toEqual({
      Events: [
        {
          EventId: '6f3d1a52-0000-4000-8000-000000000001',
          EventName: 'RunInstances',
          ReadOnly: 'false',
          AccessKeyId: 'AKIAEXAMPLE',
          EventTime: new Date((NOW - 60) * 1000),
          EventSource: 'ec2.amazonaws.com',
          Username: 'alice',
          Resources: [{ ResourceType: 'AWS::EC2::Instance', ResourceName: 'i-1' }],
          CloudTrailEvent: '{"eventName":"RunInstances"}',
        },
      ],
    });
  });

  it('leaves out user name and key where there is none, and shows no resources as an empty list', async () => {
    const { call } = setUp([event({ username: '', accessKey: '', resources: [] })]);
    const [shown] = (await call({})).output?.['Events'] as Record<string, unknown>[];
    expect(shown?.['Username']).toBeUndefined();
    expect(shown?.['AccessKeyId']).toBeUndefined();
    expect(shown?.['Resources']).toEqual([]);
  });

  it("asks for management events of the caller's account and region, as far back as history is kept", async () => {
    const { call, asked } = setUp();
    await call({});
    expect(asked[0]).toMatchObject({
      scope: { account: '123456789012', region: 'us-east-1' },
      from: NOW - 90 * DAY,
      to: NOW,
      categories: ['Management'],
      conditions: [],
      limit: 50,
    });
  });

  it('never reaches behind the retention', async () => {
    const { call, asked } = setUp();
    await call({ StartTime: new Date((NOW - 400 * DAY) * 1000) });
    expect(asked[0]?.from).toBe(NOW - 90 * DAY);
  });

  it('counts a second as within the range only when the whole second is', async () => {
    const { call, asked } = setUp();
    await call({ StartTime: new Date((NOW - 10) * 1000 + 1), EndTime: new Date((NOW - 5) * 1000 + 999) });
    expect(asked[0]).toMatchObject({ from: NOW - 9, to: NOW - 5 });
  });

  it('takes a range within one second, in which no event can be', async () => {
    const { call, asked } = setUp();
    await call({ StartTime: new Date(NOW * 1000 + 200), EndTime: new Date(NOW * 1000 + 800) });
    expect(asked[0]).toMatchObject({ from: NOW + 1, to: NOW });
  });

  it('takes both ends as within the range, and the same moment as both', async () => {
    const { call, asked } = setUp();
    await call({ StartTime: new Date(NOW * 1000), EndTime: new Date(NOW * 1000) });
    expect(asked[0]).toMatchObject({ from: NOW, to: NOW });
  });

  it('finds nothing before history begins, but takes the question', async () => {
    const { call, asked } = setUp();
    await call({ StartTime: new Date(0), EndTime: new Date(1000) });
    expect(asked[0]).toMatchObject({ from: NOW - 90 * DAY, to: 1 });
  });

  it.each(['EventId', 'EventName', 'EventSource'])('looks for Insights events by %s', async (key) => {
    const { call, asked } = setUp();
    const LookupAttributes = [{ AttributeKey: key, AttributeValue: 'x' }];
    expect(await call({ EventCategory: 'insight', LookupAttributes })).toMatchObject({
      output: { Events: [] },
    });
    expect(asked[0]).toMatchObject({ categories: ['Insight'] });
  });

  it.each([['x'.repeat(2000)], ['_'.repeat(1000)], [', \n_'.repeat(250)]])(
    'takes a value of 2000 characters as they are counted',
    async (value) => {
      const { call, asked } = setUp();
      await call({ LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: value }] });
      expect(asked).toHaveLength(1);
    },
  );

  it('joins different keys with AND and a repeated key with OR', async () => {
    const { call, asked } = setUp();
    await call(
      {},
      {
        LookupAttributes: [
          { AttributeKey: 'Username', AttributeValue: 'alice' },
          { AttributeKey: 'Username', AttributeValue: 'bob' },
          { AttributeKey: 'Username', AttributeValue: 'al', Operator: 'prefix' },
          { AttributeKey: 'EventName', AttributeValue: 'Decrypt', Operator: 'not' },
        ],
      },
    );
    expect(asked[0]?.conditions).toEqual([
      { key: 'Username', operator: 'equals', values: ['alice', 'bob'] },
      { key: 'Username', operator: 'prefix', values: ['al'] },
      { key: 'EventName', operator: 'not', values: ['Decrypt'] },
    ]);
  });

  it('sees other categories only when asked', async () => {
    const { call, asked } = setUp();
    await call({ EventCategory: 'insight' });
    await call({}, { EventCategory: 'data' });
    await call({}, { EventCategory: 'all' });
    await call({}, { LookupAttributes: [{ AttributeKey: 'EventCategory', AttributeValue: 'data' }] });
    expect(asked.map(({ categories }) => categories)).toEqual([['Insight'], ['Data'], [], []]);
    expect(asked[3]?.conditions).toEqual([{ key: 'EventCategory', operator: 'equals', values: ['Data'] }]);
  });

  it('searches all accounts only for those who may', async () => {
    const { call, asked } = setUp();
    expect(await codeOf(call({}, { Scope: 'all' }))).toBe('AccessDenied');
    await call({}, { Scope: 'all' }, ['opentrail:AllAccounts']);
    expect(asked.map(({ scope }) => scope)).toEqual(['all']);
  });

  it('counts in buckets instead of listing', async () => {
    const { call, asked } = setUp();
    const answer = await call({}, { Histogram: { BucketSeconds: 3600 } });
    expect(answer).toEqual({
      output: {},
      extensions: { Histogram: [{ Time: NOW - 3600, Count: 5, Errors: 2 }] },
    });
    expect(asked[0]).toMatchObject({ bucketSeconds: 3600, categories: ['Management'] });
  });

  it('counts values of an attribute instead of listing', async () => {
    const { call, asked } = setUp();
    const answer = await call({}, { Values: { AttributeKey: 'Username', Prefix: 'al', MaxResults: 10 } });
    expect(answer).toEqual({ output: {}, extensions: { Values: [{ Value: 'alice', Count: 3 }] } });
    expect(asked[0]).toMatchObject({ key: 'Username', prefix: 'al', limit: 10 });
  });

  it('searches the accounts of the organization that the caller administers, and of no other', async () => {
    const organization = {
      id: 'o-exampleorg1',
      managementAccount: '999999999999',
      allFeatures: true,
      accounts: ['111111111111', '123456789012', '999999999999'],
      trustsCloudTrail: true,
      administrators: ['123456789012'],
    };
    const allowed = ['opentrail:OrganizationEvents'];
    const { call, asked } = setUp([], undefined, [organization]);
    const mine = { AttributeKey: 'RecipientAccountId', AttributeValue: '222222222222' };
    await call({}, { Scope: 'organization', LookupAttributes: [mine] }, allowed);
    expect(asked[0]).toMatchObject({
      scope: 'all',
      conditions: [
        { key: 'RecipientAccountId', operator: 'equals', values: ['222222222222'] },
        { key: 'RecipientAccountId', operator: 'equals', values: organization.accounts },
      ],
    });
    await expect(call({}, { Scope: 'organization' }, [])).rejects.toThrow(/opentrail:OrganizationEvents/);
    const member = setUp([], undefined, [{ ...organization, administrators: [] }]);
    await expect(member.call({}, { Scope: 'organization' }, allowed)).rejects.toMatchObject({
      code: 'NotOrganizationMasterAccountException',
    });
    await expect(setUp().call({}, { Scope: 'organization' }, allowed)).rejects.toMatchObject({
      code: 'OrganizationsNotInUseException',
    });
  });

  it('says that it is not available while the engine is down', async () => {
    const operation = lookupEvents({
      retentionMs: DAY,
      organizationOf: async () => undefined,
      tokenKey: Buffer.alloc(32),
      events: {
        lookup: () => Promise.reject(new OpentrailError('ENGINE_UNAVAILABLE', 'down')),
        histogram: never,
        values: never,
      },
    });
    await expect(operation.handle({}, callContext())).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      status: 503,
    });
  });
});

const never = () => Promise.reject(new OpentrailError('BUG', 'not asked'));

describe('LookupEvents refuses', () => {
  const attribute = (AttributeKey: unknown, AttributeValue: unknown, Operator?: unknown) => ({
    LookupAttributes: [{ AttributeKey, AttributeValue, ...(Operator === undefined ? {} : { Operator }) }],
  });
  const insight = (key: string) => ({ ...attribute(key, 'x'), EventCategory: 'insight' });
  const cases: readonly [string, Record<string, unknown>, string][] = [
    ['an unknown key', attribute('Nope', 'x'), 'InvalidLookupAttributesException'],
    ['a key in the wrong case', attribute('eventname', 'x'), 'InvalidLookupAttributesException'],
    ['a key of the prototype', attribute('__proto__', 'x'), 'InvalidLookupAttributesException'],
    ['an empty value', attribute('EventName', ''), 'InvalidLookupAttributesException'],
    ['a value that is no text', attribute('EventName', 7), 'InvalidLookupAttributesException'],
    [
      'a value of 2001 characters',
      attribute('EventName', 'x'.repeat(2001)),
      'InvalidLookupAttributesException',
    ],
    [
      'a value of 1001 underscores, which count twice',
      attribute('EventName', '_'.repeat(1001)),
      'InvalidLookupAttributesException',
    ],
    [
      'a value of 2001 characters as line breaks, commas and spaces are counted',
      attribute('EventName', `${', \n_'.repeat(250)}x`),
      'InvalidLookupAttributesException',
    ],
    ['resources of Insights events', insight('ResourceName'), 'InvalidLookupAttributesException'],
    ['the kind of Insights events', insight('ReadOnly'), 'InvalidLookupAttributesException'],
    ['keys of Insights events', insight('AccessKeyId'), 'InvalidLookupAttributesException'],
    ['an attribute without a value', attribute('EventName', undefined), 'InvalidLookupAttributesException'],
    ['a category in the wrong case', { EventCategory: 'Insight' }, 'InvalidEventCategoryException'],
    ['half a result', { MaxResults: 1.5 }, 'InvalidMaxResultsException'],
    ['an empty token', { NextToken: '' }, 'InvalidNextTokenException'],
    ['an unknown operator', attribute('EventName', 'x', 'like'), 'InvalidLookupAttributesException'],
    ['a list of no objects', { LookupAttributes: ['x'] }, 'InvalidLookupAttributesException'],
    [
      'more than fifty attributes',
      { LookupAttributes: Array.from({ length: 51 }, () => attribute('EventName', 'x')) },
      'InvalidLookupAttributesException',
    ],
    [
      'users of Insights events',
      { ...attribute('Username', 'x'), EventCategory: 'insight' },
      'InvalidLookupAttributesException',
    ],
    [
      'a start after the end',
      { StartTime: new Date(2000), EndTime: new Date(1000) },
      'InvalidTimeRangeException',
    ],
    ['a time that is none', { StartTime: new Date(NaN) }, 'InvalidTimeRangeException'],
    ['no results', { MaxResults: 0 }, 'InvalidMaxResultsException'],
    ['more than a thousand results', { MaxResults: 1001 }, 'InvalidMaxResultsException'],
    ['an unknown category', { EventCategory: 'everything' }, 'InvalidEventCategoryException'],
    ['a category of the prototype', { EventCategory: 'constructor' }, 'InvalidEventCategoryException'],
    ['a malformed token', { NextToken: 'x' }, 'InvalidNextTokenException'],
    ['a made-up token', { NextToken: 'A'.repeat(120) }, 'InvalidNextTokenException'],
    ['an unknown scope', { Scope: 'everything' }, 'ValidationException'],
    ['buckets of no length', { Histogram: { BucketSeconds: 0 } }, 'ValidationException'],
    ['too many buckets', { Histogram: { BucketSeconds: 1 } }, 'ValidationException'],
    ['values of an unknown key', { Values: { AttributeKey: 'Nope' } }, 'InvalidLookupAttributesException'],
  ];
  it.each(cases)('%s', async (_, input, code) => {
    const { call, asked } = setUp();
    expect(await codeOf(call(input))).toBe(code);
    expect(asked).toEqual([]);
  });

  it('and names the member and the value', async () => {
    const { call } = setUp();
    await expect(call(attribute('Nope', 'x'))).rejects.toThrow(/"Nope".*LookupAttributes\[0\]\.AttributeKey/);
    await expect(call({ MaxResults: 5000 })).rejects.toThrow(/5000/);
  });
});

describe('a NextToken', () => {
  const next = { time: NOW - 500, id: '6f3d1a52-0000-4000-8000-000000000009' };
  const attributes = { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'RunInstances' }] };
  const firstPage = async () => {
    const set = setUp([event()], next);
    const { output } = await set.call(attributes);
    return { ...set, token: output?.['NextToken'] as string };
  };

  it('goes on after the last event, with the time range of the first page', async () => {
    const { call, asked, token } = await firstPage();
    await call({ ...attributes, NextToken: token, MaxResults: 7 });
    expect(asked[1]).toMatchObject({ after: next, from: asked[0]?.from, to: asked[0]?.to, limit: 7 });
  });

  it('is refused for another caller and in another region', async () => {
    const { operation, token } = await firstPage();
    for (const other of [{ accountId: '210987654321' }, { region: 'eu-west-1' }]) {
      const context = { ...callContext(), now: NOW * 1000, ...other };
      expect(await codeOf(operation.handle({ ...attributes, NextToken: token }, context))).toBe(
        'InvalidNextTokenException',
      );
    }
  });

  it('reaches no further back than history does when it is used', async () => {
    const { operation, asked, token } = await firstPage();
    const later = { ...callContext(), now: (NOW + 5 * DAY) * 1000 };
    await operation.handle({ ...attributes, NextToken: token }, later);
    expect(asked.at(-1)).toMatchObject({ from: NOW - 85 * DAY, to: asked[0]?.to });
  });

  it('is absent on the last page', async () => {
    const { call } = setUp([event()]);
    expect((await call({})).output).not.toHaveProperty('NextToken');
  });

  it('is refused with other attributes, times, scope or category', async () => {
    const { call, token } = await firstPage();
    const others = [
      {},
      { ...attributes, StartTime: new Date(0) },
      { ...attributes, Scope: 'all' },
      { ...attributes, EventCategory: 'all' },
    ];
    for (const other of others)
      expect(await codeOf(call({ ...other, NextToken: token }, {}, ['opentrail:AllAccounts']))).toBe(
        'InvalidNextTokenException',
      );
  });

  it('is refused when any character of it was changed', async () => {
    const { call, token } = await firstPage();
    for (let i = 0; i < token.length - 1; i += 5) {
      const changed = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
      expect(await codeOf(call({ ...attributes, NextToken: changed }))).toBe('InvalidNextTokenException');
    }
  });
});
