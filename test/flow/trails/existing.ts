import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';

import type { TestServer } from '../../kit/server.ts';
import { ACCOUNT } from './console.ts';

/** More than an answer of ListAliases, ListTopics or DescribeLogGroups holds. */
const CROWD = 101;
const CLOUDTRAIL = { Service: 'cloudtrail.amazonaws.com' };

/** Key, topic, log group and role that any trail may use, each called `shared` and behind a crowd of others. */
export async function makeShared({ url, credentials }: TestServer): Promise<void> {
  const config = { endpoint: url, region: 'us-east-1', credentials };
  const kms = new KMSClient(config);
  const sns = new SNSClient(config);
  const logs = new CloudWatchLogsClient(config);
  const iam = new IAMClient(config);
  const allow = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] });
  const toPublish = (topic: string) =>
    allow({
      Principal: CLOUDTRAIL,
      Action: 'sns:Publish',
      Resource: `arn:aws:sns:us-east-1:${ACCOUNT}:${topic}`,
    });
  const key = await kms.send(
    new CreateKeyCommand({ Policy: allow({ Principal: { ...CLOUDTRAIL, AWS: ACCOUNT }, Action: 'kms:*' }) }),
  );
  const TargetKeyId = key.KeyMetadata?.KeyId;
  const crowd = Array.from({ length: CROWD }, (_, n) => `crowd-${n}`);
  await Promise.all(
    ['shared', ...crowd].flatMap((name) => [
      kms.send(new CreateAliasCommand({ AliasName: `alias/${name}`, TargetKeyId })),
      sns.send(new CreateTopicCommand({ Name: name, Attributes: { Policy: toPublish(name) } })),
      logs.send(new CreateLogGroupCommand({ logGroupName: name })),
    ]),
  );
  const RoleName = 'shared';
  const trust = { Effect: 'Allow', Principal: CLOUDTRAIL, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = allow({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'logs', PolicyDocument }));
  for (const client of [kms, sns, logs, iam]) client.destroy();
}
