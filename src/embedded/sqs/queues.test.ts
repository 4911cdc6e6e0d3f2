import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, ANONYMOUS, OTHER, user } from '../../../test/kit/calls.ts';
import { startSqs, type TestSqs } from '../../../test/kit/sqs.ts';
import { errorOf } from '../../../test/kit/trail-setup.ts';

const QueueUrl = `https://audit.example/${ACCOUNT}/jobs`;
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

let test: TestSqs;
beforeEach(async () => {
  test = await startSqs();
});
afterEach(() => test[Symbol.asyncDispose]());

const create = (QueueName = 'jobs', more: Record<string, unknown> = {}) =>
  test.call('CreateQueue', { QueueName, ...more });
const set = (Attributes: Record<string, string>) => test.call('SetQueueAttributes', { QueueUrl, Attributes });
const attributes = async (...AttributeNames: string[]) =>
  (await test.call('GetQueueAttributes', { QueueUrl, AttributeNames }))['Attributes'] as Record<
    string,
    string
  >;
const send = (MessageBody: string, as = user('admin')) =>
  test.call('SendMessage', { QueueUrl, MessageBody }, as);
const statement = (more: object) => ({
  Effect: 'Allow',
  Action: 'sqs:SendMessage',
  Resource: arnOf('jobs'),
  ...more,
});
const policy = (...Statement: object[]) => ({ Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });

describe('a queue', () => {
  it('is made once, however often it is asked for', async () => {
    expect(await create()).toEqual({ QueueUrl });
    expect(await create('jobs', { Attributes: { VisibilityTimeout: '30' } })).toEqual({ QueueUrl });
    expect(await errorOf(create('jobs', { Attributes: { VisibilityTimeout: '60' } }))).toMatchObject({
      code: 'QueueNameExists',
      queryCode: 'QueueAlreadyExists',
      message: expect.stringContaining('VisibilityTimeout') as string,
    });
    expect(await test.call('GetQueueUrl', { QueueName: 'jobs' })).toEqual({ QueueUrl });
    expect(
      await errorOf(test.call('GetQueueUrl', { QueueName: 'jobs' }, undefined, 'eu-west-1')),
    ).toMatchObject({
      code: 'QueueDoesNotExist',
      queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
      status: 400,
    });
    await test.call('DeleteQueue', { QueueUrl });
    expect(await errorOf(send('x'))).toMatchObject({ code: 'QueueDoesNotExist' });
  });

  it('has none of the messages that were in one of its name before', async () => {
    await create();
    await send('old');
    await test.call('DeleteQueue', { QueueUrl });
    await create();
    expect(await test.call('ReceiveMessage', { QueueUrl })).toEqual({});
  });

  it('shows its attributes, those asked for', async () => {
    await create('jobs', { Attributes: { DelaySeconds: '5' } });
    expect(await attributes('All')).toEqual({
      QueueArn: arnOf('jobs'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: '1795946400',
      LastModifiedTimestamp: '1795946400',
      DelaySeconds: '5',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      VisibilityTimeout: '30',
      SqsManagedSseEnabled: 'false',
    });
    await set({ DelaySeconds: '0', ReceiveMessageWaitTimeSeconds: '20' });
    expect(await attributes('DelaySeconds', 'ReceiveMessageWaitTimeSeconds', 'Policy')).toEqual({
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '20',
    });
    expect(await errorOf(attributes('Colour'))).toMatchObject({ code: 'InvalidAttributeName' });
  });

  it.each([
    ['InvalidAttributeName', { Colour: 'red' }, 'Colour'],
    ['InvalidAttributeValue', { VisibilityTimeout: '43201' }, 'VisibilityTimeout'],
    ['InvalidAttributeValue', { MessageRetentionPeriod: 'long' }, 'MessageRetentionPeriod'],
    ['InvalidAttributeValue', { FifoQueue: 'true' }, 'FifoQueue'],
    ['InvalidAttributeName', { ContentBasedDeduplication: 'true' }, 'ContentBasedDeduplication'],
    ['InvalidAttributeValue', { Policy: '{"Statement": 1}' }, 'Policy'],
    ['InvalidAttributeValue', policy(statement({ Principal: '*', Action: 's3:GetObject' })), 's3:GetObject'],
    [
      'InvalidAttributeValue',
      { RedrivePolicy: '{"deadLetterTargetArn":"x","maxReceiveCount":1}' },
      'deadLetterTargetArn',
    ],
    [
      'InvalidAttributeValue',
      { RedrivePolicy: `{"deadLetterTargetArn":"${arnOf('none')}","maxReceiveCount":1}` },
      'not exist',
    ],
    ['UnsupportedOperation', { KmsMasterKeyId: 'alias/aws/sqs' }, 'KmsMasterKeyId'],
    ['UnsupportedOperation', { SqsManagedSseEnabled: 'true' }, 'SqsManagedSseEnabled'],
  ])('refuses with %s %j', async (code, given: Record<string, string>, named) => {
    const expected = { code, message: expect.stringContaining(named) as string };
    expect(await errorOf(create('jobs', { Attributes: given }))).toMatchObject(expected);
    await create();
    expect(await errorOf(set(given))).toMatchObject(expected);
  });

  it.each([
    ['InvalidParameterValueException', { QueueName: 'a b' }],
    ['InvalidParameterValueException', { QueueName: 'x'.repeat(81) }],
    ['MissingRequiredParameterException', {}],
    ['InvalidAttributeValue', { QueueName: 'a.fifo' }],
    ['InvalidParameterValueException', { QueueName: 'a', tags: { 'aws:x': 'y' } }],
  ])('refuses with %s %j', async (code, input) => {
    expect(await errorOf(test.call('CreateQueue', input))).toMatchObject({ code });
  });

  it.each([
    ['MissingRequiredParameterException', undefined],
    ['InvalidAddress', 'https://audit.example/jobs'],
    ['InvalidAddress', `https://audit.example/${ACCOUNT}/../jobs`],
    ['QueueDoesNotExist', `https://audit.example/${ACCOUNT}/other`],
  ])('is not found: %s at %s', async (code, url) => {
    await create();
    expect(await errorOf(test.call('PurgeQueue', { QueueUrl: url }))).toMatchObject({ code });
  });

  it('lists come in pages, by prefix', async () => {
    for (const name of ['a1', 'a2', 'a3', 'b1']) await create(name);
    const urls = (names: string[]) => names.map((name) => `https://audit.example/${ACCOUNT}/${name}`);
    expect(await test.call('ListQueues', {})).toEqual({ QueueUrls: urls(['a1', 'a2', 'a3', 'b1']) });
    const first = await test.call('ListQueues', { QueueNamePrefix: 'a', MaxResults: 2 });
    expect(first['QueueUrls']).toEqual(urls(['a1', 'a2']));
    const { NextToken } = first;
    expect(await test.call('ListQueues', { QueueNamePrefix: 'a', MaxResults: 2, NextToken })).toEqual({
      QueueUrls: urls(['a3']),
    });
    expect(await test.call('ListQueues', {}, user('x', { account: OTHER }))).toEqual({});
  });

  it('keeps tags', async () => {
    await create('jobs', { tags: { a: '1' } });
    await test.call('TagQueue', { QueueUrl, Tags: { b: '2' } });
    await test.call('UntagQueue', { QueueUrl, TagKeys: ['a'] });
    expect(await test.call('ListQueueTags', { QueueUrl })).toEqual({ Tags: { b: '2' } });
  });
});

describe('the policy of a queue', () => {
  const stranger = user('stranger', { account: OTHER });
  const denied = { code: 'AccessDenied', status: 403 };

  it('lets nobody of another account, until a statement does', async () => {
    await create();
    expect(await errorOf(send('x', stranger))).toMatchObject(denied);
    await test.call('AddPermission', {
      QueueUrl,
      Label: 'them',
      AWSAccountIds: [OTHER],
      Actions: ['SendMessage'],
    });
    await send('x', stranger);
    expect(await errorOf(test.call('ReceiveMessage', { QueueUrl }, stranger))).toMatchObject(denied);
    await test.call('RemovePermission', { QueueUrl, Label: 'them' });
    expect(await errorOf(send('x', stranger))).toMatchObject(denied);
    expect(await attributes('Policy')).toEqual({});
  });

  it('cannot hand over the queue itself', async () => {
    await create();
    await set(policy(statement({ Principal: { AWS: OTHER }, Action: 'sqs:*' })));
    await send('x', stranger);
    expect(await errorOf(test.call('DeleteQueue', { QueueUrl }, stranger))).toMatchObject(denied);
    expect(
      await errorOf(
        test.call('SetQueueAttributes', { QueueUrl, Attributes: { DelaySeconds: '1' } }, stranger),
      ),
    ).toMatchObject(denied);
    const Actions = ['DeleteQueue'];
    expect(
      await errorOf(test.call('AddPermission', { QueueUrl, Label: 'a', AWSAccountIds: [OTHER], Actions })),
    ).toMatchObject({ code: 'InvalidParameterValueException' });
  });

  it('may let everybody in, unsigned', async () => {
    await create();
    expect(await errorOf(send('x', ANONYMOUS))).toMatchObject(denied);
    await set(policy(statement({ Principal: '*' })));
    await send('x', ANONYMOUS);
    expect(await attributes('ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '1' });
  });

  it('denies its own account too', async () => {
    await create();
    await set(policy(statement({ Effect: 'Deny', Principal: '*', Action: 'sqs:PurgeQueue' })));
    expect(await errorOf(test.call('PurgeQueue', { QueueUrl }))).toMatchObject(denied);
  });

  it('says which services send, for which of their resources', async () => {
    await create();
    const source = {
      service: 'sns.amazonaws.com',
      arn: `arn:aws:sns:us-east-1:${ACCOUNT}:news`,
      accountId: ACCOUNT,
    };
    const message = { queueArn: arnOf('jobs'), body: 'x', attributes: {} };
    const { queues } = test.sqs;
    expect(await errorOf(queues.send({ ...message, source }))).toMatchObject(denied);
    const Condition = { ArnEquals: { 'aws:SourceArn': source.arn } };
    await set(policy(statement({ Principal: { Service: source.service }, Condition })));
    await queues.send({ ...message, source });
    await queues.checkSend({ queueArn: message.queueArn, source });
    expect(
      await errorOf(queues.send({ ...message, source: { ...source, arn: `${source.arn}2` } })),
    ).toMatchObject(denied);
    expect(await errorOf(queues.send({ ...message, source, queueArn: arnOf('none') }))).toMatchObject({
      code: 'QueueDoesNotExist',
    });
    await set({ MaximumMessageSize: '1024' });
    expect(await errorOf(queues.send({ ...message, source, body: 'x'.repeat(1025) }))).toMatchObject({
      code: 'InvalidParameterValueException',
    });
  });
});
