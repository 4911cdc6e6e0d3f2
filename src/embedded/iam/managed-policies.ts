import { createHash } from 'node:crypto';

import type { PolicyDocument } from '../../aws/operation.ts';

/** The AWS managed policies that can be attached; the documents are ours, for what Opentrail serves. */
export type ManagedPolicy = {
  readonly arn: string;
  readonly name: string;
  /** `ANPA…`. */
  readonly id: string;
  /** Of the document here, not of AWS's. */
  readonly createdAt: Date;
  readonly document: PolicyDocument;
};

export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** Of the service-linked role that CloudTrail has in an organization's management account. */
export const CLOUDTRAIL_SERVICE_ROLE_POLICY =
  'arn:aws:iam::aws:policy/aws-service-role/CloudTrailServiceRolePolicy';

const WRITTEN = new Date('2026-11-21T00:00:00Z');

const SERVICES = [
  'athena',
  'cloudtrail',
  'cloudwatch',
  'events',
  'iam',
  'kms',
  'lambda',
  'logs',
  'organizations',
  's3',
  'sns',
  'sqs',
];
const READING = ['Get*', 'List*', 'Describe*', 'Lookup*'];

const READ_TRAILS = [
  'cloudtrail:Get*',
  'cloudtrail:Describe*',
  'cloudtrail:List*',
  'cloudtrail:LookupEvents',
  'opentrail:StreamEvents',
  'opentrail:ProveEvent',
  'opentrail:GetProofs',
];

const FULL_TRAILS = [
  'cloudtrail:*',
  'cloudtrail-data:*',
  'opentrail:StreamEvents',
  'opentrail:ProveEvent',
  'opentrail:GetProofs',
  'opentrail:IngestRecords',
  's3:CreateBucket',
  's3:PutBucketPolicy',
  's3:PutBucketPublicAccessBlock',
  's3:ListAllMyBuckets',
  's3:GetBucketLocation',
  's3:GetBucketPolicy',
  's3:GetObject',
  'sns:AddPermission',
  'sns:CreateTopic',
  'sns:SetTopicAttributes',
  'sns:GetTopicAttributes',
  'sns:ListTopics',
  'logs:CreateLogGroup',
  'logs:DescribeLogGroups',
  'iam:GetUser',
  'iam:ListRoles',
  'iam:GetRolePolicy',
  'kms:ListKeys',
  'kms:ListAliases',
  'lambda:ListFunctions',
  'organizations:DescribeOrganization',
];

const SERVICE_ROLE = [
  'cloudtrail:*',
  'organizations:DescribeAccount',
  'organizations:DescribeOrganization',
  'organizations:ListAccounts',
  'organizations:ListAWSServiceAccessForOrganization',
  'organizations:ListDelegatedAdministrators',
];

/** Roles for log groups of trails, and for nobody else. */
const PASS_ROLE = {
  Effect: 'Allow',
  Action: 'iam:PassRole',
  Resource: '*',
  Condition: { StringEquals: { 'iam:PassedToService': 'cloudtrail.amazonaws.com' } },
};

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
export const MANAGED_POLICIES: ReadonlyMap<string, ManagedPolicy> = new Map(
  [
    managed('AdministratorAccess', ['*']),
    managed('ReadOnlyAccess', [
      ...SERVICES.flatMap((service) => READING.map((verb) => `${service}:${verb}`)),
      'opentrail:StreamEvents',
      'opentrail:ProveEvent',
      'opentrail:GetProofs',
      'opentrail:GetDetection',
      'opentrail:GetFinding*',
      'opentrail:ListDetections',
      'opentrail:ListFindings',
      'opentrail:TestDetections',
      'events:TestEventPattern',
      'logs:FilterLogEvents',
      'logs:StartLiveTail',
      'logs:StartQuery',
      'logs:StopQuery',
      'logs:TestMetricFilter',
    ]),
    managed('AWSCloudTrail_ReadOnlyAccess', READ_TRAILS),
    managed('AWSCloudTrail_FullAccess', FULL_TRAILS, { more: [PASS_ROLE] }),
    managed('CloudTrailServiceRolePolicy', SERVICE_ROLE, { path: 'aws-service-role/' }),
  ].map((policy) => [policy.arn, policy]),
);

function managed(
  name: string,
  actions: readonly string[],
  { path = '', more = [] }: { readonly path?: string; readonly more?: readonly PolicyDocument[] } = {},
): ManagedPolicy {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }, ...more],
  };
  return {
    arn: `arn:aws:iam::aws:policy/${path}${name}`,
    name,
    id: idOf(name),
    createdAt: WRITTEN,
    document,
  };
}

/** The same at every start. */
function idOf(name: string): string {
  const hash = createHash('sha256').update(`managed policy ${name}`).digest();
  return `ANPA${[...hash.subarray(0, 17)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')}`;
}
