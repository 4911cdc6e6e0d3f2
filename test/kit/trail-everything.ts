import { jsonCall, s3Client } from './client.ts';
import { IAMClient, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

import { eventually } from './run.ts';
import type { Credentials, TestServer } from './server.ts';
import type { Receiver } from './sns-receiver.ts';

export const MASTER = '123456789012';
export const REGION = 'us-east-1';
export const GROUP = 'CloudTrail/all';

/** What trails can be given, each of it made as AWS's guides say. */
export type Everything = {
  readonly organization: string;
  readonly member: string;
  /** Of the member's role OrganizationAccountAccessRole. */
  readonly credentials: Credentials;
  readonly keyArn: string;
  readonly topicArn: string;
  readonly groupArn: string;
  readonly roleArn: string;
};

/** A bucket, a key, a topic that the receiver hears, a log group and its role, and an organization of two accounts that trusts CloudTrail. */
export async function makeEverything(
  server: TestServer,
  { bucket, receiver }: { readonly bucket: string; readonly receiver: Receiver },
): Promise<Everything> {
  const at = { endpoint: server.url, region: REGION, credentials: server.credentials };
  await makeBucket(server, bucket);
  return {
    ...(await makeOrganization(server, new STSClient(at))),
    keyArn: await makeKey(server),
    topicArn: await makeTopic(new SNSClient(at), receiver),
    ...(await makeLogGroup(server, new IAMClient(at))),
  };
}

async function ask(server: TestServer, service: string, operation: string, input: object) {
  const { status, body } = await jsonCall(server, operation, input, { service });
  if (status !== 200) throw new Error(`${operation}: ${status} ${JSON.stringify(body)}`);
  return body;
}

const CLOUDTRAIL = { Service: 'cloudtrail.amazonaws.com' };
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** Any account's folder below any prefix. */
async function makeBucket(server: TestServer, bucket: string): Promise<void> {
  const s3 = s3Client(server);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const Policy = policy(
    {
      Effect: 'Allow',
      Principal: CLOUDTRAIL,
      Action: 's3:GetBucketAcl',
      Resource: `arn:aws:s3:::${bucket}`,
    },
    {
      Effect: 'Allow',
      Principal: CLOUDTRAIL,
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${bucket}/*/AWSLogs/*`,
      Condition: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' },
        StringLike: { 'aws:SourceArn': `arn:aws:cloudtrail:${REGION}:${MASTER}:trail/*` },
      },
    },
  );
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  s3.destroy();
}

async function makeOrganization(server: TestServer, sts: STSClient) {
  const organizations = (name: string, input: object = {}) =>
    ask(server, 'organizations', `AWSOrganizationsV20161128.${name}`, input);
  const { Organization } = (await organizations('CreateOrganization')) as { Organization: { Id: string } };
  const { CreateAccountStatus } = (await organizations('CreateAccount', {
    Email: 'dev@example.com',
    AccountName: 'dev',
  })) as { CreateAccountStatus: { AccountId: string } };
  await organizations('EnableAWSServiceAccess', { ServicePrincipal: 'cloudtrail.amazonaws.com' });
  const member = CreateAccountStatus.AccountId;
  const RoleArn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return {
    organization: Organization.Id,
    member,
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    },
  };
}

async function makeKey(server: TestServer): Promise<string> {
  const Policy = policy(
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MASTER}:root` }, Action: 'kms:*', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: CLOUDTRAIL,
      Action: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: '*',
    },
  );
  const { KeyMetadata } = (await ask(server, 'kms', 'TrentService.CreateKey', { Policy })) as {
    KeyMetadata: { Arn: string };
  };
  return KeyMetadata.Arn;
}

async function makeTopic(sns: SNSClient, receiver: Receiver): Promise<string> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'deliveries' }));
  const AttributeValue = policy({
    Effect: 'Allow',
    Principal: CLOUDTRAIL,
    Action: 'SNS:Publish',
    Resource: TopicArn,
  });
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: receiver.url }));
  const [asked] = await eventually(async () => {
    const found = receiver.of('SubscriptionConfirmation');
    return found.length > 0 ? found : undefined;
  });
  await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: String(asked?.json['Token']) }));
  sns.destroy();
  return TopicArn;
}

async function makeLogGroup(server: TestServer, iam: IAMClient) {
  await ask(server, 'logs', 'Logs_20140328.CreateLogGroup', { logGroupName: GROUP });
  const RoleName = 'CloudTrail_Logs';
  const trust = policy({ Effect: 'Allow', Principal: CLOUDTRAIL, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  const rights = policy({
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `arn:aws:logs:${REGION}:${MASTER}:log-group:${GROUP}:log-stream:*`,
  });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'write', PolicyDocument: rights }));
  iam.destroy();
  return {
    groupArn: `arn:aws:logs:${REGION}:${MASTER}:log-group:${GROUP}:*`,
    roleArn: `arn:aws:iam::${MASTER}:role/${RoleName}`,
  };
}
