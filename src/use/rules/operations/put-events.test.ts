import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  ACCOUNT,
  OTHER,
  errorOf,
  principal,
  startRules,
  textsOf,
  type TestRules,
} from '../../../../test/kit/rules.ts';

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;

let test: TestRules;
beforeEach(async () => {
  test = await startRules();
});
afterEach(() => test.stop());

const call = (...args: Parameters<TestRules['call']>) => test.call(...args);
const entry = (more: Record<string, unknown> = {}) => ({
  Source: 'mine',
  DetailType: 'Told',
  Detail: '{"a":1}',
  ...more,
});
const texts = () => textsOf(test);

describe('PutEvents', () => {
  it('takes each entry or refuses it for itself, and fires rules', async () => {
    await test.put('mine', { source: ['mine'] }, [TOPIC]);
    const answer = await call('PutEvents', {
      Entries: [
        entry({ Time: new Date('2026-01-31T08:00:00.700Z'), Resources: ['r'] }),
        entry({ Source: 'aws.ec2' }),
        entry({ Detail: '[1]' }),
        entry({ Detail: '{' }),
        entry({ DetailType: undefined }),
        entry({ EventBusName: 'nope' }),
        entry({ Detail: JSON.stringify({ x: 'y'.repeat(257 * 1024) }) }),
        entry({ Detail: `{"a":${'['.repeat(1001)}${']'.repeat(1001)}}` }),
      ],
    });
    expect(answer).toMatchObject({
      FailedEntryCount: 7,
      Entries: [
        { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
        { ErrorCode: 'NotAuthorizedForSourceException' },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        { ErrorCode: 'MalformedDetail' },
        {
          ErrorCode: 'InvalidArgument',
          ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
        },
        { ErrorCode: 'ResourceNotFoundException' },
        { ErrorCode: 'InvalidArgument' },
        { ErrorCode: 'MalformedDetail' },
      ],
    });
    await test.rules.settled();
    expect(texts()).toMatchObject([
      {
        version: '0',
        source: 'mine',
        'detail-type': 'Told',
        account: ACCOUNT,
        region: 'us-east-1',
        time: '2026-01-31T08:00:00Z',
        resources: ['r'],
        detail: { a: 1 },
      },
    ]);
  });

  it('is refused as a whole above 1 MB and above ten entries', async () => {
    const big = entry({ Detail: JSON.stringify({ x: 'y'.repeat(200 * 1024) }) });
    expect(await errorOf(call('PutEvents', { Entries: Array(6).fill(big) }))).toContain(
      'Total size of the entries in the request is over the limit',
    );
    expect(await errorOf(call('PutEvents', { Entries: Array(11).fill(entry()) }))).toContain(
      'ValidationException',
    );
  });

  it('reaches a bus of another account where its policy says so', async () => {
    const as = principal(OTHER);
    const bus = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
    const put = () => call('PutEvents', { Entries: [entry({ EventBusName: bus })] }, { as });
    await test.put('mine', { source: ['mine'] }, [TOPIC]);
    expect(await errorOf(put())).toContain('AccessDenied');
    await call('PutPermission', { Action: 'events:PutEvents', Principal: OTHER, StatementId: 'let' });
    await put();
    await test.rules.settled();
    expect(texts()).toMatchObject([{ account: OTHER }]);
    await call('RemovePermission', { StatementId: 'let' });
    expect(await errorOf(put())).toContain('AccessDenied');
    expect(await call('DescribeEventBus', {})).not.toHaveProperty('Policy');
  });
});

describe('another service', () => {
  it('puts its events on the default bus of an account', async () => {
    await test.put('s3', { source: ['aws.s3'], detail: { bucket: { name: ['b'] } } }, [TOPIC]);
    const event = { account: ACCOUNT, region: 'us-east-1', source: 'aws.s3', detailType: 'Object Created' };
    const time = Date.parse('2026-11-30T10:00:00.500Z');
    await test.rules.buses.put({
      ...event,
      resources: ['arn:aws:s3:::b'],
      time,
      detail: { bucket: { name: 'b' } },
    });
    await test.rules.buses.put({ ...event, resources: [], time, detail: { bucket: { name: 'c' } } });
    await test.rules.settled();
    expect(texts()).toMatchObject([
      { 'detail-type': 'Object Created', time: '2026-11-30T10:00:00Z', account: ACCOUNT },
    ]);
  });
});

describe('a bus as a target', () => {
  const other = `arn:aws:events:us-east-1:${OTHER}:event-bus/default`;

  it('gets events of another account where its policy lets it, and what came that way goes no further', async () => {
    const as = principal(OTHER);
    await test.put('over', { source: ['aws.dynamodb'] }, [
      { Arn: other, DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:dead` } },
    ]);
    await call('PutRule', { Name: 'there', EventPattern: JSON.stringify({ account: [ACCOUNT] }) }, { as });
    const back = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
    await call(
      'PutTargets',
      {
        Rule: 'there',
        Targets: [
          { Id: '1', Arn: TOPIC },
          { Id: '2', Arn: back, DeadLetterConfig: { Arn: `arn:aws:sqs:us-east-1:${OTHER}:dead` } },
        ],
      },
      { as },
    );
    await test.record({});
    await test.pass(1000);
    expect(test.queued.map(({ attributes }) => attributes['ERROR_CODE']?.Value)).toEqual(['NO_PERMISSIONS']);
    await call(
      'PutPermission',
      { Action: 'events:PutEvents', Principal: ACCOUNT, StatementId: 'let' },
      { as },
    );
    await test.record({ eventName: 'Second' });
    await test.pass(1000);
    expect(test.sent.filter(({ kind }) => kind === 'topic').map(({ text }) => text)).toEqual([
      expect.stringContaining('"eventName":"Second"'),
    ]);
    expect(test.queued.map(({ attributes }) => attributes['ERROR_CODE']?.Value)).toEqual([
      'NO_PERMISSIONS',
      'THIRD_ACCOUNT_HOP_DETECTED',
    ]);
  });
});
