import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateApiDestinationCommand,
  CreateArchiveCommand,
  CreateConnectionCommand,
  DescribeConnectionCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { jsonCall, lookupAll } from '../kit/client.ts';
import { opentrailOf } from '../kit/cli.ts';
import { startMailServer, type MailServer } from '../kit/mail-server.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { startReceiver, type Receiver } from '../kit/sns-receiver.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws') ?? missingTool('moto_server');
const ACCOUNT = '123456789012';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
const OPEN = `arn:aws:events:us-east-1:${ACCOUNT}:connection/none/00000000-0000-0000-0000-000000000000`;
const PATTERN = {
  detail: { eventName: ['DeleteTable', 'AssumeRole', 'AuthorizeSecurityGroupIngress', 'ConsoleLogin'] },
};

describe.skipIf(missing !== undefined)(needing('rules over a cloud', missing), () => {
  let data: string;
  let server: TestServer;
  let cli: AwsCli;
  let receiver: Receiver;
  let mails: MailServer;
  let moto: Awaited<ReturnType<typeof startMoto>>;

  const start = async () => {
    server = await startServer({
      data,
      env: {
        OPENTRAIL_UPSTREAM: moto.url,
        OPENTRAIL_UPSTREAM_SNS: 'embedded',
        OPENTRAIL_UPSTREAM_SQS: 'embedded',
        OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8',
        OPENTRAIL_SMTP_URL: mails.url,
        OPENTRAIL_SMTP_FROM: 'audit@example.com',
      },
    });
    cli = awsCli(server);
  };
  const client = () => ({ endpoint: server.url, region: 'us-east-1', credentials: server.credentials });
  const events = () => new EventBridgeClient(client());
  const noticed = () =>
    receiver
      .of('Notification')
      .map(
        ({ json }) =>
          (JSON.parse(String(json['Message'])) as { detail: { eventName: string } }).detail.eventName,
      );

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-rules-'));
    [receiver, mails, moto] = await Promise.all([startReceiver(), startMailServer(), startMoto()]);
    await start();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([receiver.stop(), mails.stop(), moto.stop()]);
    rmSync(data, { recursive: true, force: true });
  });

  it('made with the AWS CLI, bring calls to an HTTP endpoint and a mailbox', async () => {
    await cli.json('sns', 'create-topic', '--name', 'alerts');
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TOPIC,
        Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:events:us-east-1:${ACCOUNT}:rule/watch*` } },
      },
    ];
    await cli.json(
      'sns',
      'set-topic-attributes',
      '--topic-arn',
      TOPIC,
      '--attribute-name',
      'Policy',
      '--attribute-value',
      JSON.stringify({ Version: '2012-10-17', Statement }),
    );
    await cli.json(
      'sns',
      'subscribe',
      '--topic-arn',
      TOPIC,
      '--protocol',
      'http',
      '--notification-endpoint',
      receiver.url,
    );
    const question = await eventually(async () => receiver.of('SubscriptionConfirmation')[0]);
    await fetch(String(question.json['SubscribeURL']));
    expect(
      await cli.json('events', 'put-rule', '--name', 'watch', '--event-pattern', JSON.stringify(PATTERN)),
    ).toEqual({
      RuleArn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/watch`,
    });
    const targets = [
      `Id=topic,Arn=${TOPIC}`,
      `Id=mail,Arn=arn:aws:opentrail:us-east-1:${ACCOUNT}:email/ops@example.com`,
    ];
    expect(await cli.json('events', 'put-targets', '--rule', 'watch', '--targets', ...targets)).toEqual({
      FailedEntryCount: 0,
      FailedEntries: [],
    });

    const dynamo = new DynamoDBClient(client());
    await dynamo.send(
      new CreateTableCommand({
        TableName: 'ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await dynamo.send(new DeleteTableCommand({ TableName: 'ledger' }));
    await new STSClient(client()).send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::210987654321:role/OpentrailAccountAccess',
        RoleSessionName: 'look',
      }),
    );
    const ec2 = new EC2Client(client());
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: 'open', Description: 'x' }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
    );

    const names = ['DeleteTable', 'AssumeRole', 'AuthorizeSecurityGroupIngress'];
    await eventually(async () => (noticed().length >= 3 && mails.received.length >= 3 ? true : undefined));
    expect(noticed()).toEqual(names);
    const [told] = receiver.of('Notification');
    const event = JSON.parse(String(told?.json['Message'])) as Record<string, unknown>;
    expect(event).toMatchObject({
      version: '0',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.dynamodb',
      account: ACCOUNT,
      region: 'us-east-1',
      resources: [],
      detail: { eventSource: 'dynamodb.amazonaws.com', requestParameters: { tableName: 'ledger' } },
    });
    const subjects = mails.received.map(({ headers }) => headers['subject']);
    for (const name of names) expect(subjects).toContainEqual(expect.stringContaining(`watch: ${name} by `));
  }, 60_000);

  it('tell of a failed sign-in at the console', async () => {
    const body = JSON.stringify({ accountId: ACCOUNT, userName: 'root', password: 'wrong' });
    const before = noticed().length;
    await fetch(`${server.url}/_signin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    await eventually(async () => (noticed().length > before ? true : undefined));
    expect(noticed().at(-1)).toBe('ConsoleLogin');
  });

  it('answer SDKs in the words of AWS', async () => {
    const to = events();
    await to.send(
      new PutRuleCommand({
        Name: 'watch-reads',
        State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
        EventPattern: '{"detail":{"eventName":["ListRules"]}}',
      }),
    );
    await expect(to.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"a":1}' }))).rejects.toMatchObject(
      { name: 'InvalidEventPatternException' },
    );
    await expect(
      to.send(
        new CreateArchiveCommand({
          ArchiveName: 'a',
          EventSourceArn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
        }),
      ),
    ).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    await expect(
      to.send(new PutTargetsCommand({ Rule: 'nope', Targets: [{ Id: 'x', Arn: TOPIC }] })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Rule nope does not exist on EventBus default.',
    });
    const { Result } = await to.send(
      new TestEventPatternCommand({
        EventPattern: '{"source":["mine"]}',
        Event: JSON.stringify({
          id: '1',
          account: ACCOUNT,
          source: 'mine',
          time: '2026-11-30T10:00:00Z',
          region: 'us-east-1',
          resources: [],
          'detail-type': 't',
        }),
      }),
    );
    expect(Result).toBe(true);
    const put = await to.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'mine', DetailType: 'd', Detail: '{}' },
          { Source: 'aws.ec2', DetailType: 'd', Detail: '{}' },
        ],
      }),
    );
    expect(put).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ EventId: expect.any(String) as string }, { ErrorCode: 'NotAuthorizedForSourceException' }],
    });
    expect((await to.send(new ListRulesCommand({}))).Rules?.map(({ Name }) => Name)).toEqual([
      'watch',
      'watch-reads',
    ]);
  });

  it('keep the secrets of connections out of records and answers', async () => {
    const to = events();
    const made = await to.send(
      new CreateConnectionCommand({
        Name: 'chat',
        AuthorizationType: 'API_KEY',
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'streng-geheim' },
          InvocationHttpParameters: {
            HeaderParameters: [{ Key: 'x-more', Value: 'auch-geheim', IsValueSecret: true }],
          },
        },
      }),
    );
    expect(made.ConnectionState).toBe('AUTHORIZED');
    const described = await to.send(new DescribeConnectionCommand({ Name: 'chat' }));
    expect(JSON.stringify(described)).not.toContain('geheim');
    const [record] = await eventually(async () => {
      const found = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateConnection' }],
      });
      return found.length > 0 ? found : undefined;
    });
    expect(record?.CloudTrailEvent).toContain('x-key');
    expect(record?.CloudTrailEvent).not.toContain('geheim');
  });

  it('deliver after kill -9 what they fired before, and show what failed', async () => {
    const to = events();
    await to.send(
      new CreateApiDestinationCommand({
        Name: 'hook',
        ConnectionArn: OPEN,
        InvocationEndpoint: receiver.url,
        HttpMethod: 'POST',
      }),
    );
    await to.send(new PutRuleCommand({ Name: 'own', EventPattern: '{"source":["mine"]}' }));
    await to.send(
      new PutTargetsCommand({
        Rule: 'own',
        Targets: [{ Id: 'hook', Arn: `arn:aws:opentrail:us-east-1:${ACCOUNT}:webhook/hook` }],
      }),
    );
    receiver.answer = 503;
    const put = (n: number) =>
      to.send(
        new PutEventsCommand({
          Entries: [{ Source: 'mine', DetailType: 'n', Detail: JSON.stringify({ n }) }],
        }),
      );
    for (const n of [1, 2, 3]) await put(n);
    type Status = { Deliveries: { Waiting: { Count: number }[]; Failing: { ErrorMessage: string }[] } };
    const status = async () =>
      (
        await jsonCall(
          server,
          'AWSEvents.DescribeRule',
          { Name: 'own', Deliveries: {} },
          { service: 'events' },
        )
      ).body as Status;
    await eventually(async () => ((await status()).Deliveries.Failing.length === 3 ? true : undefined));
    expect((await status()).Deliveries.Failing[0]?.ErrorMessage).toBe('HTTP 503');
    await server.kill();
    receiver.answer = 200;
    const arrived = () =>
      new Set(
        receiver.all
          .filter(({ json }) => json['source'] === 'mine')
          .map(({ json }) => (json['detail'] as { n: number }).n),
      );
    const before = receiver.all.length;
    await start();
    await eventually(
      async () => ((await status()).Deliveries.Waiting.length === 0 ? true : undefined),
      60_000,
    );
    expect(receiver.all.length).toBeGreaterThanOrEqual(before + 3);
    expect(arrived()).toEqual(new Set([1, 2, 3]));
  }, 90_000);

  it('can be tried on the past', async () => {
    const file = join(data, 'pattern.json');
    writeFileSync(file, JSON.stringify(PATTERN));
    const { code, stdout } = await opentrailOf(
      server,
      'rules',
      'try',
      '--pattern',
      file,
      '--since',
      '1h',
      '--json',
    );
    expect(code).toBe(0);
    const tried = JSON.parse(stdout) as { scanned: number; matched: number; events: { EventName: string }[] };
    expect(tried.matched).toBe(4);
    expect(tried.scanned).toBeGreaterThan(10);
    expect(tried.events.map(({ EventName }) => EventName).sort()).toEqual([
      'AssumeRole',
      'AuthorizeSecurityGroupIngress',
      'ConsoleLogin',
      'DeleteTable',
    ]);
    writeFileSync(file, '{"a":1}');
    expect((await opentrailOf(server, 'rules', 'try', '--pattern', file)).stderr).toContain(
      'InvalidEventPatternException',
    );
  });
});
