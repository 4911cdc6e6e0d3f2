import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

import { startMailServer } from '../test/kit/mail-server.ts';
import { startMoto } from '../test/kit/moto.ts';
import { startServer, type TestServer } from '../test/kit/server.ts';
import { missingTool } from '../test/kit/tools.ts';
import { line } from './kit/machine.ts';

const ACCOUNT = '123456789012';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
const EVERY = 25;

type Seen = Map<string, number>;

/**
 * From a call's answer to its notice at a webhook (by rule and topic) and in a mailbox (by rule), over calls of three kinds through the gateway,
 * one after another at a steady pace.
 */
export async function benchRules({ events = 1000 } = {}): Promise<void> {
  if (missingTool('moto_server') !== undefined) return line('rules: skipped, moto_server is not here');
  line(`rules: ${events} calls through the gateway, ${1000 / EVERY} a second, told by webhook and mail`);
  const hooked: Seen = new Map();
  const mailed: Seen = new Map();
  const hook = await startHook(hooked);
  const mails = await startMailServer();
  const moto = await startMoto();
  const server = await startServer({
    env: {
      OPENTRAIL_UPSTREAM: moto.url,
      OPENTRAIL_UPSTREAM_SNS: 'embedded',
      OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8',
      OPENTRAIL_SMTP_URL: mails.url,
      OPENTRAIL_SMTP_FROM: 'audit@example.com',
    },
  });
  const watching = setInterval(() => {
    for (let n = mailed.size; n < mails.received.length; n++)
      mailed.set(keyIn(mails.received[n]?.text ?? ''), performance.now());
  }, 2);
  try {
    await makeRule(server, hook.url);
    const answered = await call(server, events);
    for (let waited = 0; waited < 10_000 && (hooked.size < events || mailed.size < events); waited += 50)
      await sleep(50);
    tell('webhook, by rule and topic', answered, hooked);
    tell('mail, by rule', answered, mailed);
  } finally {
    clearInterval(watching);
    await server.stop();
    await Promise.all([moto.stop(), mails.stop()]);
    hook.stop();
  }
}

function tell(what: string, answered: Seen, seen: Seen): void {
  const took = [...answered].flatMap(([key, at]) => (seen.has(key) ? [(seen.get(key) ?? 0) - at] : []));
  took.sort((a, b) => a - b);
  const at = (part: number) =>
    `${Math.max(0, took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? Number.NaN).toFixed(0)} ms`;
  line(
    `  ${what}: ${took.length} of ${answered.size} arrived; from the answer p50 ${at(0.5)}, p99 ${at(0.99)} (wanted: at most 1000), longest ${at(1)}`,
  );
}

async function startHook(seen: Seen) {
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (piece: Buffer) => (body += piece.toString()));
    req.on('end', () => {
      const { Type, SubscribeURL, Message } = JSON.parse(body) as Record<string, string>;
      if (Type === 'SubscriptionConfirmation') void fetch(SubscribeURL ?? '');
      else seen.set(keyIn(Message ?? ''), performance.now());
      res.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => void server.close(),
  };
}

/** What the call said of itself. */
function keyIn(text: string): string {
  return /bench-\d+/.exec(text)?.[0] ?? text.slice(0, 100);
}

const clientOf = (server: TestServer) => ({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: server.credentials,
});

async function makeRule(server: TestServer, endpoint: string): Promise<void> {
  const sns = new SNSClient(clientOf(server));
  await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TOPIC,
      },
    ],
  };
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn: TOPIC,
      AttributeName: 'Policy',
      AttributeValue: JSON.stringify(policy),
    }),
  );
  await sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'http', Endpoint: endpoint }));
  const rules = new EventBridgeClient(clientOf(server));
  const names = ['DeleteTable', 'AssumeRole', 'AuthorizeSecurityGroupIngress'];
  await rules.send(
    new PutRuleCommand({ Name: 'watch', EventPattern: JSON.stringify({ detail: { eventName: names } }) }),
  );
  await rules.send(
    new PutTargetsCommand({
      Rule: 'watch',
      Targets: [
        { Id: 'topic', Arn: TOPIC },
        { Id: 'mail', Arn: `arn:aws:opentrail:us-east-1:${ACCOUNT}:email/ops@example.com` },
      ],
    }),
  );
  await sleep(1000);
}

/** When each call was answered. */
async function call(server: TestServer, count: number): Promise<Seen> {
  const dynamo = new DynamoDBClient({ ...clientOf(server), maxAttempts: 1 });
  const sts = new STSClient(clientOf(server));
  const ec2 = new EC2Client(clientOf(server));
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'bench', Description: 'bench' }),
  );
  const calls = [
    (key: string) => dynamo.send(new DeleteTableCommand({ TableName: key })).catch(() => undefined),
    (key: string) =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: 'arn:aws:iam::210987654321:role/OpentrailAccountAccess',
          RoleSessionName: key,
        }),
      ),
    (key: string, n: number) =>
      ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId,
          IpPermissions: [
            {
              IpProtocol: 'tcp',
              FromPort: n + 1,
              ToPort: n + 1,
              IpRanges: [{ CidrIp: '10.0.0.0/8', Description: key }],
            },
          ],
        }),
      ),
  ];
  const answered: Seen = new Map();
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    const key = `bench-${n}`;
    // What the cloud refuses (a group takes so many rules) is told as well.
    await calls[n % calls.length]?.(key, n).catch(() => undefined);
    answered.set(key, performance.now());
    await sleep(Math.max(0, EVERY - (performance.now() - start)));
  }
  return answered;
}
