import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { signRequest } from '../../src/aws/sigv4/sign-request.ts';
import { awsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { lookupAll } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const ACCOUNT = '123456789012';
const noCli = missingTool('aws');
const noBoto = missingTool('boto3');

describe('queues of our own', () => {
  let data: string;
  let server: TestServer;
  let sqs: SQSClient;
  let QueueUrl: string;

  const start = async () => {
    server = await startServer({ data, env: { OPENTRAIL_DATA_EVENTS: 'all' } });
    const { url: endpoint, credentials } = server;
    // The client compares the digests of what it sent and got.
    sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  };
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  const drain = async (url: string, count: number): Promise<Message[]> => {
    const all: Message[] = [];
    while (all.length < count) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      all.push(...Messages);
      const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    return all;
  };

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-sqs-'));
    await start();
    QueueUrl = await create('jobs', { VisibilityTimeout: '600' });
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('lose nothing that was accepted when the server is killed, and give nothing twice', async () => {
    const one = (n: number) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: `single ${n} äöü`,
          MessageAttributes: { n: { DataType: 'Number', StringValue: String(n) } },
        }),
      );
    const ten = (n: number) => {
      const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `e${i}`, MessageBody: `batch ${n} ${i}` }));
      return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    };
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all([...numbers.map(one), ...numbers.map(ten)]);
    await server.kill();
    await start();
    QueueUrl = await create('jobs');
    const got = await drain(QueueUrl, 220);
    const expected = numbers.flatMap((n) => [
      `single ${n} äöü`,
      ...Array.from({ length: 10 }, (_, i) => `batch ${n} ${i}`),
    ]);
    expect(got.map(({ Body }) => Body).sort()).toEqual(expected.sort());
    const single = got.find(({ Body }) => Body === 'single 7 äöü');
    expect(single?.MessageAttributes).toEqual({ n: { DataType: 'Number', StringValue: '7' } });
    expect(single?.Attributes?.['ApproximateReceiveCount']).toBe('1');
  }, 120_000);

  it('are spoken to by clients of the older protocol, also unsigned where the policy lets everybody', async () => {
    const url = await create('old');
    const ask = async (parameters: Record<string, string>, signed = true) => {
      const body = new URLSearchParams({ ...parameters, Version: '2012-11-05' }).toString();
      const plain = { 'content-type': 'application/x-www-form-urlencoded' };
      const { credentials } = server;
      const signer = { credentials, service: 'sqs', region: 'us-east-1', now: Date.now() };
      const headers = signed ? signRequest(signer, { method: 'POST', url, headers: plain, body }) : plain;
      const { host: _host, ...sent } = headers as Record<string, string>;
      const answer = await fetch(url, { method: 'POST', headers: sent, body });
      return { status: answer.status, text: await answer.text() };
    };
    const sent = await ask({
      Action: 'SendMessage',
      MessageBody: 'old',
      'MessageAttribute.1.Name': 'a',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'b',
    });
    expect(sent).toMatchObject({ status: 200 });
    expect(sent.text).toContain('<MD5OfMessageBody>149603e6c03516362a8da23f624db945</MD5OfMessageBody>');
    expect((await ask({ Action: 'ReceiveMessage', 'MessageAttributeName.1': 'All' })).text).toContain(
      '<MessageAttribute><Name>a</Name><Value><DataType>String</DataType><StringValue>b</StringValue></Value></MessageAttribute>',
    );
    const missing = { Action: 'GetQueueAttributes', QueueUrl: `${url}-none`, 'AttributeName.1': 'All' };
    expect((await ask(missing)).text).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    expect(await ask({ Action: 'SendMessage', MessageBody: 'anybody' }, false)).toMatchObject({
      status: 403,
    });
    const Policy = policyFor('old', '*');
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
    expect(await ask({ Action: 'SendMessage', MessageBody: 'anybody' }, false)).toMatchObject({
      status: 200,
    });
  });

  it('hear of topics, which their policy lets in', async () => {
    const sns = new SNSClient({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const Policy = policyFor(
      'heard',
      { Service: 'sns.amazonaws.com' },
      { ArnEquals: { 'aws:SourceArn': TopicArn } },
    );
    const url = await create('heard', { Policy });
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arnOf('heard') }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'to a queue' }));
    const [message] = await drain(url, 1);
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      Type: 'Notification',
      TopicArn,
      Message: 'to a queue',
    });
    expect(message?.Attributes?.['SenderId']).toBe('sns.amazonaws.com');
  });

  it('are recorded: what manages them as management events, messages as data events without their text', async () => {
    const recorded = async (EventCategory: string) => {
      const LookupAttributes = [{ AttributeKey: 'EventSource', AttributeValue: 'sqs.amazonaws.com' }];
      const found = await lookupAll(server, { LookupAttributes, EventCategory });
      return found.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Record<string, unknown>);
    };
    const [set] = await eventually(async () => {
      const found = (await recorded('management')).filter(
        ({ eventName }) => eventName === 'SetQueueAttributes',
      );
      return found.length > 0 ? found : undefined;
    }, 30_000);
    expect(set).toMatchObject({
      readOnly: false,
      requestParameters: { queueUrl: expect.stringContaining('/old') as string },
    });
    const sent = await eventually(async () =>
      (await recorded('data')).find(
        ({ eventName, requestParameters }) =>
          eventName === 'SendMessage' && JSON.stringify(requestParameters).includes('/jobs'),
      ),
    );
    expect(sent).toMatchObject({
      eventCategory: 'Data',
      resources: [{ type: 'AWS::SQS::Queue', ARN: arnOf('jobs') }],
      responseElements: { mD5OfMessageBody: expect.any(String) as string },
    });
    expect(JSON.stringify(await recorded('all'))).not.toContain('single 7');
  });

  it.skipIf(noBoto !== undefined)(needing('work with boto3', noBoto), async () => {
    const told = await boto3<Record<string, unknown>>(server, BOTO);
    expect(told).toEqual({
      bodies: ['m0', 'm1', 'm2'],
      attribute: { StringValue: 'x', DataType: 'String' },
      missing: 'AWS.SimpleQueueService.NonExistentQueue',
      dead: ['poison'],
    });
  });

  it.skipIf(noCli !== undefined)(needing('work with the AWS CLI', noCli), async () => {
    const cli = awsCli(server);
    // Version 1 asks queue.amazonaws.com, whatever AWS_ENDPOINT_URL says.
    const queues = <T>(...args: string[]) => cli.json<T>('sqs', '--endpoint-url', server.url, ...args);
    await queues('send-message', '--queue-url', QueueUrl, '--message-body', 'typed');
    const got = await queues<{ Messages: Message[] }>('receive-message', '--queue-url', QueueUrl);
    expect(got.Messages[0]?.Body).toBe('typed');
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: '1' });
  });
});

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

function policyFor(name: string, Principal: unknown, Condition?: object): string {
  const statement = { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: arnOf(name) };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [Condition === undefined ? statement : { ...statement, Condition }],
  });
}

const BOTO = `
sqs = client('sqs')
dead = sqs.create_queue(QueueName='boto-dead')['QueueUrl']
arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
url = sqs.create_queue(QueueName='boto', Attributes={'RedrivePolicy': json.dumps({'deadLetterTargetArn': arn, 'maxReceiveCount': 1})})['QueueUrl']
entries = [{'Id': str(n), 'MessageBody': 'm%d' % n, 'MessageAttributes': {'a': {'DataType': 'String', 'StringValue': 'x'}}} for n in range(3)]
assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)['Successful']) == 3
got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5, MessageAttributeNames=['All'])['Messages']
for one in got:
    sqs.delete_message(QueueUrl=url, ReceiptHandle=one['ReceiptHandle'])
sqs.send_message(QueueUrl=url, MessageBody='poison')
for n in range(2):
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
say({
    'bodies': sorted(one['Body'] for one in got),
    'attribute': got[0]['MessageAttributes']['a'],
    'missing': told(lambda: sqs.get_queue_url(QueueName='missing'))['code'],
    'dead': [one['Body'] for one in sqs.receive_message(QueueUrl=dead)['Messages']],
})
`;
