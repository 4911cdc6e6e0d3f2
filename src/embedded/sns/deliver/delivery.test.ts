import { verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, globalAgent } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// @ts-expect-error it has no types
import Validator from 'sns-validator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createAuthority } from '../../../../test/kit/certificates.ts';
import { eventually } from '../../../../test/kit/run.ts';
import { ACCOUNT, ANONYMOUS } from '../../../../test/kit/calls.ts';
import { startSns, type TestSns } from '../../../../test/kit/sns.ts';
import { startReceiver, type Received, type Receiver } from '../../../../test/kit/sns-receiver.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { QueuePort } from '../../../aws/ports.ts';

const TopicArn = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

/** Queues that keep what they get; those that are told to, refuse. */
function fakeQueues() {
  const sent: Parameters<QueuePort['send']>[0][] = [];
  const refusing = new Map<string, AwsError>();
  const port: QueuePort = {
    checkSend: () => Promise.resolve(),
    send: async (message) => {
      const refusal = refusing.get(message.queueArn);
      if (refusal !== undefined) throw refusal;
      sent.push(message);
    },
  };
  return { sent, refusing, port, bodies: () => sent.map(({ body }) => body) };
}

let queues: ReturnType<typeof fakeQueues>;
let test: TestSns;
const receivers: Receiver[] = [];
beforeEach(async () => {
  queues = fakeQueues();
  test = await startSns({ queues: queues.port });
  test.sns.start();
  await test.call('CreateTopic', { Name: 'news' });
});
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop();
  await test[Symbol.asyncDispose]();
});

const publish = (Message: string, more: Record<string, unknown> = {}) =>
  test.call('Publish', { TopicArn, Message, ...more });
const toQueue = (name: string, Attributes: Record<string, string> = {}) =>
  test.call('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn(name), Attributes });
const until = (holds: () => boolean) => eventually(async () => holds() || undefined);

/** A webhook that has said yes. */
async function hook(Attributes: Record<string, string> = {}): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  await test.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: receiver.url, Attributes });
  await until(() => receiver.all.length === 1);
  const Token = receiver.all[0]?.json['Token'];
  await test.call('ConfirmSubscription', { TopicArn, Token }, ANONYMOUS);
  return receiver;
}

/** The clock is turned only behind what is noted: a try that ends later would wait for its own time again. */
const noted = (...tries: readonly number[]) =>
  eventually(async () => (await test.tries()).join() === tries.join() || undefined);

const told = ({ all }: Receiver) => all.map(({ json, text }) => json['Message'] ?? text).slice(1);

describe('a notification', () => {
  it('comes to a webhook with AWS’s headers and members', async () => {
    const receiver = await hook();
    const attributes = {
      n: { DataType: 'Number', StringValue: '1' },
      b: { DataType: 'Binary', BinaryValue: Buffer.from('x') },
    };
    const { MessageId } = await publish('hello\n"you"', { Subject: 'Grüße', MessageAttributes: attributes });
    await until(() => receiver.all.length === 2);
    const { headers, json } = receiver.all[1] as Received;
    const { SubscriptionArn } =
      ((await test.call('ListSubscriptions', {}))['Subscriptions'] as { SubscriptionArn: string }[])[0] ?? {};
    expect(headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-subscription-arn': SubscriptionArn,
      'content-type': 'text/plain; charset=UTF-8',
    });
    expect(Object.keys(json)).toEqual([
      'Type',
      'MessageId',
      'TopicArn',
      'Subject',
      'Message',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
      'UnsubscribeURL',
      'MessageAttributes',
    ]);
    expect(json).toMatchObject({
      Type: 'Notification',
      MessageId,
      Subject: 'Grüße',
      Message: 'hello\n"you"',
      Timestamp: '2026-11-29T10:00:00.000Z',
      UnsubscribeURL: `https://audit.example/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
      MessageAttributes: { n: { Type: 'Number', Value: '1' }, b: { Type: 'Binary', Value: 'eA==' } },
    });
  });

  it('comes raw where that is asked for, to queues with its attributes', async () => {
    const receiver = await hook({ RawMessageDelivery: 'true' });
    await toQueue('raw', { RawMessageDelivery: 'true' });
    await publish('hello', { MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } } });
    await until(() => receiver.all.length === 2 && queues.sent.length === 1);
    expect(receiver.all[1]).toMatchObject({ text: 'hello', headers: { 'x-amz-sns-rawdelivery': 'true' } });
    expect(queues.sent).toEqual([
      {
        queueArn: queueArn('raw'),
        body: 'hello',
        attributes: { a: { Type: 'String', Value: 'x' } },
        source: { service: 'sns.amazonaws.com', arn: TopicArn, accountId: ACCOUNT },
      },
    ]);
  });

  it('has a text for each protocol, and goes to those only whose filter wants it', async () => {
    const receiver = await hook();
    await toQueue('all', { RawMessageDelivery: 'true' });
    await toQueue('red', { RawMessageDelivery: 'true', FilterPolicy: '{"colour":["red"]}' });
    await publish('{"default":"any","http":"web"}', { MessageStructure: 'json' });
    await publish('stop', { MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } } });
    await until(() => told(receiver).length === 2 && queues.sent.length === 3);
    expect(told(receiver)).toEqual(['web', 'stop']);
    const of = (name: string) =>
      queues.sent.filter((one) => one.queueArn === queueArn(name)).map(({ body }) => body);
    expect(of('all')).toEqual(['any', 'stop']);
    expect(of('red')).toEqual(['stop']);
  });

  it('comes in the order of publishing', async () => {
    await toQueue('all', { RawMessageDelivery: 'true' });
    const texts = Array.from({ length: 30 }, (_, n) => `m${n}`);
    for (const one of texts.slice(0, 20)) await publish(one);
    const entries = texts.slice(20).map((Message, n) => ({ Id: `e${n}`, Message }));
    await test.call('PublishBatch', { TopicArn, PublishBatchRequestEntries: entries });
    await until(() => queues.sent.length === 30);
    expect(queues.bodies()).toEqual(texts);
  });
});

describe('a failed delivery', () => {
  const fast = JSON.stringify({
    healthyRetryPolicy: { minDelayTarget: 10, maxDelayTarget: 10, numRetries: 2 },
  });

  it('is tried again by the policy, and then given up', async () => {
    const receiver = await hook({ DeliveryPolicy: fast });
    receiver.answer = 503;
    await publish('one');
    await until(() => told(receiver).length === 1);
    // Nothing before its time.
    await publish('other');
    await until(() => told(receiver).length === 2);
    for (const [tries, attempts] of [
      [1, 4],
      [2, 6],
    ] as const) {
      await noted(tries, tries);
      test.clock.time += 13_000;
      await until(() => told(receiver).length === attempts);
    }
    await noted();
    test.clock.time += 3_600_000;
    receiver.answer = 200;
    await publish('last');
    await until(() => told(receiver).includes('last'));
    expect(told(receiver)).toHaveLength(7);
  });

  it('keeps its message id over the tries', async () => {
    const receiver = await hook({ DeliveryPolicy: fast });
    receiver.answer = 500;
    const { MessageId } = await publish('one');
    await until(() => told(receiver).length === 1);
    await noted(1);
    receiver.answer = 200;
    test.clock.time += 13_000;
    await until(() => told(receiver).length === 2);
    expect(receiver.all.slice(1).map(({ json }) => json['MessageId'])).toEqual([MessageId, MessageId]);
  });

  it.each([404, 410, 302])('is not repeated for %i, nor followed elsewhere', async (answer) => {
    const receiver = await hook({ DeliveryPolicy: fast });
    receiver.answer = answer;
    await publish('one');
    await until(() => told(receiver).length === 1);
    test.clock.time += 60_000;
    receiver.answer = 200;
    await publish('two');
    await until(() => told(receiver).includes('two'));
    expect(told(receiver)).toEqual(['one', 'two']);
  });

  it('goes to the dead-letter queue, where there is one', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
    const receiver = await hook({ RedrivePolicy });
    receiver.answer = 403;
    await publish('one', { Subject: 'lost' });
    await until(() => queues.sent.length === 1);
    expect(queues.sent[0]?.queueArn).toBe(queueArn('dead'));
    expect(JSON.parse(queues.sent[0]?.body ?? '')).toMatchObject({
      Type: 'Notification',
      Message: 'one',
      Subject: 'lost',
    });
  });

  it('to a queue that is refused goes nowhere, to one that is down later', async () => {
    queues.refusing.set(queueArn('closed'), new AwsError('AccessDenied', 'no', { status: 403 }));
    queues.refusing.set(queueArn('down'), new AwsError('ServiceUnavailable', 'down', { status: 503 }));
    await toQueue('closed', {
      RawMessageDelivery: 'true',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }),
    });
    await toQueue('down', { RawMessageDelivery: 'true' });
    await publish('one');
    await until(() => queues.sent.length === 1);
    expect(queues.sent[0]?.queueArn).toBe(queueArn('dead'));
    queues.refusing.clear();
    test.clock.time += 60_000;
    await until(() => queues.sent.length === 2);
    expect(queues.sent[1]).toMatchObject({ queueArn: queueArn('down'), body: 'one' });
  });

  it('delays nobody else', async () => {
    const [silent, quick] = [await hook(), await hook()];
    silent.answer = 'silent';
    for (const text of ['one', 'two', 'three']) await publish(text);
    await until(() => told(quick).length === 3);
    expect(told(silent)).toEqual(['one']);
  });

  it('ends with the subscription and with the topic', async () => {
    const receiver = await hook({ DeliveryPolicy: fast });
    receiver.answer = 503;
    await publish('one');
    await until(() => told(receiver).length === 1);
    await test.call('DeleteTopic', { TopicArn });
    await test.call('CreateTopic', { Name: 'news' });
    await toQueue('all', { RawMessageDelivery: 'true' });
    test.clock.time += 60_000;
    await publish('two');
    await until(() => queues.sent.length === 1);
    expect(told(receiver)).toEqual(['one']);
  });
});

describe('what was accepted', () => {
  it('is delivered after a restart, and goes to no private address then either', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'opentrail-sns-'));
    const path = join(dir, 'settings.db');
    const { clock } = test;
    const receiver = await startReceiver();
    receivers.push(receiver);
    // Nothing is delivered before start(): as if the server had died right after its answer.
    const before = await startSns({ path, clock, queues: queues.port });
    await before.call('CreateTopic', { Name: 'news' });
    await before.call('Subscribe', { TopicArn, Protocol: 'http', Endpoint: receiver.url });
    await before.call('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queueArn('kept') });
    await before.call('Publish', { TopicArn, Message: 'kept' });
    await before[Symbol.asyncDispose]();
    expect([receiver.all, queues.sent]).toEqual([[], []]);
    const careful = await startSns({ path, clock, queues: queues.port, allow: [] });
    careful.sns.start();
    await until(() => queues.sent.length === 1);
    expect(JSON.parse(queues.sent[0]?.body ?? '')).toMatchObject({ Message: 'kept' });
    await careful[Symbol.asyncDispose]();
    expect(receiver.all).toEqual([]);
    rmSync(dir, { recursive: true });
  });
});

describe('a signature', () => {
  it.each(['1', '2'])(
    'of version %s satisfies AWS’s own validator, and a changed message does not',
    async (version) => {
      const AttributeName = 'SignatureVersion';
      await test.call('SetTopicAttributes', { TopicArn, AttributeName, AttributeValue: version });
      const receiver = await hook();
      await publish('with a subject', { Subject: 'one' });
      await publish('without');
      await until(() => told(receiver).length === 2);
      const { SubscriptionArn } =
        ((await test.call('ListSubscriptions', {}))['Subscriptions'] as { SubscriptionArn: string }[])[0] ??
        {};
      await test.call('Unsubscribe', { SubscriptionArn }, ANONYMOUS);
      await until(() => receiver.all.length === 4);
      await using certificates = await serveCertificates(test);
      for (const { json } of receiver.all) {
        const local = {
          ...json,
          SigningCertURL: String(json['SigningCertURL']).replace('https://audit.example', certificates.url),
        };
        expect(local).toMatchObject({ SignatureVersion: version });
        expect(await isSigned(test, json)).toBe(true);
        expect(await isSigned(test, { ...json, Message: 'changed' })).toBe(false);
        // AWS's leaves the token of this type out, against its own documentation.
        if (json['Type'] === 'UnsubscribeConfirmation') continue;
        await certificates.validate(local);
        await expect(certificates.validate({ ...local, Message: 'changed' })).rejects.toThrow('invalid');
      }
    },
  );
});

/** By hand, as https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html has it. */
async function isSigned({ sns }: TestSns, json: Received['json']): Promise<boolean> {
  const keys =
    json['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = keys.filter((key) => key in json).map((key) => `${key}\n${String(json[key])}\n`);
  const fingerprint = /-([0-9a-f]{32})\.pem$/.exec(String(json['SigningCertURL']))?.[1] ?? '';
  const { publicKey } = new X509Certificate((await sns.certificate(fingerprint)) ?? '');
  const algorithm = json['SignatureVersion'] === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
  return verify(
    algorithm,
    Buffer.from(text.join('')),
    publicKey,
    Buffer.from(String(json['Signature']), 'base64'),
  );
}

type MessageValidator = new (
  hosts: RegExp,
  encoding: string,
) => { readonly validate: (message: object, done: (error: Error | null) => void) => void };

/** The certificate over HTTPS, as the validator wants it. */
async function serveCertificates({ sns }: TestSns) {
  const authority = createAuthority();
  const server = createServer(authority.issue('localhost'), (req, res) => {
    const fingerprint = /^\/_sns\/SimpleNotificationService-([0-9a-f]+)\.pem$/.exec(req.url ?? '')?.[1] ?? '';
    void sns.certificate(fingerprint).then((pem) => res.end(pem));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  globalAgent.options.ca = authority.ca;
  const validator = new (Validator as MessageValidator)(/^127\.0\.0\.1:\d+$/, 'utf8');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    validate: (message: Record<string, unknown>) =>
      new Promise<void>((resolve, reject) => {
        validator.validate(message, (error) => (error === null ? resolve() : reject(error)));
      }),
    [Symbol.asyncDispose]: async () => {
      delete globalAgent.options.ca;
      server.close();
      server.closeAllConnections();
      authority.remove();
    },
  };
}
