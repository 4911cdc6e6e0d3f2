import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { opentrail, opentrailOf } from '../kit/cli.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';
const data = mkdtempSync(join(tmpdir(), 'opentrail-detections-'));
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ data });
});
afterAll(async () => {
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

const options = () => ({ endpoint: server.url, region: REGION, credentials: server.credentials });

async function detections(...args: string[]): Promise<string> {
  const ran = await opentrailOf(server, 'detections', ...args);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return ran.stdout;
}

type Finding = {
  readonly FindingId: string;
  readonly DetectionId: string;
  readonly Status: string;
  readonly Note: string;
};

async function findings(...args: string[]): Promise<readonly Finding[]> {
  const lines = (await detections('findings', '--json', ...args)).trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Finding);
}

const ids = (found: readonly Finding[]) => found.map(({ DetectionId }) => DetectionId).sort();
const INTRUSION = ['access-key-for-another', 'administrator-attached', 'user-made-administrator'];

/** What comes into a queue that hears of a topic, or of findings by rule. */
async function queue(name: string): Promise<{ arn: string; bodies: () => Promise<readonly string[]> }> {
  // The server may have another port later on.
  const sqs = () => new SQSClient({ ...options(), useQueueUrlAsEndpoint: false });
  const arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] },
        Action: 'sqs:SendMessage',
        Resource: arn,
      },
    ],
  });
  const { QueueUrl } = await sqs().send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  const all: string[] = [];
  return {
    arn,
    bodies: async () => {
      const { Messages } = await sqs().send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      all.push(...(Messages ?? []).map(({ Body }) => Body ?? ''));
      return all;
    },
  };
}

it('finds an intruder, tells whoever wants to hear of it, and keeps it over kill -9 until it is acknowledged', async () => {
  const [byTopic, byRule] = [await queue('by-topic'), await queue('by-rule')];
  const sns = new SNSClient(options());
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'findings' }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: byTopic.arn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  const events = new EventBridgeClient(options());
  const EventPattern = JSON.stringify({
    source: ['opentrail.detections'],
    detail: { Severity: ['critical'] },
  });
  await events.send(new PutRuleCommand({ Name: 'intruders', EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: 'intruders', Targets: [{ Id: 'q', Arn: byRule.arn }] }));
  expect(await detections('install', '--no-alarms', '--topic', 'findings')).toMatch(
    /detections enabled: \d\d/,
  );

  const iam = new IAMClient(options());
  const [UserName, PolicyArn] = ['ghost', 'arn:aws:iam::aws:policy/AdministratorAccess'];
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new CreateAccessKeyCommand({ UserName }));
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  const open = await eventually(async () => {
    const found = await findings('--open');
    return found.length < 3 ? undefined : found;
  });
  expect(ids(open)).toEqual(INTRUSION);

  const told = await eventually(async () => {
    const bodies = await byTopic.bodies();
    return bodies.length < 3 ? undefined : bodies.join('\n');
  });
  expect(told).toContain(`arn:aws:iam::${ACCOUNT}:user/admin`);
  expect(told).toContain('What to do next:');
  const [event] = await eventually(async () => {
    const bodies = await byRule.bodies();
    return bodies.length === 0 ? undefined : bodies;
  });
  expect(JSON.parse(event ?? '')).toMatchObject({
    source: 'opentrail.detections',
    'detail-type': 'Opentrail Finding',
    account: ACCOUNT,
    detail: {
      DetectionId: 'user-made-administrator',
      Status: 'OPEN',
      Count: 2,
      EventName: 'AttachUserPolicy',
    },
  });

  await server.kill();
  server = await startServer({ data });
  const critical = open.find(({ DetectionId }) => DetectionId === 'user-made-administrator')?.FindingId ?? '';
  await detections('ack', critical, '--note', 'a test');
  expect(ids(await findings('--open'))).toEqual(INTRUSION.slice(0, 2));
  expect(await findings('--detection', 'user-made-administrator')).toMatchObject([
    { FindingId: critical, Status: 'ACKNOWLEDGED', Note: 'a test' },
  ]);
  // Nothing was told, or found, a second time.
  expect(ids(await findings())).toEqual(INTRUSION);
  expect(await byTopic.bodies()).toHaveLength(3);
});

it('says how often detections would have fired, and that it was disabled itself', async () => {
  const tried = await detections('try', 'all', '--since', '1h');
  for (const id of INTRUSION) expect(tried).toContain(id);
  await detections('disable', 'all');
  await eventually(async () =>
    ids(await findings('--open')).includes('detections-disabled') ? true : undefined,
  );
});

it('takes rules of Sigma, live and over the history, and says what is wrong with one', async () => {
  const rules = mkdtempSync(join(tmpdir(), 'opentrail-sigma-'));
  const rule = (title: string, condition: string) =>
    [
      `title: ${title}`,
      'id: 0b1c2d3e-1111-4222-8333-444455556666',
      'level: high',
      'tags: [attack.persistence, attack.t1136.003]',
      'logsource: { product: aws, service: cloudtrail }',
      'detection:',
      '  selection: { eventSource: iam.amazonaws.com, eventName: createuser }',
      `  condition: ${condition}`,
    ].join('\n');
  writeFileSync(join(rules, 'good.yml'), rule('A user was created', 'selection'));
  writeFileSync(join(rules, 'bad.yml'), rule('Broken', 'selection | count() > 5'));
  const ran = await opentrailOf(server, 'detections', 'import', rules);
  expect(ran).toMatchObject({ code: 1, stdout: 'imported 1\n' });
  expect(ran.stderr).toMatch(/bad\.yml: .*count/);
  const id = '0b1c2d3e-1111-4222-8333-444455556666';
  expect(await detections('try', id)).toContain('1 finding in');
  await new IAMClient(options()).send(new CreateUserCommand({ UserName: 'another' }));
  await eventually(async () => ((await findings('--detection', id)).length === 1 ? true : undefined));
  await detections('remove', id);
  rmSync(rules, { recursive: true });
});

it('shows findings to nobody who may not see them', async () => {
  const iam = new IAMClient(options());
  await iam.send(new CreateUserCommand({ UserName: 'nosy' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'nosy' }));
  const ran = await opentrail(['detections', 'findings'], {
    env: {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
      AWS_REGION: REGION,
    },
  });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain('opentrail:ListFindings');
});
