import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf } from '../../../test/kit/trail-setup.ts';
import { ACCOUNT, OTHER, user } from '../../../test/kit/calls.ts';
import { startSns, type TestSns } from '../../../test/kit/sns.ts';

const ARN = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;

let test: TestSns;
beforeEach(async () => {
  test = await startSns();
});
afterEach(() => test[Symbol.asyncDispose]());

const attributes = async (TopicArn = ARN) =>
  (await test.call('GetTopicAttributes', { TopicArn }))['Attributes'] as Record<string, string>;
const set = (AttributeName: string, AttributeValue: string) =>
  test.call('SetTopicAttributes', { TopicArn: ARN, AttributeName, AttributeValue });
const statement = (more: object) => ({ Effect: 'Allow', Action: 'SNS:Publish', Resource: ARN, ...more });
const policy = (...statements: object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one, n) => ({ Sid: `s${n}`, ...one })),
  });

describe('a topic', () => {
  it('is made once, however often it is asked for', async () => {
    expect(await test.call('CreateTopic', { Name: 'news' })).toEqual({ TopicArn: ARN });
    expect(await test.call('CreateTopic', { Name: 'news' })).toEqual({ TopicArn: ARN });
    expect(await test.call('ListTopics', {})).toEqual({ Topics: [{ TopicArn: ARN }] });
    expect(await test.call('ListTopics', {}, undefined, 'eu-west-1')).toEqual({ Topics: [] });
    expect(await attributes()).toMatchObject({
      Owner: ACCOUNT,
      DisplayName: '',
      SubscriptionsConfirmed: '0',
      EffectiveDeliveryPolicy: expect.stringContaining('"numRetries":3') as string,
    });
    expect(
      await errorOf(test.call('CreateTopic', { Name: 'news', Attributes: { DisplayName: 'x' } })),
    ).toMatchObject({
      code: 'InvalidParameter',
      message: 'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    });
    const Tags = [{ Key: 'a', Value: 'b' }];
    expect(await errorOf(test.call('CreateTopic', { Name: 'news', Tags }))).toMatchObject({
      message: 'Invalid parameter: Tags Reason: Topic already exists with different tags',
    });
    await test.call('DeleteTopic', { TopicArn: ARN });
    await test.call('DeleteTopic', { TopicArn: ARN });
    expect(await errorOf(attributes())).toMatchObject({
      code: 'NotFound',
      status: 404,
      message: 'Topic does not exist',
    });
  });

  it('lists come in pages', async () => {
    for (let n = 0; n < 101; n++) await test.call('CreateTopic', { Name: `t${n}` });
    const first = await test.call('ListTopics', {});
    expect(first['Topics']).toHaveLength(100);
    const second = await test.call('ListTopics', { NextToken: first['NextToken'] });
    expect(second).toEqual({ Topics: [expect.anything()] });
  });

  it.each([
    ['Topic Name', { Name: 'with space' }],
    ['Topic Name', { Name: '' }],
    ['FIFO topics', { Name: 'queue.fifo' }],
    ['FifoTopic', { Name: 'x', Attributes: { FifoTopic: 'true' } }],
    ['KmsMasterKeyId', { Name: 'x', Attributes: { KmsMasterKeyId: 'alias/aws/sns' } }],
    ['HTTPSuccessFeedbackRoleArn', { Name: 'x', Attributes: { HTTPSuccessFeedbackRoleArn: 'arn' } }],
    ['AttributeName', { Name: 'x', Attributes: { Colour: 'red' } }],
    ['DisplayName', { Name: 'x', Attributes: { DisplayName: 'a\r\nBcc: everybody@example.com' } }],
    ['SignatureVersion', { Name: 'x', Attributes: { SignatureVersion: '3' } }],
  ])('is refused for its %s', async (named, input) => {
    const error = await errorOf(test.call('CreateTopic', input));
    expect(error).toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(named) as string,
    });
    expect(await test.call('ListTopics', {})).toEqual({ Topics: [] });
  });

  it.each([
    ['Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1', 'news'],
    ['Invalid parameter: TopicArn', `arn:aws:sqs:us-east-1:${ACCOUNT}:news`],
    ['Invalid parameter: TopicArn', `arn:aws:sns:eu-west-1:${ACCOUNT}:news`],
  ])('is not named right: %s', async (message, TopicArn) => {
    expect(await errorOf(attributes(TopicArn))).toMatchObject({ code: 'InvalidParameter', message });
  });

  it('has tags', async () => {
    await test.call('CreateTopic', {
      Name: 'news',
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await test.call('TagResource', { ResourceArn: ARN, Tags: [{ Key: 'b', Value: '3' }] });
    await test.call('UntagResource', { ResourceArn: ARN, TagKeys: ['a'] });
    const { Tags } = await test.call('ListTagsForResource', { ResourceArn: ARN });
    expect(Tags).toEqual([{ Key: 'b', Value: '3' }]);
    const twice = [
      { Key: 'c', Value: '1' },
      { Key: 'c', Value: '2' },
    ];
    expect(await errorOf(test.call('TagResource', { ResourceArn: ARN, Tags: twice }))).toMatchObject({
      message: 'Invalid parameter: Duplicated keys are not allowed.',
    });
    const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
    expect(await errorOf(test.call('TagResource', { ResourceArn: ARN, Tags: many }))).toMatchObject({
      code: 'TagLimitExceeded',
    });
    expect(await errorOf(test.call('ListTagsForResource', { ResourceArn: `${ARN}x` }))).toMatchObject({
      code: 'ResourceNotFound',
    });
  });
});

describe("a topic's policy", () => {
  beforeEach(async () => void (await test.call('CreateTopic', { Name: 'news' })));
  const publish = (as: ReturnType<typeof user>) =>
    test.call('Publish', { TopicArn: ARN, Message: 'hello' }, as);
  const bob = user('bob', { policies: [] });
  const ann = user('ann', { account: OTHER });

  it('gives the users of its own account nothing by itself, at first', async () => {
    expect(await errorOf(publish(bob))).toMatchObject({
      message: `User: ${bob.arn} is not authorized to perform: SNS:Publish on resource: ${ARN} because no identity-based policy allows the SNS:Publish action`,
    });
    await set('Policy', policy(statement({ Principal: { AWS: bob.arn } })));
    expect(await publish(bob)).toEqual({ MessageId: expect.any(String) as string });
    await set('Policy', policy(statement({ Principal: '*', Effect: 'Deny' })));
    expect(await errorOf(publish(user('admin')))).toMatchObject({ status: 403 });
  });

  it('lets other accounts in, whose own policies must allow it too', async () => {
    expect(await errorOf(publish(ann))).toMatchObject({ status: 403 });
    await test.call('AddPermission', {
      TopicArn: ARN,
      Label: 'ann',
      AWSAccountId: [OTHER],
      ActionName: ['Publish'],
    });
    expect(await publish(ann)).toHaveProperty('MessageId');
    expect(await errorOf(publish(user('eve', { account: OTHER, policies: [] })))).toMatchObject({
      status: 403,
    });
    expect(await errorOf(test.call('DeleteTopic', { TopicArn: ARN }, ann))).toMatchObject({ status: 403 });
    const again = { TopicArn: ARN, Label: 'ann', AWSAccountId: [OTHER], ActionName: ['Publish'] };
    expect(await errorOf(test.call('AddPermission', again))).toMatchObject({
      message: 'Invalid parameter: Statement already exists',
    });
    await test.call('RemovePermission', { TopicArn: ARN, Label: 'ann' });
    expect(await errorOf(publish(ann))).toMatchObject({ status: 403 });
  });

  it('may rest on the protocol', async () => {
    const onlyHttps = { StringNotEquals: { 'SNS:Protocol': 'https' } };
    await set(
      'Policy',
      policy(statement({ Principal: '*', Effect: 'Deny', Action: 'SNS:Subscribe', Condition: onlyHttps })),
    );
    const subscribe = (Protocol: string) =>
      test.call('Subscribe', { TopicArn: ARN, Protocol, Endpoint: `${Protocol}://127.0.0.1:1/` });
    expect(await errorOf(subscribe('http'))).toMatchObject({ status: 403 });
    expect(await subscribe('https')).toEqual({ SubscriptionArn: 'pending confirmation' });
  });

  it('is asked for services by the trail that they act for', async () => {
    const source = (name: string) => ({
      service: 'cloudtrail.amazonaws.com',
      arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`,
      accountId: ACCOUNT,
    });
    const check = (name: string) => test.sns.topics.checkPublish({ topicArn: ARN, source: source(name) });
    // AWS's default policy does not let CloudTrail in.
    expect(await errorOf(check('one'))).toMatchObject({ code: 'AuthorizationError', status: 403 });
    const Condition = { StringEquals: { 'aws:SourceArn': source('one').arn } };
    await set('Policy', policy(statement({ Principal: { Service: 'cloudtrail.amazonaws.com' }, Condition })));
    await check('one');
    expect(await errorOf(check('two'))).toMatchObject({ code: 'AuthorizationError' });
    const publish = { topicArn: ARN, message: 'x', source: source('two') };
    expect(await errorOf(test.sns.topics.publish(publish))).toMatchObject({ code: 'AuthorizationError' });
    const gone = { topicArn: `${ARN}x`, source: source('one') };
    expect(await errorOf(test.sns.topics.checkPublish(gone))).toMatchObject({ code: 'NotFound' });
  });

  it.each([
    ['failed to parse JSON', '{'],
    ['action out of service scope', policy(statement({ Principal: '*', Action: 'sns:*' }))],
    ['action out of service scope', policy(statement({ Principal: '*', Action: 's3:GetObject' }))],
    ['Invalid policy resource', policy(statement({ Principal: '*', Resource: '*' }))],
    ['Missing required field Principal', policy(statement({}))],
  ])('is refused: %s', async (why, text) => {
    expect(await errorOf(set('Policy', text))).toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(why) as string,
    });
  });
});
