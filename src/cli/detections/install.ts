import { CloudTrailClient, DescribeTrailsCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';

import { accountOfArn } from '../../aws/arn.ts';
import { OpentrailError } from '../../base/errors.ts';
import { callServer, sdkOptions } from '../client.ts';
import type { ServerAccess } from '../server-request.ts';
import { detectionCall } from './api.ts';
import { CIS_ALARMS } from './cis.ts';

export type InstallOptions = {
  readonly logGroup?: string | undefined;
  /** Name or ARN. */
  readonly topic?: string | undefined;
  readonly alarms: boolean;
  readonly scope: { readonly Scope?: 'all' };
};

export type Installed = {
  readonly topicArn?: string;
  readonly logGroup?: string;
  readonly filters: readonly string[];
  readonly alarms: readonly string[];
  readonly detections: readonly string[];
};

const NAMESPACE = 'CISBenchmark';

/** Makes or renews all of it; twice is as good as once. Throws SERVER_REFUSED, SERVER_UNREACHABLE, BAD_ARGUMENT. */
export async function install(server: ServerAccess, options: InstallOptions): Promise<Installed> {
  const { DetectionIds: detections } = await detectionCall<{ DetectionIds: string[] }>(
    server,
    'UpdateDetections',
    { DetectionIds: ['all'], Enabled: true, ...options.scope },
  );
  const topicArn = options.topic === undefined ? undefined : await openTopic(server, options.topic);
  if (topicArn !== undefined) await detectionCall(server, 'PutFindingsTopic', { TopicArn: topicArn });
  const told = topicArn === undefined ? {} : { topicArn };
  if (!options.alarms) return { ...told, filters: [], alarms: [], detections };
  const logGroup = options.logGroup ?? (await groupOfTrail(server));
  await putFilters(server, logGroup);
  await putAlarms(server, topicArn);
  const names = CIS_ALARMS.map(({ name }) => name);
  return { ...told, logGroup, filters: names, alarms: names, detections };
}

async function groupOfTrail(server: ServerAccess): Promise<string> {
  const client = new CloudTrailClient(sdkOptions(server));
  const { trailList = [] } = await callServer(server, client.send(new DescribeTrailsCommand({})));
  const arn = trailList.find((trail) => trail.CloudWatchLogsLogGroupArn)?.CloudWatchLogsLogGroupArn;
  const name = /:log-group:([^:]+)/.exec(arn ?? '')?.[1];
  if (name !== undefined) return name;
  throw new OpentrailError(
    'BAD_ARGUMENT',
    'the CIS alarms read the log group of a trail, and no trail has one: give it one (aws cloudtrail update-trail --cloud-watch-logs-log-group-arn …), name another group (--log-group NAME), or leave the alarms out (--no-alarms); the detections are enabled',
  );
}

async function putFilters(server: ServerAccess, logGroupName: string): Promise<void> {
  const client = new CloudWatchLogsClient(sdkOptions(server));
  const { logGroups = [] } = await callServer(
    server,
    client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName })),
  );
  if (!logGroups.some((group) => group.logGroupName === logGroupName))
    throw new OpentrailError('BAD_ARGUMENT', `--log-group: there is no log group ${logGroupName}`);
  for (const { name, pattern } of CIS_ALARMS)
    await callServer(
      server,
      client.send(
        new PutMetricFilterCommand({
          logGroupName,
          filterName: name,
          filterPattern: pattern,
          metricTransformations: [
            { metricName: name, metricNamespace: NAMESPACE, metricValue: '1', defaultValue: 0 },
          ],
        }),
      ),
    );
}

async function putAlarms(server: ServerAccess, topicArn: string | undefined): Promise<void> {
  const client = new CloudWatchClient(sdkOptions(server));
  for (const { control, name, title } of CIS_ALARMS)
    await callServer(
      server,
      client.send(
        new PutMetricAlarmCommand({
          AlarmName: name,
          AlarmDescription: `${title} (CIS AWS Foundations ${control})`,
          Namespace: NAMESPACE,
          MetricName: name,
          Statistic: 'Sum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          TreatMissingData: 'notBreaching',
          ...(topicArn === undefined ? {} : { AlarmActions: [topicArn] }),
        }),
      ),
    );
}

/** Of alarms and of findings: both services may publish for the topic's own account only. */
async function openTopic(server: ServerAccess, nameOrArn: string): Promise<string> {
  const client = new SNSClient(sdkOptions(server));
  const topicArn = nameOrArn.startsWith('arn:')
    ? nameOrArn
    : (await callServer(server, client.send(new CreateTopicCommand({ Name: nameOrArn })))).TopicArn;
  if (topicArn === undefined) throw new OpentrailError('BUG', 'CreateTopic answered no ARN');
  const { Attributes = {} } = await callServer(
    server,
    client.send(new GetTopicAttributesCommand({ TopicArn: topicArn })),
  );
  const policy = JSON.parse(Attributes['Policy'] ?? '{}') as { Version?: string; Statement?: unknown };
  const before = (Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement ?? []].flat()) as {
    Sid?: string;
  }[];
  const own = ['cloudwatch.amazonaws.com', 'opentrail.amazonaws.com'].map((Service) => ({
    Sid: `OpentrailDetections-${Service.split('.')[0]}`.replace('-', ''),
    Effect: 'Allow',
    Principal: { Service },
    Action: 'SNS:Publish',
    Resource: topicArn,
    Condition: { StringEquals: { 'aws:SourceAccount': accountOfArn(topicArn) } },
  }));
  const kept = before.filter(({ Sid }) => !own.some((statement) => statement.Sid === Sid));
  const AttributeValue = JSON.stringify({ Version: '2012-10-17', ...policy, Statement: [...kept, ...own] });
  await callServer(
    server,
    client.send(
      new SetTopicAttributesCommand({ TopicArn: topicArn, AttributeName: 'Policy', AttributeValue }),
    ),
  );
  return topicArn;
}
