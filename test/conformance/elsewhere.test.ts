import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { AddPermissionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { writeFiles } from '../kit/lambda.ts';
import { startMoto } from '../kit/moto.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const ACCOUNT = '123456789012';
const STREAM = { logGroupName: 'app', logStreamName: 's' };
const PATIENCE = 60_000;
const missing = missingTool('moto_server');

/** Log groups here; the functions of one server and the CloudWatch of another. */
describe.skipIf(missing !== undefined)(needing('services elsewhere, by endpoint', missing), () => {
  let dir: string;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let there: TestServer;
  let here: TestServer;
  const clients: { readonly destroy: () => void }[] = [];
  let logs: CloudWatchLogsClient;

  const known = <T extends { readonly destroy: () => void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const at = (server: TestServer) => ({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: server.credentials,
  });

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'opentrail-elsewhere-'));
    await writeFiles(join(dir, 'functions'), {
      'heard.js': `const { gunzipSync } = require('node:zlib');
        exports.handler = async ({ awslogs }) => console.log('heard ' + gunzipSync(Buffer.from(awslogs.data, 'base64')));`,
    });
    moto = await startMoto();
    there = await startServer({
      data: join(dir, 'there'),
      env: { OPENTRAIL_FUNCTIONS: join(dir, 'functions') },
    });
    here = await startServer({
      data: join(dir, 'here'),
      env: {
        OPENTRAIL_LAMBDA_ENDPOINT: there.url,
        OPENTRAIL_MONITORING_ENDPOINT: moto.url,
        OPENTRAIL_UPSTREAM_ACCESS_KEY_ID: there.credentials.accessKeyId,
        OPENTRAIL_UPSTREAM_SECRET_ACCESS_KEY: there.credentials.secretAccessKey,
      },
    });
    logs = known(new CloudWatchLogsClient(at(here)));
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'app' }));
    await logs.send(new CreateLogStreamCommand(STREAM));
  }, 180_000);
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await here.stop();
    await there.stop();
    await moto.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const put = (message: string) =>
    logs.send(new PutLogEventsCommand({ ...STREAM, logEvents: [{ message, timestamp: Date.now() }] }));

  it('another Lambda runs what a subscription filter hands it', async () => {
    const lambda = known(new LambdaClient(at(there)));
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'heard',
        Action: 'lambda:InvokeFunction',
        Principal: 'logs.amazonaws.com',
        StatementId: 'logs',
      }),
    );
    await logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: 'app',
        filterName: 'errors',
        filterPattern: 'ERROR',
        destinationArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:heard`,
      }),
    );
    await put('ERROR handed-over');
    const printed = known(new CloudWatchLogsClient(at(there)));
    const line = await eventually(async () => {
      const found = await printed
        .send(
          new FilterLogEventsCommand({ logGroupName: '/aws/lambda/heard', filterPattern: '"handed-over"' }),
        )
        .catch(() => undefined);
      return found?.events?.[0]?.message;
    }, PATIENCE);
    expect(line).toContain('"logGroup":"app"');
  });

  it('another CloudWatch gets what metric filters count', async () => {
    await logs.send(
      new PutMetricFilterCommand({
        logGroupName: 'app',
        filterName: 'slow',
        filterPattern: 'SLOW',
        metricTransformations: [{ metricNamespace: 'App', metricName: 'Slow', metricValue: '1' }],
      }),
    );
    await put('SLOW one');
    await put('SLOW two');
    const cloudwatch = known(
      new CloudWatchClient({
        endpoint: moto.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      }),
    );
    const sum = await eventually(async () => {
      const { Datapoints = [] } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'App',
          MetricName: 'Slow',
          StartTime: new Date(Date.now() - 3_600_000),
          EndTime: new Date(Date.now() + 3_600_000),
          Period: 60,
          Statistics: ['Sum'],
        }),
      );
      const all = Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
      return all >= 2 ? all : undefined;
    }, PATIENCE);
    expect(sum).toBe(2);
  });
});
