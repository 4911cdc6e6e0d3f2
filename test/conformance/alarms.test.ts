import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli } from '../kit/aws-cli.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { startReceiver, type Receiver } from '../kit/sns-receiver.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws');
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:ops';
const AlarmName = 'errors';

describe.skipIf(missing !== undefined)(needing('alarms of our own', missing), () => {
  let data: string;
  let server: TestServer;
  let client: CloudWatchClient;
  let receiver: Receiver;

  const start = async () => {
    server = await startServer({ data, env: { OPENTRAIL_WEBHOOK_ALLOW: '127.0.0.0/8' } });
    const { url: endpoint, credentials } = server;
    client = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  };
  const put = (Value: number) =>
    client.send(
      new PutMetricDataCommand({
        Namespace: 'App',
        MetricData: [{ MetricName: 'Errors', Value, StorageResolution: 1 }],
      }),
    );
  const alarm = async () =>
    (await client.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }))).MetricAlarms?.[0];
  const inState = (state: string, within?: number) =>
    eventually(async () => ((await alarm())?.StateValue === state ? true : undefined), within);
  /** A webhook that did not get to answer gets the same message again, by the same id. */
  const told = () => {
    const messages = receiver
      .of('Notification')
      .map(({ json }) => [String(json['MessageId']), json] as const);
    return [...new Map(messages).values()].map(
      (json) => JSON.parse(String(json['Message'])) as { NewStateValue: string; StateChangeTime: string },
    );
  };

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'opentrail-alarms-'));
    receiver = await startReceiver();
    await start();
    const { url: endpoint, credentials } = server;
    const sns = new SNSClient({ endpoint, region: 'us-east-1', credentials });
    await sns.send(new CreateTopicCommand({ Name: 'ops' }));
    await sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'http', Endpoint: receiver.url }));
    const question = await eventually(async () => receiver.of('SubscriptionConfirmation')[0]);
    await fetch(String(question.json['SubscribeURL']));
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('made with the CLI go off within seconds of what breaches them, and tell their topic', async () => {
    await awsCli(server).json(
      ...['cloudwatch', 'put-metric-alarm', '--alarm-name', AlarmName, '--namespace', 'App'],
      ...['--metric-name', 'Errors', '--statistic', 'Sum', '--period', '10', '--evaluation-periods', '1'],
      ...['--threshold', '1', '--comparison-operator', 'GreaterThanOrEqualToThreshold'],
      ...[
        '--treat-missing-data',
        'notBreaching',
        '--alarm-actions',
        TOPIC,
        '--alarm-description',
        'Somebody failed',
      ],
    );
    await inState('OK');
    await put(3);
    await inState('ALARM');
    const [first] = await eventually(async () => (told().length > 0 ? told() : undefined));
    expect(first).toMatchObject({
      AlarmName,
      AlarmDescription: 'Somebody failed',
      OldStateValue: 'OK',
      NewStateValue: 'ALARM',
      Region: 'US East (N. Virginia)',
      Trigger: { MetricName: 'Errors', Namespace: 'App', Statistic: 'SUM', Period: 10, Threshold: 1 },
    });
    expect(receiver.of('Notification')[0]?.json['Subject']).toBe('ALARM: "errors" in US East (N. Virginia)');
  });

  it('tell each change once, though the server is killed', async () => {
    const set = (StateValue: StateValue) =>
      client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'drill' }));
    const raised = async () => {
      const { AlarmHistoryItems = [] } = await client.send(
        new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: 'StateUpdate' }),
      );
      return AlarmHistoryItems.filter((item) => item.HistorySummary?.endsWith('to ALARM') === true).length;
    };
    await set('OK');
    await set('ALARM');
    await server.kill();
    await start();
    await set('OK');
    await set('ALARM');
    await eventually(async () => (told().length >= (await raised()) ? true : undefined));
    const times = told().map(({ StateChangeTime }) => StateChangeTime);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(new Set(times).size).toBe(times.length);
  }, 120_000);

  it('that are not built are refused by name', async () => {
    const composite = new PutCompositeAlarmCommand({ AlarmName: 'c', AlarmRule: 'ALARM(errors)' });
    await expect(client.send(composite)).rejects.toMatchObject({
      message: expect.stringContaining('PutCompositeAlarm') as string,
    });
    const band = new PutMetricAlarmCommand({
      AlarmName: 'band',
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanUpperThreshold',
      ThresholdMetricId: 'band',
      Metrics: [{ Id: 'band', Expression: 'ANOMALY_DETECTION_BAND(m1)' }],
    });
    await expect(client.send(band)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('Metrics') as string,
    });
  });
});
