import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf } from '../../../test/kit/trail-setup.ts';
import { eventually } from '../../../test/kit/run.ts';
import { ACCOUNT, ANONYMOUS, OTHER, user } from '../../../test/kit/calls.ts';
import { startSns, type TestSns } from '../../../test/kit/sns.ts';
import { startReceiver, type Receiver } from '../../../test/kit/sns-receiver.ts';

const TopicArn = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;

let test: TestSns;
let receiver: Receiver;
beforeEach(async () => {
  const queues = { send: () => Promise.resolve(), checkSend: () => Promise.resolve() };
  test = await startSns({ queues, smtp: { url: 'smtp://127.0.0.1:1', from: 'us@example.com' } });
  receiver = await startReceiver();
  test.sns.start();
  await test.call('CreateTopic', { Name: 'news' });
});
afterEach(async () => {
  await receiver.stop();
  await test[Symbol.asyncDispose]();
});

const subscribe = (input: Record<string, unknown> = {}, as = user('admin')) =>
  test.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: receiver.url, ...input }, as);
const received = (type: string, count = 1) =>
  eventually(async () => receiver.of(type).length >= count || undefined).then(() => receiver.of(type));
const token = async (type = 'SubscriptionConfirmation') =>
  (await received(type)).at(-1)?.json['Token'] as string;
const confirm = async (input: Record<string, unknown> = {}, as = ANONYMOUS) =>
  test.call('ConfirmSubscription', { TopicArn, Token: await token(), ...input }, as);
const listed = async () =>
  (await test.call('ListSubscriptionsByTopic', { TopicArn }))['Subscriptions'] as Record<string, string>[];
const arnOf = async () => (await subscribe({ ReturnSubscriptionArn: true }))['SubscriptionArn'] as string;

describe('a webhook', () => {
  it('is asked first, and is subscribed by whoever has the token', async () => {
    expect(await subscribe()).toEqual({ SubscriptionArn: 'pending confirmation' });
    expect(await listed()).toMatchObject([{ SubscriptionArn: 'PendingConfirmation', Owner: ACCOUNT }]);
    const [question] = await received('SubscriptionConfirmation');
    expect(question?.json).toMatchObject({
      TopicArn,
      SubscribeURL: `https://audit.example/?Action=ConfirmSubscription&TopicArn=${TopicArn}&Token=${await token()}`,
    });
    const { SubscriptionArn } = await confirm();
    expect(await listed()).toMatchObject([{ SubscriptionArn, Protocol: 'http', Endpoint: receiver.url }]);
    expect(await subscribe()).toEqual({ SubscriptionArn });
    const { Attributes } = await test.call('GetSubscriptionAttributes', { SubscriptionArn });
    expect(Attributes).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'false',
      RawMessageDelivery: 'false',
      SubscriptionPrincipal: `arn:aws:iam::${ACCOUNT}:user/admin`,
    });
  });

  it('is not subscribed by a token that was made up, is too old, or another topic’s', async () => {
    await subscribe();
    const good = await token();
    const wrong = `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`;
    expect(await errorOf(confirm({ Token: wrong }))).toMatchObject({ message: 'Invalid parameter: Token' });
    expect(await errorOf(confirm({ Token: 'abc' }))).toMatchObject({ message: 'Invalid token' });
    await test.call('CreateTopic', { Name: 'other' });
    const other = TopicArn.replace('news', 'other');
    expect(await errorOf(confirm({ TopicArn: other }))).toMatchObject({ message: 'Invalid token' });
    test.clock.time += 2 * 86_400_000 + 1;
    expect(await errorOf(confirm())).toMatchObject({ message: expect.stringContaining('expired') as string });
    expect(await listed()).toMatchObject([{ SubscriptionArn: 'PendingConfirmation' }]);
  });

  it('leaves by the link, is told how to come back, and comes back by that token only', async () => {
    await subscribe();
    const first = await token();
    const { SubscriptionArn } = await confirm();
    test.clock.time += 1000;
    expect(await test.call('Unsubscribe', { SubscriptionArn }, ANONYMOUS)).toEqual({});
    expect(await listed()).toEqual([]);
    const back = await token('UnsubscribeConfirmation');
    expect(await errorOf(confirm({ Token: first }))).toMatchObject({ message: 'Invalid token' });
    expect(await confirm({ Token: back })).toEqual({ SubscriptionArn });
    expect(await listed()).toHaveLength(1);
  });

  it('is taken off for good by its owner, and by the topic’s, and by nobody else who signs', async () => {
    await subscribe();
    const { SubscriptionArn } = await confirm();
    const eve = user('eve', { account: OTHER });
    expect(await errorOf(test.call('Unsubscribe', { SubscriptionArn }, eve))).toMatchObject({ status: 403 });
    const none = user('none', { policies: [] });
    expect(await errorOf(test.call('Unsubscribe', { SubscriptionArn }, none))).toMatchObject({ status: 403 });
    await test.call('Unsubscribe', { SubscriptionArn });
    await test.call('Unsubscribe', { SubscriptionArn });
    expect(receiver.of('UnsubscribeConfirmation')).toEqual([]);
    expect(await errorOf(confirm())).toMatchObject({ message: 'Invalid token' });
    expect(await errorOf(test.call('GetSubscriptionAttributes', { SubscriptionArn }))).toMatchObject({
      code: 'NotFound',
      message: 'Subscription does not exist',
    });
  });

  it('that only its owner may take off is confirmed with a signature', async () => {
    await subscribe();
    const AuthenticateOnUnsubscribe = 'true';
    expect(await errorOf(confirm({ AuthenticateOnUnsubscribe }))).toMatchObject({
      code: 'AuthorizationError',
    });
    const { SubscriptionArn } = await confirm({ AuthenticateOnUnsubscribe }, user('admin'));
    expect(await errorOf(test.call('Unsubscribe', { SubscriptionArn }, ANONYMOUS))).toMatchObject({
      status: 403,
    });
    expect(await listed()).toHaveLength(1);
  });

  it('that nobody answers for is forgotten', async () => {
    await subscribe();
    await received('SubscriptionConfirmation');
    test.clock.time += 3 * 86_400_000;
    await eventually(async () => (await listed()).length === 0 || undefined);
  });
});

describe('a queue', () => {
  it('of the caller’s account is subscribed at once, another’s is asked', async () => {
    const queue = (account: string) => `arn:aws:sqs:us-east-1:${account}:jobs`;
    const { SubscriptionArn } = await subscribe({ Protocol: 'sqs', Endpoint: queue(ACCOUNT) });
    expect(SubscriptionArn).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
    expect(await subscribe({ Protocol: 'sqs', Endpoint: queue(OTHER) })).toEqual({
      SubscriptionArn: 'pending confirmation',
    });
  });
});

describe('an endpoint', () => {
  it.each([
    ['does not support this protocol string: ftp', 'ftp', 'ftp://x'],
    ['Lambda endpoint ARN', 'lambda', 'arn:aws:sqs:us-east-1:123456789012:f'],
    ['its own account', 'lambda', 'arn:aws:lambda:us-east-1:210987654321:function:f'],
    ['OPENTRAIL_FUNCTIONS', 'lambda', 'arn:aws:lambda:us-east-1:123456789012:function:f'],
    ['does not support text messages', 'sms', '+15550100'],
    ['must match the specified protocol', 'https', 'http://example.com/'],
    ['must be a URL', 'http', 'http://'],
    ['user names and passwords', 'http', 'http://me:secret@example.com/'],
    ['at a private address', 'http', 'http://10.0.0.1/'],
    ['at a private address', 'http', 'http://169.254.169.254/latest/meta-data/'],
    ['at a private address', 'http', 'http://[::1]:80/'],
    ['at a private address', 'https', 'https://0x0a000001/'],
    ['Email address', 'email', 'nobody'],
    ['Email address', 'email', 'a@example.com,b@example.com'],
    ['Email address', 'email', 'a@example.com\r\nBcc: b@example.com'],
    ['Email address', 'email', '"a b"@example.com'],
    ['Email address', 'email', 'A <a@example.com>'],
    ['SQS endpoint ARN', 'sqs', 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs'],
    ['FIFO SQS Queues', 'sqs', 'arn:aws:sqs:us-east-1:123456789012:jobs.fifo'],
  ])('is refused: %s', async (why, Protocol, Endpoint) => {
    expect(await errorOf(subscribe({ Protocol, Endpoint }))).toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(why) as string,
    });
    expect(await listed()).toEqual([]);
  });

  it('that this server cannot reach names the setting', async () => {
    await using bare = await startSns();
    await bare.call('CreateTopic', { Name: 'news' });
    const mail = { TopicArn, Protocol: 'email', Endpoint: 'a@example.com' };
    expect(await errorOf(bare.call('Subscribe', mail))).toMatchObject({
      message: expect.stringContaining('OPENTRAIL_SMTP_URL') as string,
    });
  });
});

describe('attributes of a subscription', () => {
  it.each([
    ['RawMessageDelivery: Invalid value [x]. Must be true or false.', { RawMessageDelivery: 'x' }],
    [
      'FilterPolicyScope: Invalid value [x]. Please use either MessageBody or MessageAttributes',
      { FilterPolicyScope: 'x' },
    ],
    ['FilterPolicy: failed to parse JSON', { FilterPolicy: '{' }],
    [
      'RedrivePolicy: deadLetterTargetArn is an invalid arn',
      { RedrivePolicy: '{"deadLetterTargetArn":"x"}' },
    ],
    ['AttributeName', { Colour: 'red' }],
  ])('are refused by both operations: %s', async (why, Attributes) => {
    expect(await errorOf(subscribe({ Attributes }))).toMatchObject({
      message: expect.stringContaining(why) as string,
    });
    const SubscriptionArn = await arnOf();
    const [[AttributeName, AttributeValue] = []] = Object.entries(Attributes);
    const call = test.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
    expect(await errorOf(call)).toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining(why) as string,
    });
  });

  it('are shown as they were set, and set by the owner only', async () => {
    const SubscriptionArn = await arnOf();
    const set = (AttributeName: string, AttributeValue: string, as = user('admin')) =>
      test.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue }, as);
    await set('FilterPolicyScope', 'MessageBody');
    await set('FilterPolicy', '{"a":{"b":["x"]}}');
    await set('RawMessageDelivery', 'true');
    const { Attributes } = await test.call('GetSubscriptionAttributes', { SubscriptionArn });
    expect(Attributes).toMatchObject({
      FilterPolicy: '{"a":{"b":["x"]}}',
      FilterPolicyScope: 'MessageBody',
      RawMessageDelivery: 'true',
      PendingConfirmation: 'true',
    });
    expect(await errorOf(set('FilterPolicyScope', 'MessageAttributes'))).toMatchObject({
      message: expect.stringContaining('does not support nested filter policy') as string,
    });
    expect(await errorOf(set('FilterPolicy', '{}', user('eve', { account: OTHER })))).toMatchObject({
      status: 403,
    });
  });

  it('that differ are no second subscription', async () => {
    await subscribe();
    expect(await errorOf(subscribe({ Attributes: { RawMessageDelivery: 'true' } }))).toMatchObject({
      message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    });
  });
});
