import { rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const ACCOUNT = '123456789012';
const BUCKET = 'audit-logs';
const GROUP = 'CloudTrail/audit';
const GROUP_ARN = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}:*`;
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/CloudTrail_Logs`;
const STREAM = `${ACCOUNT}_CloudTrail_us-east-1`;

type Found = { readonly events: { readonly message: string; readonly logStreamName: string }[] };
type Status = Readonly<Record<string, unknown>>;

const cloudtrail = ['cloudtrail', 'create-trail', '--name', 'audit', '--s3-bucket-name', BUCKET];
const withLogs = ['--cloud-watch-logs-log-group-arn', GROUP_ARN, '--cloud-watch-logs-role-arn', ROLE_ARN];
const statement = (Action: string[], Resource: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
const trust = (Service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  });

async function makeBucket(s3: S3Client): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
}

const missing = missingTool('aws');

describe.skipIf(missing !== undefined)(needing('a trail with a log group', missing), () => {
  let server: TestServer;
  let cli: AwsCli;
  let s3: S3Client;

  const names = async (pattern: string) => {
    const { events } = await cli.json<Found>(
      ...['logs', 'filter-log-events', '--log-group-name', GROUP, '--filter-pattern', pattern],
    );
    return events.map(
      ({ message }) =>
        (JSON.parse(message) as { requestParameters: { name?: string } }).requestParameters.name,
    );
  };
  const status = () => cli.json<Status>('cloudtrail', 'get-trail-status', '--name', 'audit');

  beforeAll(async () => {
    server = await startServer({ env: { OPENTRAIL_DELIVERY_INTERVAL: '1s' } });
    cli = awsCli(server);
    s3 = s3Client(server);
    await makeBucket(s3);
  }, 90_000);
  afterAll(async () => {
    s3.destroy();
    await server.stop();
    // Opened a second time, so that stopping does not take it along.
    rmSync(server.data, { recursive: true, force: true });
  });

  it('is refused until group, role, trust and rights are there', async () => {
    const refused = async (text: string, ...args: string[]) => {
      const { stderr } = await cli.run(...cloudtrail, ...(args.length === 0 ? withLogs : args));
      expect(stderr).toContain(text);
    };
    await refused(
      '(InvalidCloudWatchLogsRoleArnException) when calling the CreateTrail operation: You must specify a role ARN as well as a log group.',
      ...withLogs.slice(0, 2),
    );
    await refused(
      '(InvalidCloudWatchLogsRoleArnException) when calling the CreateTrail operation: Access denied. Check the trust relationships for your role.',
    );
    const role = ['--role-name', 'CloudTrail_Logs'];
    await cli.json(
      'iam',
      'create-role',
      ...role,
      '--assume-role-policy-document',
      trust('ec2.amazonaws.com'),
    );
    await refused('Access denied. Check the trust relationships for your role.');
    await cli.json(
      'iam',
      'update-assume-role-policy',
      ...role,
      '--policy-document',
      trust('cloudtrail.amazonaws.com'),
    );
    await refused(
      '(InvalidCloudWatchLogsLogGroupArnException) when calling the CreateTrail operation: Access denied. Check the permissions for your role.',
    );
    const rights = statement(
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}:log-stream:${STREAM}*`,
    );
    await cli.json('iam', 'put-role-policy', ...role, '--policy-name', 'write', '--policy-document', rights);
    await refused(
      "(InvalidCloudWatchLogsLogGroupArnException) when calling the CreateTrail operation: Check the log group ARN: CloudTrail can't validate it.",
    );
    await cli.json('logs', 'create-log-group', '--log-group-name', GROUP, '--tags', 'team=audit');
    const made = await cli.json(...cloudtrail, ...withLogs);
    expect(made).toMatchObject({ CloudWatchLogsLogGroupArn: GROUP_ARN, CloudWatchLogsRoleArn: ROLE_ARN });
    const { Trail } = await cli.json<{ Trail: object }>('cloudtrail', 'get-trail', '--name', 'audit');
    expect(Trail).toMatchObject({ CloudWatchLogsLogGroupArn: GROUP_ARN, CloudWatchLogsRoleArn: ROLE_ARN });
  });

  it('sends each record it selects to its stream, as it is recorded, from StartLogging on', async () => {
    await cli.json('cloudtrail', 'start-logging', '--name', 'audit');
    await cli.json('iam', 'create-user', '--user-name', 'eve');
    const { events } = await eventually(async () => {
      const found = await cli.json<Found>(
        ...['logs', 'filter-log-events', '--log-group-name', GROUP],
        ...['--filter-pattern', '{ $.eventName = "CreateUser" && $.userIdentity.type = "IAMUser" }'],
      );
      return found.events.length > 0 ? found : undefined;
    }, 30_000);
    expect(events.map(({ logStreamName }) => logStreamName)).toEqual([STREAM]);
    const { Events } = await cli.json<{ Events: { CloudTrailEvent: string }[] }>(
      ...[
        'cloudtrail',
        'lookup-events',
        '--lookup-attributes',
        'AttributeKey=EventName,AttributeValue=CreateUser',
      ],
    );
    expect(events[0]?.message).toBe(Events[0]?.CloudTrailEvent);
    expect(await names('{ $.eventName = "*Logging" }')).toEqual(['audit']);
    expect(await names('{ $.eventName = "CreateTrail" }')).toEqual([]);
    const told = await status();
    expect(Number(told['LatestCloudWatchLogsDeliveryTime'])).toBeGreaterThan(Date.now() / 1000 - 120);
    expect(told).not.toHaveProperty('LatestCloudWatchLogsDeliveryError');
    // The stream that was made for it is recorded as the service's own doing; what is put there is not.
    const made = await cli.json<{ Events: { CloudTrailEvent: string }[] }>(
      ...[
        'cloudtrail',
        'lookup-events',
        '--lookup-attributes',
        'AttributeKey=EventName,AttributeValue=CreateLogStream',
      ],
    );
    expect(JSON.parse(made.Events[0]?.CloudTrailEvent ?? '')).toMatchObject({
      userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
      requestParameters: { logGroupName: GROUP, logStreamName: STREAM },
    });
  });

  it('tells when the group is gone, delivers to the bucket on, and completes the group once it is back', async () => {
    await cli.json('logs', 'delete-log-group', '--log-group-name', GROUP);
    await cli.json('iam', 'create-user', '--user-name', 'mallory');
    await eventually(
      async () =>
        (await status())['LatestCloudWatchLogsDeliveryError'] === 'ResourceNotFoundException'
          ? true
          : undefined,
      30_000,
    );
    const files = async () =>
      (await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'AWSLogs/' }))).KeyCount ?? 0;
    const before = await files();
    await cli.json('iam', 'create-user', '--user-name', 'trent');
    await eventually(async () => ((await files()) > before ? true : undefined), 30_000);
    expect(await status()).not.toHaveProperty('LatestDeliveryError');
    await cli.json('logs', 'create-log-group', '--log-group-name', GROUP);
    const users = await eventually(async () => {
      const { events } = await cli.json<Found>(
        'logs',
        'filter-log-events',
        '--log-group-name',
        GROUP,
        '--filter-pattern',
        '{ $.eventName = CreateUser }',
      );
      return events.length >= 2 ? events : undefined;
    }, 90_000);
    expect(
      users.map(
        ({ message }) =>
          (JSON.parse(message) as { requestParameters: { userName: string } }).requestParameters.userName,
      ),
    ).toEqual(['mallory', 'trent']);
    await eventually(
      async () => ('LatestCloudWatchLogsDeliveryError' in (await status()) ? undefined : true),
      30_000,
    );
  });

  it('keeps what it acknowledged through kill -9, and goes on', async () => {
    await cli.json('iam', 'delete-user', '--user-name', 'trent');
    await server.kill();
    const again = await startServer({
      data: server.data,
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s' },
    });
    server = { ...again, data: server.data };
    cli = awsCli(server);
    s3.destroy();
    s3 = s3Client(server);
    const deleted = await eventually(async () => {
      const { events } = await cli.json<Found>(
        'logs',
        'filter-log-events',
        '--log-group-name',
        GROUP,
        '--filter-pattern',
        '{ $.eventName = DeleteUser || $.eventName = CreateUser }',
      );
      return events.length >= 3 ? events : undefined;
    }, 60_000);
    expect(deleted).toHaveLength(3);
  });

  it('sends the record of StopLogging as the last', async () => {
    await cli.json('cloudtrail', 'stop-logging', '--name', 'audit');
    await cli.json('iam', 'delete-user', '--user-name', 'mallory');
    await eventually(
      async () => ((await names('{ $.eventName = "StopLogging" }')).length > 0 ? true : undefined),
      30_000,
    );
    await cli.json(
      'cloudtrail',
      'update-trail',
      '--name',
      'audit',
      '--cloud-watch-logs-log-group-arn',
      '',
      '--cloud-watch-logs-role-arn',
      '',
    );
    const { Trail } = await cli.json<{ Trail: object }>('cloudtrail', 'get-trail', '--name', 'audit');
    expect(Trail).not.toHaveProperty('CloudWatchLogsLogGroupArn');
    expect(Trail).not.toHaveProperty('CloudWatchLogsRoleArn');
    expect(await names('{ $.requestParameters.userName = mallory && $.eventName = DeleteUser }')).toEqual([]);
  });
});

const missingMoto = missingTool('aws', 'moto_server');

describe.skipIf(missingMoto !== undefined)(
  needing('a log group of another CloudWatch Logs', missingMoto),
  () => {
    it('gets the records too', async () => {
      const moto = await startMoto();
      const server = await startServer({ env: { OPENTRAIL_LOGS_ENDPOINT: moto.url } });
      try {
        const s3 = s3Client(server);
        await makeBucket(s3);
        s3.destroy();
        const cli = awsCli(server);
        const theirs = awsCli({ ...server, url: moto.url });
        await theirs.json('logs', 'create-log-group', '--log-group-name', GROUP);
        await cli.json(
          'iam',
          'create-role',
          '--role-name',
          'CloudTrail_Logs',
          '--assume-role-policy-document',
          trust('cloudtrail.amazonaws.com'),
        );
        await cli.json(
          'iam',
          'put-role-policy',
          '--role-name',
          'CloudTrail_Logs',
          '--policy-name',
          'write',
          '--policy-document',
          statement(['logs:*'], '*'),
        );
        await cli.json(...cloudtrail, ...withLogs);
        await cli.json('cloudtrail', 'start-logging', '--name', 'audit');
        const message = await eventually(async () => {
          const { events } = await theirs.json<Found>(
            'logs',
            'get-log-events',
            '--log-group-name',
            GROUP,
            '--log-stream-name',
            STREAM,
          );
          return events.find((event) => event.message.includes('"StartLogging"'))?.message;
        }, 30_000);
        expect(JSON.parse(message)).toMatchObject({ eventName: 'StartLogging', recipientAccountId: ACCOUNT });
      } finally {
        await server.stop();
        await moto.stop();
      }
    });
  },
);
