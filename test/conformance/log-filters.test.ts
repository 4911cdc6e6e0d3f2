import { spawn } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rmSync } from 'node:fs';

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteQueryDefinitionCommand,
  DescribeMetricFiltersCommand,
  DescribeQueriesCommand,
  DescribeQueryDefinitionsCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  MalformedQueryException,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutQueryDefinitionCommand,
  PutSubscriptionFilterCommand,
  StartLiveTailCommand,
  StartQueryCommand,
  StopQueryCommand,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsEnv, startServer, type TestServer } from '../kit/server.ts';
import { eventually } from '../kit/run.ts';
import { missingTool, needing } from '../kit/tools.ts';

const ACCOUNT = '123456789012';
const GROUP = { logGroupName: 'app' };
const STREAM = { ...GROUP, logStreamName: 's' };
const ARN = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group`;

const missing = missingTool('aws');

let server: TestServer;
let logs: CloudWatchLogsClient;
let metrics: CloudWatchClient;

const clientsOf = ({ url: endpoint, credentials }: TestServer) => {
  const options = { endpoint, credentials, region: 'us-east-1' };
  logs = new CloudWatchLogsClient({ ...options, disableHostPrefix: true });
  metrics = new CloudWatchClient(options);
};
const put = (...messages: object[]) =>
  logs.send(
    new PutLogEventsCommand({
      ...STREAM,
      logEvents: messages.map((message) => ({ timestamp: Date.now(), message: JSON.stringify(message) })),
    }),
  );
/** All that a metric counted. */
async function sumOf(MetricName: string): Promise<number> {
  const { Datapoints = [] } = await metrics.send(
    new GetMetricStatisticsCommand({
      Namespace: 'App',
      MetricName,
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 60,
      Statistics: ['Sum'],
    }),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
}
const counted = (name: string, expected: number) =>
  eventually(async () => ((await sumOf(name)) === expected ? true : undefined), 60_000);

describe('what follows from log events', () => {
  beforeAll(async () => {
    server = await startServer();
    clientsOf(server);
    for (const logGroupName of ['app', 'copy']) await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand(STREAM));
  }, 120_000);
  afterAll(async () => {
    logs.destroy();
    metrics.destroy();
    await server.stop();
    rmSync(server.data, { recursive: true, force: true });
  });

  it('metric filters count and measure in CloudWatch, and say what they would match', async () => {
    const filterPattern = '{ $.status = 5* }';
    const { matches } = await logs.send(
      new TestMetricFilterCommand({ filterPattern, logEventMessages: ['{"status":200}', '{"status":503}'] }),
    );
    expect(matches).toEqual([
      { eventNumber: 2, eventMessage: '{"status":503}', extractedValues: { '$.status': '503' } },
    ]);
    const filter = (filterName: string, metricValue: string) =>
      logs.send(
        new PutMetricFilterCommand({
          ...GROUP,
          filterName,
          filterPattern,
          metricTransformations: [{ metricName: filterName, metricNamespace: 'App', metricValue }],
        }),
      );
    await filter('errors', '1');
    await filter('time', '$.ms');
    await put({ status: 200, ms: 1 }, { status: 500, ms: 20 }, { status: 503, ms: 2.5 });
    await counted('errors', 2);
    await counted('time', 22.5);
    const { metricFilters } = await logs.send(new DescribeMetricFiltersCommand(GROUP));
    expect(metricFilters?.map(({ filterName }) => filterName)).toEqual(['errors', 'time']);
  });

  it('subscription filters hand on to another log group', async () => {
    await logs.send(
      new PutSubscriptionFilterCommand({
        ...GROUP,
        filterName: 'copies',
        filterPattern: '{ $.status = 500 }',
        destinationArn: `${ARN}:copy`,
      }),
    );
    await put({ status: 200, n: 1 }, { status: 500, n: 2 });
    const messages = await eventually(async () => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: 'copy' }));
      return events.length > 0 ? events.map(({ message }) => message) : undefined;
    }, 60_000);
    expect(messages).toEqual(['{"status":500,"n":2}']);
  });

  it('Live Tail shows what arrives', async () => {
    const { responseStream } = await logs.send(
      new StartLiveTailCommand({
        logGroupIdentifiers: [`${ARN}:app`],
        logEventFilterPattern: '{ $.tail = 1 }',
      }),
    );
    const seen: unknown[] = [];
    for await (const event of responseStream ?? []) {
      if (event.sessionStart) await put({ tail: 1 }, { tail: 2 });
      seen.push(...(event.sessionUpdate?.sessionResults ?? []));
      if (seen.length > 0) break;
    }
    expect(seen).toMatchObject([
      { message: '{"tail":1}', logStreamName: 's', logGroupIdentifier: `${ACCOUNT}:app` },
    ]);
  });

  it('Logs Insights answers questions, and says where one is malformed', async () => {
    const ask = (queryString: string) =>
      logs.send(
        new StartQueryCommand({
          logGroupNames: ['app'],
          startTime: Math.floor(Date.now() / 1000) - 3600,
          endTime: Math.ceil(Date.now() / 1000) + 3600,
          queryString,
        }),
      );
    const { queryId } = await ask(
      'filter ispresent(status) | stats count(*) as n by status | sort n desc, status',
    );
    const answer = await eventually(async () => {
      const found = await logs.send(new GetQueryResultsCommand({ queryId }));
      return found.status === 'Complete' ? found : undefined;
    }, 60_000);
    expect(
      answer.results?.map((row) => row.map(({ field, value }) => `${field}=${value}`).join(' ')),
    ).toEqual(['status=200 n=2', 'status=500 n=2', 'status=503 n=1']);
    expect(answer.statistics).toMatchObject({ recordsMatched: 5, recordsScanned: 7 });
    const error: unknown = await ask('filter status like | limit 1').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MalformedQueryException);
    expect(error).toMatchObject({
      queryCompileError: { location: { startCharOffset: 19, endCharOffset: 20 } },
    });
    const { queries } = await logs.send(new DescribeQueriesCommand({ status: 'Complete' }));
    expect(queries?.map((one) => one.queryId)).toEqual([queryId]);
    await expect(logs.send(new StopQueryCommand({ queryId }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('questions are kept for later, and forgotten', async () => {
    const { queryDefinitionId } = await logs.send(
      new PutQueryDefinitionCommand({ name: 'by status', queryString: 'stats count(*) by status' }),
    );
    const { queryDefinitions } = await logs.send(new DescribeQueryDefinitionsCommand({}));
    expect(queryDefinitions).toMatchObject([{ name: 'by status', queryString: 'stats count(*) by status' }]);
    const forget = () => logs.send(new DeleteQueryDefinitionCommand({ queryDefinitionId }));
    expect(await forget()).toMatchObject({ success: true });
    expect((await logs.send(new DescribeQueryDefinitionsCommand({}))).queryDefinitions).toEqual([]);
    await expect(forget()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it.skipIf(missing !== undefined)(
    needing('aws logs start-live-tail asks a host that begins with stream-', missing),
    async () => {
      const proxy = await proxyTo(server.url);
      const env = { ...awsEnv(server), AWS_ENDPOINT_URL: 'http://localhost:4680', HTTP_PROXY: proxy.url };
      const child = spawn('aws', ['logs', 'start-live-tail', '--log-group-identifiers', `${ARN}:app`], {
        env: { ...env, PYTHONUNBUFFERED: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      try {
        await eventually(async () => {
          await put({ line: 1 });
          return stdout.includes('{"line":1}') ? true : undefined;
        }, 60_000);
        expect(proxy.hosts()).toEqual(['stream-localhost:4680']);
      } finally {
        child.kill('SIGKILL');
        proxy.server.close();
      }
    },
  );

  it('each event counts once, also when the server is killed', async () => {
    const before = await sumOf('errors');
    for (let n = 0; n < 10; n++) await put({ status: 500, after: n }, { status: 501, after: n });
    await server.kill();
    server = { ...(await startServer({ data: server.data })), data: server.data };
    logs.destroy();
    metrics.destroy();
    clientsOf(server);
    await put({ status: 502 });
    await counted('errors', before + 21);
    const copies = await eventually(async () => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: 'copy' }));
      return events.length >= 11 ? events : undefined;
    }, 60_000);
    expect(new Set(copies.map(({ message }) => message)).size).toBe(11);
  });
});

/** In the place of a name that resolves: passes requests on with their `Host`, and notes it. */
async function proxyTo(target: string) {
  const hosts = new Set<string | undefined>();
  const server: Server = createServer((req, res) => {
    hosts.add(req.headers.host);
    const { pathname } = new URL(req.url ?? '/', 'http://any');
    const passed = request(target, { method: req.method, path: pathname, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    req.pipe(passed);
    res.on('close', () => passed.destroy());
    passed.on('error', () => res.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts: () => [...hosts],
  };
}
