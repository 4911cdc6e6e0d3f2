import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/kit/run.ts';
import { ACCOUNT, contextOf, user } from '../../../test/kit/calls.ts';
import { startSqs, type TestSqs } from '../../../test/kit/sqs.ts';
import { errorOf } from '../../../test/kit/trail-setup.ts';

const urlOf = (name: string) => `https://audit.example/${ACCOUNT}/${name}`;
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
const QueueUrl = urlOf('jobs');
const SECOND = 1000;

type Received = {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly MessageId: string;
  readonly Attributes?: Record<string, string>;
  readonly MessageAttributes?: Record<string, Record<string, unknown>>;
  readonly MD5OfMessageAttributes?: string;
};

let test: TestSqs;
beforeEach(async () => {
  test = await startSqs();
  await test.call('CreateQueue', { QueueName: 'jobs' });
});
afterEach(() => test[Symbol.asyncDispose]());

const send = (MessageBody: string, more: Record<string, unknown> = {}) =>
  test.call('SendMessage', { QueueUrl, MessageBody, ...more });
const receive = async (more: Record<string, unknown> = {}) =>
  ((await test.call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, ...more }))['Messages'] ??
    []) as Received[];
const bodies = async (more: Record<string, unknown> = {}) => (await receive(more)).map(({ Body }) => Body);
const one = async (more: Record<string, unknown> = {}) => (await receive(more))[0] as Received;
const remove = ({ ReceiptHandle }: Received) => test.call('DeleteMessage', { QueueUrl, ReceiptHandle });
const hide = ({ ReceiptHandle }: Received, VisibilityTimeout: number) =>
  test.call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout });
const counts = async (url = QueueUrl) => {
  const { Attributes } = await test.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
  const all = Attributes as Record<string, string>;
  return ['', 'NotVisible', 'Delayed'].map((kind) => Number(all[`ApproximateNumberOfMessages${kind}`]));
};

describe('a message', () => {
  it('is received until it is deleted, and hidden for a while each time', async () => {
    const sent = await send('hello');
    expect(sent).toMatchObject({ MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' });
    const first = await one({ AttributeNames: ['All'] });
    expect(first).toMatchObject({
      MessageId: sent['MessageId'],
      Body: 'hello',
      Attributes: { SenderId: 'AIDAadmin', ApproximateReceiveCount: '1', SentTimestamp: '1795946400000' },
    });
    expect(await bodies()).toEqual([]);
    expect(await counts()).toEqual([0, 1, 0]);
    test.clock.time += 31 * SECOND;
    const second = await one({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(second.Attributes).toEqual({ ApproximateReceiveCount: '2' });
    // Who was too slow takes nothing off that another works on.
    await remove(first);
    expect(await counts()).toEqual([0, 1, 0]);
    await remove(second);
    await remove(second);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('brings its attributes, with the digest of those that were asked for', async () => {
    const MessageAttributes = {
      city: { DataType: 'String', StringValue: 'Any City' },
      count: { DataType: 'Number.int', StringValue: '1' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 3]) },
    };
    const sent = await send('x', { MessageAttributes });
    const all = await one({ MessageAttributeNames: ['All'], VisibilityTimeout: 0 });
    expect(all.MessageAttributes).toEqual(MessageAttributes);
    expect(all.MD5OfMessageAttributes).toBe(sent['MD5OfMessageAttributes']);
    const some = await one({ MessageAttributeNames: ['c.*', 'city'], VisibilityTimeout: 0 });
    expect(Object.keys(some.MessageAttributes ?? {})).toEqual(['city']);
    expect(some.MD5OfMessageAttributes).not.toBe(all.MD5OfMessageAttributes);
    expect((await one()).MessageAttributes).toBeUndefined();
  });

  it('is given back, or kept for longer, by whoever has it', async () => {
    await send('x');
    const had = await one();
    await hide(had, 0);
    const again = await one();
    await hide(again, 3600);
    test.clock.time += 60 * SECOND;
    expect(await bodies()).toEqual([]);
    expect(await errorOf(hide(had, 0))).toMatchObject({ code: 'MessageNotInflight' });
    await remove(again);
    expect(await errorOf(hide(again, 0))).toMatchObject({ code: 'InvalidParameterValueException' });
  });

  it('waits for its delay, and goes when it has been kept long enough', async () => {
    await send('later', { DelaySeconds: 10 });
    expect(await bodies()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 1]);
    test.clock.time += 10 * SECOND;
    expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['later']);
    test.clock.time += 4 * 86_400 * SECOND;
    expect(await bodies()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it.each([
    ['MissingRequiredParameterException', { MessageBody: '' }],
    ['InvalidMessageContents', { MessageBody: 'a\u0000b' }],
    ['InvalidMessageContents', { MessageBody: 'a\ud800b' }],
    ['InvalidParameterValueException', { MessageBody: 'x'.repeat(1_048_577) }],
    ['InvalidParameterValueException', { DelaySeconds: 901 }],
    ['InvalidParameterValueException', { MessageDeduplicationId: 'x' }],
    ['UnsupportedOperation', { MessageGroupId: 'x' }],
    [
      'InvalidParameterValueException',
      { MessageAttributes: { a: { DataType: 'Colour', StringValue: 'x' } } },
    ],
    [
      'InvalidParameterValueException',
      { MessageAttributes: { 'AWS.x': { DataType: 'String', StringValue: 'x' } } },
    ],
    [
      'InvalidParameterValueException',
      { MessageAttributes: { n: { DataType: 'Number', StringValue: 'x' } } },
    ],
    ['InvalidParameterValueException', { MessageAttributes: { s: { DataType: 'String' } } }],
  ])('is refused with %s', async (code, input) => {
    expect(await errorOf(send('x', input))).toMatchObject({ code });
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it.each([
    ['InvalidParameterValueException', { MaxNumberOfMessages: 11 }],
    ['InvalidParameterValueException', { WaitTimeSeconds: 21 }],
    ['InvalidAttributeName', { AttributeNames: ['Colour'] }],
    ['UnsupportedOperation', { ReceiveRequestAttemptId: 'x' }],
  ])('is not received with %s', async (code, input) => {
    expect(await errorOf(receive(input))).toMatchObject({ code });
  });

  it('is not touched by a receipt handle that was not issued for its queue', async () => {
    await test.call('CreateQueue', { QueueName: 'other' });
    await send('x');
    const had = await one();
    const made = Buffer.from(had.ReceiptHandle, 'base64')
      .toString('latin1')
      .replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'));
    for (const ReceiptHandle of ['', 'x', Buffer.from(made, 'latin1').toString('base64')])
      expect(await errorOf(test.call('DeleteMessage', { QueueUrl, ReceiptHandle }))).toMatchObject({
        code: 'ReceiptHandleIsInvalid',
      });
    const other = { QueueUrl: urlOf('other'), ReceiptHandle: had.ReceiptHandle };
    expect(await errorOf(test.call('DeleteMessage', other))).toMatchObject({
      code: 'ReceiptHandleIsInvalid',
    });
    expect(await counts()).toEqual([0, 1, 0]);
  });
});

describe('a receiver who waits', () => {
  it('gets what is sent meanwhile', async () => {
    const waiting = bodies({ WaitTimeSeconds: 20 });
    await send('at last');
    expect(await waiting).toEqual(['at last']);
  });

  it('gets what another gives back', async () => {
    await send('x');
    const had = await one();
    const waiting = bodies({ WaitTimeSeconds: 20 });
    await hide(had, 0);
    expect(await waiting).toEqual(['x']);
  });

  it('is answered when the server stops', async () => {
    const waiting = bodies({ WaitTimeSeconds: 20 });
    test.sqs.endWaiting();
    expect(await waiting).toEqual([]);
  });
});

describe('batches', () => {
  it('tell of each entry by itself', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: 'b', DelaySeconds: -1 },
    ];
    expect(await test.call('SendMessageBatch', { QueueUrl, Entries })).toMatchObject({
      Successful: [{ Id: 'good', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' }],
      Failed: [{ Id: 'bad', SenderFault: true, Code: 'InvalidParameterValue' }],
    });
    const { ReceiptHandle } = await one();
    const handles = [
      { Id: 'a', ReceiptHandle, VisibilityTimeout: 60 },
      { Id: 'b', ReceiptHandle: 'made up', VisibilityTimeout: 60 },
    ];
    const expected = { Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }] };
    expect(await test.call('ChangeMessageVisibilityBatch', { QueueUrl, Entries: handles })).toMatchObject(
      expected,
    );
    const removed = handles.map(({ VisibilityTimeout: _not, ...entry }) => entry);
    expect(await test.call('DeleteMessageBatch', { QueueUrl, Entries: removed })).toMatchObject(expected);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  const entry = (Id: string, MessageBody = 'x') => ({ Id, MessageBody });
  it.each([
    ['EmptyBatchRequest', []],
    ['TooManyEntriesInBatchRequest', Array.from({ length: 11 }, (_, n) => entry(`e${n}`))],
    ['InvalidBatchEntryId', [entry('a b')]],
    ['BatchEntryIdsNotDistinct', [entry('a'), entry('a')]],
    ['BatchRequestTooLong', [entry('a', 'x'.repeat(600_000)), entry('b', 'x'.repeat(600_000))]],
  ])('are refused with %s', async (code, Entries) => {
    expect(await errorOf(test.call('SendMessageBatch', { QueueUrl, Entries }))).toMatchObject({
      code,
      queryCode: `AWS.SimpleQueueService.${code}`,
    });
    expect(await counts()).toEqual([0, 0, 0]);
  });
});

describe('a dead-letter queue', () => {
  const redrive = {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: '2' }),
  };
  beforeEach(async () => {
    await test.call('CreateQueue', { QueueName: 'dead' });
  });

  it('gets what was received too often', async () => {
    await test.call('SetQueueAttributes', { QueueUrl, Attributes: redrive });
    await send('poison');
    for (const _time of [1, 2]) expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['poison']);
    await send('good');
    expect(await bodies()).toEqual(['good']);
    const dead = await test.call('ReceiveMessage', { QueueUrl: urlOf('dead'), AttributeNames: ['All'] });
    expect(dead['Messages']).toMatchObject([
      { Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arnOf('jobs') } },
    ]);
    expect(await test.call('ListDeadLetterSourceQueues', { QueueUrl: urlOf('dead') })).toEqual({
      queueUrls: [QueueUrl],
    });
  });

  it('gives them back as new messages, for as long as the task is not cancelled', async () => {
    await test.call('SetQueueAttributes', { QueueUrl, Attributes: redrive });
    for (const body of ['a', 'b', 'c']) await send(body);
    for (const _time of [1, 2, 3]) await receive({ VisibilityTimeout: 0 });
    expect(await counts(urlOf('dead'))).toEqual([3, 0, 0]);
    const SourceArn = arnOf('dead');
    const denied = user('reader', { policies: [] });
    expect(await errorOf(test.call('StartMessageMoveTask', { SourceArn }, denied))).toMatchObject({
      status: 403,
    });
    expect(await errorOf(test.call('StartMessageMoveTask', { SourceArn: arnOf('jobs') }))).toMatchObject({
      message: expect.stringContaining('Dead Letter Queue') as string,
    });
    const slow = { SourceArn, MaxNumberOfMessagesPerSecond: 1 };
    const { TaskHandle } = await test.call('StartMessageMoveTask', slow);
    expect(await errorOf(test.call('StartMessageMoveTask', slow))).toMatchObject({
      code: 'UnsupportedOperation',
    });
    const foreign = Buffer.from(String(TaskHandle), 'base64').toString().replace(':dead', ':jobs');
    const forged = { TaskHandle: Buffer.from(foreign).toString('base64') };
    expect(await errorOf(test.call('CancelMessageMoveTask', forged))).toMatchObject({ status: 404 });
    expect(await test.call('CancelMessageMoveTask', { TaskHandle })).toEqual({
      ApproximateNumberOfMessagesMoved: 0,
    });
    test.clock.time += SECOND;
    await test.call('StartMessageMoveTask', { SourceArn });
    test.sqs.start();
    const done = await eventually(async () => {
      const { Results } = await test.call('ListMessageMoveTasks', { SourceArn, MaxResults: 10 });
      const [task, before] = Results as Record<string, unknown>[];
      return task?.['Status'] === 'COMPLETED' ? [task, before] : undefined;
    });
    expect(done).toMatchObject([
      { ApproximateNumberOfMessagesMoved: 3, ApproximateNumberOfMessagesToMove: 3, SourceArn },
      { Status: 'CANCELLED', MaxNumberOfMessagesPerSecond: 1 },
    ]);
    const back = await receive({ AttributeNames: ['All'] });
    expect(back.map(({ Body, Attributes }) => [Body, Attributes?.['ApproximateReceiveCount']])).toEqual([
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
    ]);
    expect(await counts(urlOf('dead'))).toEqual([0, 0, 0]);
  });

  it('may refuse to be one', async () => {
    const allow = (policy: object) =>
      test.call('SetQueueAttributes', {
        QueueUrl: urlOf('dead'),
        Attributes: { RedriveAllowPolicy: JSON.stringify(policy) },
      });
    const use = () => test.call('SetQueueAttributes', { QueueUrl, Attributes: redrive });
    await allow({ redrivePermission: 'denyAll' });
    expect(await errorOf(use())).toMatchObject({ code: 'InvalidAttributeValue' });
    await allow({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('jobs')] });
    await use();
    expect(await errorOf(allow({ redrivePermission: 'byQueue' }))).toMatchObject({
      code: 'InvalidAttributeValue',
    });
  });
});

describe('a FIFO queue', () => {
  const fifo = urlOf('steps.fifo');
  const put = (MessageBody: string, MessageGroupId = 'g', more: Record<string, unknown> = {}) =>
    send(MessageBody, { QueueUrl: fifo, MessageGroupId, ...more });
  const take = (more: Record<string, unknown> = {}) => bodies({ QueueUrl: fifo, ...more });
  beforeEach(async () => {
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    await test.call('CreateQueue', { QueueName: 'steps.fifo', Attributes });
  });

  it('keeps the order of each group, also when one of it is not done', async () => {
    for (const step of ['a1', 'a2', 'b1', 'a3']) await put(step, step[0]);
    expect(await take({ MaxNumberOfMessages: 1 })).toEqual(['a1']);
    expect(await take()).toEqual(['b1']);
    test.clock.time += 31 * SECOND;
    expect(await take()).toEqual(['a1', 'a2', 'b1', 'a3']);
    expect(await take()).toEqual([]);
  });

  it('takes the same message once in five minutes', async () => {
    const first = await put('x');
    expect(first['SequenceNumber']).toMatch(/^\d{20}$/);
    const again = await put('x');
    expect([again['MessageId'], again['SequenceNumber']]).toEqual([
      first['MessageId'],
      first['SequenceNumber'],
    ]);
    await put('x', 'g', { MessageDeduplicationId: 'other' });
    expect(await counts(fifo)).toEqual([2, 0, 0]);
    test.clock.time += 5 * 60 * SECOND;
    await put('x');
    expect(await counts(fifo)).toEqual([3, 0, 0]);
  });

  it.each([
    ['MissingRequiredParameterException', { MessageGroupId: undefined }],
    ['InvalidParameterValueException', { MessageGroupId: 'a b' }],
    ['InvalidParameterValueException', { DelaySeconds: 5 }],
  ])('refuses with %s %j', async (code, input) => {
    expect(await errorOf(put('x', 'g', input))).toMatchObject({ code });
  });

  it('says of a receipt that another one has the message since', async () => {
    await put('x');
    const had = await one({ QueueUrl: fifo, VisibilityTimeout: 0 });
    await take();
    const { ReceiptHandle } = had;
    expect(await errorOf(test.call('DeleteMessage', { QueueUrl: fifo, ReceiptHandle }))).toMatchObject({
      message: expect.stringContaining('expired') as string,
    });
  });
});

it('an old client may name the queue by the path alone', async () => {
  const context = { ...contextOf(user('admin'), 'us-east-1', test.clock.time), path: `/${ACCOUNT}/jobs` };
  const operation = test.sqs.operations.find(({ name }) => name === 'SendMessage');
  expect(operation?.resources?.({ MessageBody: 'x' }, context)).toEqual([arnOf('jobs')]);
  await operation?.handle({ MessageBody: 'x' }, context);
  expect(await bodies()).toEqual(['x']);
});
