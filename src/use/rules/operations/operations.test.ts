import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  ACCOUNT,
  errorOf,
  principal,
  startRules,
  textsOf,
  type TestRules,
} from '../../../../test/kit/rules.ts';
import type { OperationInput } from '../../../aws/operation.ts';

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
const PATTERN = JSON.stringify({ source: ['mine'] });

let test: TestRules;
beforeEach(async () => {
  test = await startRules();
});
afterEach(() => test.stop());

const call = (...args: Parameters<TestRules['call']>) => test.call(...args);
const texts = () => textsOf(test);

describe('buses', () => {
  it('are made, listed, changed and deleted; the default one is always there', async () => {
    expect(
      await call('CreateEventBus', {
        Name: 'orders',
        Description: 'all of them',
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    ).toEqual({
      EventBusArn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/orders`,
      Description: 'all of them',
    });
    expect(await call('ListEventBuses', {})).toMatchObject({
      EventBuses: [{ Name: 'default' }, { Name: 'orders', Description: 'all of them' }],
    });
    expect(await call('ListEventBuses', { Limit: 1 })).toMatchObject({
      EventBuses: [{ Name: 'default' }],
      NextToken: expect.any(String) as string,
    });
    const { NextToken } = await call('ListEventBuses', { Limit: 1 });
    expect(await call('ListEventBuses', { Limit: 1, NextToken })).toMatchObject({
      EventBuses: [{ Name: 'orders' }],
    });
    await call('UpdateEventBus', { Name: 'orders', Description: 'some' });
    expect(await call('DescribeEventBus', { Name: 'orders' })).toMatchObject({ Description: 'some' });
    await call('PutRule', { Name: 'r', EventBusName: 'orders', EventPattern: PATTERN });
    expect(await errorOf(call('DeleteEventBus', { Name: 'orders' }))).toContain('has rules');
    await call('DeleteRule', { Name: 'r', EventBusName: 'orders' });
    await call('DeleteEventBus', { Name: 'orders' });
    expect(await errorOf(call('DescribeEventBus', { Name: 'orders' }))).toBe(
      'ResourceNotFoundException: Event bus orders does not exist.',
    );
    expect(await call('DescribeEventBus', {})).toEqual({
      Name: 'default',
      Arn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
    });
  });

  it.each([
    [
      'CreateEventBus',
      { Name: 'default' },
      'ResourceAlreadyExistsException: Event bus default already exists.',
    ],
    [
      'CreateEventBus',
      { Name: 'x', KmsKeyIdentifier: 'k' },
      'UnsupportedOperationException: Opentrail does not support the parameter KmsKeyIdentifier of this operation.',
    ],
    ['CreateEventBus', { Name: 'sp ace' }, 'ValidationException'],
    ['DeleteEventBus', { Name: 'default' }, 'ValidationException: Cannot delete event bus default.'],
    ['UpdateEventBus', { Name: 'nope' }, 'ResourceNotFoundException: Event bus nope does not exist.'],
    [
      'PutPermission',
      {},
      'ValidationException: Parameters Action, Principal and StatementId must be specified, or Policy.',
    ],
    ['PutPermission', { Policy: '{}' }, 'ValidationException: Parameter Policy is not valid.'],
    [
      'RemovePermission',
      { StatementId: 'x' },
      'ResourceNotFoundException: Statement with the provided id does not exist.',
    ],
  ])('say what is wrong: %s %j', async (name, input, message) => {
    expect(await errorOf(call(name, input as OperationInput))).toContain(message);
  });
});

describe('rules', () => {
  it('are put, described, listed, switched and deleted as in AWS', async () => {
    const RuleArn = `arn:aws:events:us-east-1:${ACCOUNT}:rule/one`;
    expect(
      await call('PutRule', {
        Name: 'one',
        EventPattern: PATTERN,
        Description: 'd',
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    ).toEqual({ RuleArn });
    expect(await call('DescribeRule', { Name: 'one' })).toEqual({
      Name: 'one',
      Arn: RuleArn,
      EventPattern: PATTERN,
      Description: 'd',
      State: 'ENABLED',
      EventBusName: 'default',
      CreatedBy: ACCOUNT,
    });
    await call('DisableRule', { Name: 'one' });
    expect(await call('ListRules', { NamePrefix: 'o' })).toMatchObject({
      Rules: [{ Name: 'one', State: 'DISABLED' }],
    });
    await call('PutRule', { Name: 'one', EventPattern: PATTERN });
    expect(await call('DescribeRule', { Name: 'one' })).not.toHaveProperty('Description');
    expect(await call('ListTagsForResource', { ResourceARN: RuleArn })).toEqual({
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    await call('TagResource', { ResourceARN: RuleArn, Tags: [{ Key: 'b', Value: '2' }] });
    await call('UntagResource', { ResourceARN: RuleArn, TagKeys: ['k'] });
    expect(await call('ListTagsForResource', { ResourceARN: RuleArn })).toEqual({
      Tags: [{ Key: 'b', Value: '2' }],
    });
    await call('PutTargets', { Rule: 'one', Targets: [{ Id: 'a', Arn: TOPIC, Input: '{}' }] });
    expect(await call('ListTargetsByRule', { Rule: 'one' })).toEqual({
      Targets: [{ Id: 'a', Arn: TOPIC, Input: '{}' }],
    });
    expect(await call('ListRuleNamesByTarget', { TargetArn: TOPIC })).toEqual({ RuleNames: ['one'] });
    expect(await errorOf(call('DeleteRule', { Name: 'one' }))).toBe(
      "ValidationException: Rule can't be deleted since it has targets.",
    );
    await call('RemoveTargets', { Rule: 'one', Ids: ['a', 'never there'.replace(/ /g, '-')] });
    await call('DeleteRule', { Name: 'one' });
    await call('DeleteRule', { Name: 'one' });
    expect(await errorOf(call('DescribeRule', { Name: 'one' }))).toBe(
      'ResourceNotFoundException: Rule one does not exist on EventBus default.',
    );
  });

  it.each([
    [{}, 'ValidationException: Parameter(s) EventPattern or ScheduleExpression must be specified.'],
    [
      { EventPattern: '{"a":1}' },
      'InvalidEventPatternException: Event pattern is not valid. Reason: "a" must be an object or an array',
    ],
    [{ EventPattern: PATTERN, State: 'ON' }, 'ValidationException: 1 validation error detected: Value'],
    [
      { EventPattern: PATTERN, EventBusName: 'nope' },
      'ResourceNotFoundException: Event bus nope does not exist.',
    ],
    [
      { ScheduleExpression: 'rate(1 minutes)' },
      'ValidationException: Parameter ScheduleExpression is not valid.',
    ],
    [
      { ScheduleExpression: 'cron(* * * * * *)' },
      'ValidationException: Parameter ScheduleExpression is not valid.',
    ],
    [
      { EventPattern: PATTERN, Name: 'x y' },
      "ValidationException: 1 validation error detected: Value 'x y' at 'name' failed to satisfy constraint",
    ],
    [{ EventPattern: PATTERN, RoleArn: 'nobody' }, 'ValidationException: Parameter nobody is not valid.'],
  ])('are refused: %j', async (more, message) => {
    expect(await errorOf(call('PutRule', { Name: 'r', ...more }))).toContain(message);
  });

  it.each([
    [
      { Arn: 'nonsense' },
      'ValidationException: Parameter nonsense is not valid. Reason: Provided Arn is not in correct format.',
    ],
    [
      { Arn: `arn:aws:iam::${ACCOUNT}:role/x` },
      'ValidationException: iam is not a supported service for a target.',
    ],
    [
      { Arn: TOPIC, RoleArn: `arn:aws:iam::${ACCOUNT}:role/x` },
      `ValidationException: RoleArn is not supported for target ${TOPIC}.`,
    ],
    [
      { Arn: TOPIC, EcsParameters: {} },
      'UnsupportedOperationException: Opentrail does not support the parameter EcsParameters',
    ],
    [
      { Arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:q.fifo` },
      'ValidationException: Parameter(s) SqsParameters must be specified for target: t.',
    ],
    [{ Arn: TOPIC, DeadLetterConfig: { Arn: TOPIC } }, 'DeadLetterConfig of target t must name a queue'],
    [{ Arn: TOPIC, RetryPolicy: { MaximumRetryAttempts: 186 } }, 'ValidationException'],
    [
      {
        Arn: `arn:aws:opentrail:us-east-1:${ACCOUNT}:webhook/h`,
        HttpParameters: { HeaderParameters: { Host: 'x' } },
      },
      '"Host" can not be sent as a header',
    ],
    [{ Arn: TOPIC, Input: 'x' }, 'JSON syntax error in input for target t.'],
    [
      { Arn: `arn:aws:opentrail:us-east-1:${ACCOUNT}:email/no address` },
      'Provided Arn is not in correct format',
    ],
  ])('take no such target: %j', async (target, message) => {
    await call('PutRule', { Name: 'r', EventPattern: PATTERN });
    expect(await errorOf(call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', ...target }] }))).toContain(
      message,
    );
  });

  it('have five targets at most, and none is kept of a call that goes beyond', async () => {
    await call('PutRule', { Name: 'r', EventPattern: PATTERN });
    const six = Array.from({ length: 6 }, (_, n) => ({ Id: `t${n}`, Arn: TOPIC }));
    expect(await errorOf(call('PutTargets', { Rule: 'r', Targets: six }))).toContain(
      'LimitExceededException',
    );
    expect(await call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: [] });
  });

  it('want iam:PassRole for roles, and the policies about their own ARN', async () => {
    const only = (Action: string | string[], Resource: string) =>
      principal(ACCOUNT, [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] }]);
    const rule = `arn:aws:events:us-east-1:${ACCOUNT}:rule/mine-*`;
    const as = only('events:*', rule);
    await call('PutRule', { Name: 'mine-1', EventPattern: PATTERN }, { as });
    expect(await errorOf(call('PutRule', { Name: 'yours', EventPattern: PATTERN }, { as }))).toContain(
      'AccessDenied',
    );
    expect(
      await errorOf(
        call(
          'PutRule',
          { Name: 'mine-1', EventPattern: PATTERN, RoleArn: `arn:aws:iam::${ACCOUNT}:role/r` },
          { as },
        ),
      ),
    ).toContain('iam:PassRole');
    expect(
      await errorOf(
        call(
          'CreateConnection',
          {
            Name: 'c',
            AuthorizationType: 'API_KEY',
            AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'v' } },
          },
          { as },
        ),
      ),
    ).toContain('AccessDenied');
  });
});

describe('schedules', () => {
  it('fire when they are due, and once for what was missed', async () => {
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(5 minutes)' });
    await call('PutTargets', { Rule: 'tick', Targets: [{ Id: '1', Arn: TOPIC }] });
    await test.pass(20 * 60_000, 60_000);
    expect(test.sent).toHaveLength(4);
    await test.pass(3_600_000);
    expect(test.sent).toHaveLength(5);
    expect(texts()[0]).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-11-30T10:05:00Z',
      resources: [`arn:aws:events:us-east-1:${ACCOUNT}:rule/tick`],
      detail: {},
    });
    await call('DisableRule', { Name: 'tick' });
    await test.pass(3_600_000);
    expect(test.sent).toHaveLength(5);
  });

  it('know the cron of AWS', async () => {
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'cron(0/15 12 ? * MON *)' });
    await call('PutTargets', { Rule: 'tick', Targets: [{ Id: '1', Arn: TOPIC }] });
    await test.pass(24 * 3_600_000, 5 * 60_000);
    expect(texts().map(({ time }) => time)).toEqual(
      ['00', '15', '30', '45'].map((minute) => `2026-11-30T12:${minute}:00Z`),
    );
  });
});

describe('TestEventPattern', () => {
  const Event = JSON.stringify({
    id: '1',
    account: ACCOUNT,
    source: 'mine',
    time: '2026-11-30T10:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 't',
  });

  it('says whether a pattern matches, and what an event lacks', async () => {
    expect(await call('TestEventPattern', { EventPattern: PATTERN, Event })).toEqual({ Result: true });
    expect(await call('TestEventPattern', { EventPattern: '{"source":["x"]}', Event })).toEqual({
      Result: false,
    });
    expect(await errorOf(call('TestEventPattern', { EventPattern: PATTERN, Event: '{"id":"1"}' }))).toContain(
      'it must have the field account',
    );
    expect(await errorOf(call('TestEventPattern', { EventPattern: PATTERN, Event: '[]' }))).toContain(
      'it is not a JSON object',
    );
  });
});
