import { expect, it } from 'vitest';

import { eventually } from '../../../../test/kit/run.ts';
import { ACCOUNT } from '../../../../test/kit/calls.ts';
import { startSns } from '../../../../test/kit/sns.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { FunctionPort, QueuePort } from '../../../aws/ports.ts';

const TopicArn = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;
const WORKER = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`;
const DEAD = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;

/** An SNS with a function that is subscribed. */
async function withFunction(invoke: FunctionPort['invoke'], Attributes: Record<string, string> = {}) {
  const dead: string[] = [];
  const queues: QueuePort = {
    send: ({ body }) => Promise.resolve(void dead.push(body)),
    checkSend: () => Promise.resolve(),
  };
  const functions: FunctionPort = { invoke, checkInvoke: () => Promise.resolve() };
  const test = await startSns({ functions, queues });
  test.sns.start();
  await test.call('CreateTopic', { Name: 'news' });
  const { SubscriptionArn } = await test.call('Subscribe', {
    TopicArn,
    Protocol: 'lambda',
    Endpoint: WORKER,
    Attributes,
  });
  return { test, dead, SubscriptionArn };
}

it('a function gets the event that Lambda has for SNS', async () => {
  const invoked: Parameters<FunctionPort['invoke']>[0][] = [];
  const { test, SubscriptionArn } = await withFunction((event) => Promise.resolve(void invoked.push(event)));
  await using _sns = test;
  const { MessageId } = await test.call('Publish', {
    TopicArn,
    Message: 'hello',
    MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } },
  });
  const [event] = await eventually(() => Promise.resolve(invoked.length > 0 ? invoked : undefined));
  expect(event).toMatchObject({
    functionArn: WORKER,
    source: { service: 'sns.amazonaws.com', arn: TopicArn, accountId: ACCOUNT },
  });
  const text = expect.any(String) as string;
  expect(JSON.parse(event?.payload ?? '')).toEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: SubscriptionArn,
        Sns: {
          Type: 'Notification',
          MessageId,
          TopicArn,
          Subject: null,
          Message: 'hello',
          Timestamp: '2026-11-29T10:00:00.000Z',
          SignatureVersion: '1',
          Signature: text,
          SigningCertUrl: expect.stringMatching(/^https:\/\/audit\.example\/_sns\/.*\.pem$/) as string,
          UnsubscribeUrl: `https://audit.example/?Action=Unsubscribe&SubscriptionArn=${String(SubscriptionArn)}`,
          MessageAttributes: { a: { Type: 'String', Value: 'x' } },
        },
      },
    ],
  });
});

it('what a function may not be told ends in the dead-letter queue, what it cannot be told now comes again', async () => {
  const answers = [new AwsError('TooManyRequestsException', 'slow down', { status: 429 })];
  const invoked: string[] = [];
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: DEAD });
  const { test, dead } = await withFunction(
    ({ payload }) => {
      const answer = answers.shift();
      if (answer !== undefined) return Promise.reject(answer);
      invoked.push(payload);
      return Promise.resolve();
    },
    { RedrivePolicy },
  );
  await using _sns = test;
  await test.call('Publish', { TopicArn, Message: 'busy' });
  await eventually(() => Promise.resolve(invoked.length === 1 || undefined));
  expect(dead).toEqual([]);
  answers.push(new AwsError('AccessDeniedException', 'no', { status: 403 }));
  await test.call('Publish', { TopicArn, Message: 'denied' });
  await eventually(() => Promise.resolve(dead.length === 1 || undefined));
  expect(JSON.parse(dead[0] ?? '')).toMatchObject({ Type: 'Notification', Message: 'denied' });
  expect(invoked).toHaveLength(1);
});
