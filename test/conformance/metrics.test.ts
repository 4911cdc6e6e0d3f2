import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutDashboardCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws');
const Namespace = 'App';

describe.skipIf(missing !== undefined)(needing('metrics of our own', missing), () => {
  let data: string;
  let server: TestServer;
  let client: CloudWatchClient;

  const start = async () => {
    server = await startServer({ data, env: { OPENTRAIL_METRICS_SERIES: '2' } });
    open();
  };
  const open = (protocol?: CloudWatchClientConfig['protocol']) => {
    const { url: endpoint, credentials } = server;
    const common = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
    client = new CloudWatchClient(protocol === undefined ? common : { ...common, protocol });
  };
  const put = (...MetricData: PutMetricDataCommand['input']['MetricData'] & object) =>
    client.send(new PutMetricDataCommand({ Namespace, MetricData }));
  const sums = async (MetricName: string) => {
    const Metric = { Namespace, MetricName };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        MetricDataQueries: [{ Id: 's', MetricStat: { Metric, Period: 86_400, Stat: 'Sum' } }],
      }),
    );
    return MetricDataResults?.[0]?.Values;
  };

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-metrics-'));
    await start();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it.each([
    ['JSON', undefined],
    ['CBOR', SmithyRpcV2CborProtocol],
    ['Query', AwsQueryProtocol],
  ])('are put and read in %s', async (name, protocol) => {
    open(protocol);
    await put(
      { MetricName: name, Value: 2, Unit: 'Count', Timestamp: new Date() },
      { MetricName: name, Values: [1.5, 0.5], Counts: [2, 4], Dimensions: [] },
    );
    expect(await sums(name)).toEqual([7]);
    const odd = { MetricName: name, Value: 1, Unit: 'Parsecs' as 'Count' };
    await expect(put(odd)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The value Parsecs for parameter MetricData.member.1.Unit is invalid.',
    });
    const dashboard = new PutDashboardCommand({ DashboardName: 'd', DashboardBody: '{}' });
    await expect(client.send(dashboard)).rejects.toMatchObject({
      message: expect.stringContaining('PutDashboard') as string,
    });
    open();
  });

  it('are put and read by the CLI', async () => {
    const cli = awsCli(server);
    await cli.json(
      ...['cloudwatch', 'put-metric-data', '--namespace', Namespace, '--metric-name', 'cli', '--value', '3'],
      ...['--dimensions', 'Host=a,Zone=b', '--unit', 'Seconds'],
    );
    const from = new Date(Date.now() - 600_000).toISOString();
    const to = new Date(Date.now() + 60_000).toISOString();
    const read = await cli.json<{ Label: string; Datapoints: Record<string, unknown>[] }>(
      ...[
        'cloudwatch',
        'get-metric-statistics',
        '--namespace',
        Namespace,
        '--metric-name',
        'cli',
        '--period',
        '60',
      ],
      ...['--dimensions', 'Name=Zone,Value=b', 'Name=Host,Value=a', '--start-time', from, '--end-time', to],
      ...['--statistics', 'Average', '--extended-statistics', 'p90'],
    );
    expect(read).toMatchObject({
      Label: 'cli',
      Datapoints: [{ Average: 3, Unit: 'Seconds', ExtendedStatistics: { p90: 3 } }],
    });
  });

  it('are put and read by boto3', async () => {
    const told = await boto3(
      server,
      `
import datetime, botocore.exceptions
cloudwatch = client('cloudwatch')
cloudwatch.put_metric_data(Namespace='App', MetricData=[
    {'MetricName': 'boto', 'Value': 1.25, 'Timestamp': datetime.datetime.now(datetime.timezone.utc), 'StorageResolution': 1}])
now = datetime.datetime.now(datetime.timezone.utc)
read = cloudwatch.get_metric_statistics(Namespace='App', MetricName='boto', Period=60, Statistics=['Sum'],
    StartTime=now - datetime.timedelta(minutes=9), EndTime=now + datetime.timedelta(minutes=1))
try:
    cloudwatch.put_metric_data(Namespace='App', MetricData=[{'MetricName': 'boto', 'Value': float('nan')}])
    code = 'none'
except botocore.exceptions.ClientError as error:
    code = error.response['Error']['Code']
say({'sum': read['Datapoints'][0]['Sum'], 'code': code})
`,
    );
    expect(told).toEqual({ sum: 1.25, code: 'InvalidParameterValue' });
  });

  it('are seen by Prometheus, so many of them', async () => {
    const page = await (await fetch(`${server.url}/_metrics`)).text();
    expect(page).toContain(
      'opentrail_cloudwatch_sum{region="us-east-1",namespace="App",metric="JSON",dimensions=""} 7',
    );
    expect(page).not.toContain('metric="boto"');
    expect(page).toContain('opentrail_cloudwatch_unshown_series 2');
  });

  it('that were put are there after the server was killed', async () => {
    await put({ MetricName: 'JSON', Value: 100 });
    await server.kill();
    await start();
    expect(await sums('JSON')).toEqual([107]);
    const { Metrics } = await client.send(new ListMetricsCommand({ Namespace }));
    expect(Metrics?.map((one) => one.MetricName)).toEqual(['CBOR', 'JSON', 'Query', 'boto', 'cli']);
  }, 60_000);
});
