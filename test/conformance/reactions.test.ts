import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { writeFiles } from '../kit/lambda.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
const HEARD = arn('lambda', 'function:heard');
const PATIENCE = 60_000;

/** What one part of the server asks another to do, through the very ports that it has in a running server: nothing here is stood in for. */
describe('reactions', () => {
  let dir: string;
  let server: TestServer;
  let clients: ReturnType<typeof connect>;

  const connect = () => {
    const to = { endpoint: server.url, region: 'us-east-1', credentials: server.credentials };
    return {
      events: new EventBridgeClient(to),
      lambda: new LambdaClient(to),
      logs: new CloudWatchLogsClient(to),
      monitoring: new CloudWatchClient(to),
      sqs: new SQSClient(to),
    };
  };
  /** The line that the function `heard` printed about what holds `what`. */
  const heard = (what: string) =>
    eventually(async () => {
      const found = await clients.logs
        .send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/heard', filterPattern: `"${what}"` }))
        .catch(() => undefined);
      return found?.events?.[0]?.message;
    }, PATIENCE);
  const allow = (Principal: string, StatementId: string, SourceArn?: string) =>
    clients.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'heard',
        Action: 'lambda:InvokeFunction',
        Principal,
        StatementId,
        SourceArn,
      }),
    );
  const queue = async (QueueName: string, service: string) => {
    const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sqs:SendMessage',
          Resource: arn('sqs', QueueName),
        },
      ],
    });
    await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    return QueueUrl;
  };
  const received = (QueueUrl: string | undefined) =>
    eventually(async () => {
      const { Messages } = await clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] }),
      );
      return Messages?.[0];
    }, PATIENCE);
  const rule = async (Name: string, pattern: object, target: object) => {
    await clients.events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }));
    const { FailedEntryCount } = await clients.events.send(
      new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'one', Arn: HEARD, ...target }] }),
    );
    expect(FailedEntryCount).toBe(0);
  };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'opentrail-reactions-'));
    await writeFiles(join(dir, 'functions'), {
      'heard.js': `const { gunzipSync } = require('node:zlib');
        exports.handler = async (event) => {
          const data = event.awslogs?.data;
          console.log('heard ' + (data ? gunzipSync(Buffer.from(data, 'base64')) : JSON.stringify(event)));
        };`,
    });
    server = await startServer({
      data: join(dir, 'data'),
      env: { OPENTRAIL_FUNCTIONS: join(dir, 'functions') },
    });
    clients = connect();
  }, 120_000);
  afterAll(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('a rule runs a function that lets it, with what its transformer makes of the event', async () => {
    await allow('events.amazonaws.com', 'rule', arn('events', 'rule/who'));
    const InputTransformer = {
      InputPathsMap: { name: '$.detail.eventName' },
      InputTemplate: '{"seen": "by-a-rule <name>"}',
    };
    await rule('who', { detail: { eventName: ['CreateQueue'] } }, { InputTransformer });
    await clients.sqs.send(new CreateQueueCommand({ QueueName: 'any' }));
    expect(await heard('by-a-rule')).toContain('{"seen":"by-a-rule CreateQueue"}');
  });

  it('what a rule cannot deliver lands in its dead-letter queue, with the reason', async () => {
    const dead = await queue('dead', 'events.amazonaws.com');
    await rule(
      'lost',
      { detail: { eventName: ['CreateLogGroup'], requestParameters: { logGroupName: ['lost'] } } },
      {
        Arn: arn('lambda', 'function:gone'),
        DeadLetterConfig: { Arn: arn('sqs', 'dead') },
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    );
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: 'lost' }));
    const message = await received(dead);
    expect(JSON.parse(message.Body ?? '')).toMatchObject({ detail: { eventName: 'CreateLogGroup' } });
    expect(message.MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: arn('events', 'rule/lost') },
      TARGET_ARN: { StringValue: arn('lambda', 'function:gone') },
      ERROR_CODE: { StringValue: expect.stringMatching(/\w/) as unknown },
    });
  });

  it('a subscription filter hands what matches to a function, packed as AWS packs it', async () => {
    const group = { logGroupName: 'shop', logStreamName: 'one' };
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: 'shop' }));
    await clients.logs.send(new CreateLogStreamCommand(group));
    await allow('logs.amazonaws.com', 'logs');
    await clients.logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: 'shop',
        filterName: 'errors',
        filterPattern: 'ERROR',
        destinationArn: HEARD,
      }),
    );
    const logEvents = ['fine', 'ERROR out-of-stock'].map((message) => ({ message, timestamp: Date.now() }));
    await clients.logs.send(new PutLogEventsCommand({ ...group, logEvents }));
    const line = (await heard('out-of-stock')).replace(/^.*?\{/s, '{');
    expect(JSON.parse(line)).toMatchObject({
      messageType: 'DATA_MESSAGE',
      owner: ACCOUNT,
      logGroup: 'shop',
      logStream: 'one',
      subscriptionFilters: ['errors'],
      logEvents: [{ message: 'ERROR out-of-stock' }],
    });
  });

  it('an alarm runs its function, and its change of state is an event on the default bus', async () => {
    await allow('lambda.alarms.cloudwatch.amazonaws.com', 'alarm');
    const changes = await queue('changes', 'events.amazonaws.com');
    await rule(
      'changes',
      { source: ['aws.cloudwatch'], 'detail-type': ['CloudWatch Alarm State Change'] },
      { Arn: arn('sqs', 'changes') },
    );
    await clients.monitoring.send(
      new PutMetricAlarmCommand({
        AlarmName: 'too-many',
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        AlarmActions: [HEARD],
      }),
    );
    await clients.monitoring.send(
      new SetAlarmStateCommand({ AlarmName: 'too-many', StateValue: 'ALARM', StateReason: 'set-by-hand' }),
    );
    expect(await heard('set-by-hand')).toContain('"alarmName":"too-many"');
    const message = await received(changes);
    expect(JSON.parse(message.Body ?? '')).toMatchObject({
      source: 'aws.cloudwatch',
      detail: { alarmName: 'too-many' },
    });
  });

  it('a function is shown with what it is, or said not to exist', async () => {
    const { Configuration } = await clients.lambda.send(new GetFunctionCommand({ FunctionName: 'heard' }));
    const { Functions } = await clients.lambda.send(new ListFunctionsCommand());
    expect(Configuration).toMatchObject({
      FunctionName: 'heard',
      FunctionArn: HEARD,
      Handler: 'heard.handler',
    });
    expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['heard']);
    await expect(clients.lambda.send(new GetFunctionCommand({ FunctionName: 'gone' }))).rejects.toMatchObject(
      {
        name: 'ResourceNotFoundException',
      },
    );
  });
});
