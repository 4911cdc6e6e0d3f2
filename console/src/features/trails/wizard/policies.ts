/** The policies that CloudTrail asks for, as AWS's own console writes them. */

export type PolicyStatement = Readonly<Record<string, unknown>> & { readonly Sid?: string };
export type PolicyDocument = Readonly<Record<string, unknown>> & {
  readonly Version?: string;
  readonly Statement: readonly PolicyStatement[];
};

/** Whose trail it is: of an organization the management account's. */
export type Owner = {
  readonly region: string;
  /** That the trail's ARN names. */
  readonly accountId: string;
  readonly trail: string;
  /** Set for an organization's trail. */
  readonly organizationId: string | undefined;
};

const CLOUDTRAIL = { Service: 'cloudtrail.amazonaws.com' };
const VERSION = '2012-10-17';

export function trailArn({ region, accountId, trail }: Owner): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:trail/${trail}`;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
export function bucketStatements(owner: Owner, bucket: string, prefix: string): PolicyStatement[] {
  const source = { 'aws:SourceArn': trailArn(owner) };
  const logs = `arn:aws:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}AWSLogs`;
  const write = (sid: string, folder: string): PolicyStatement => ({
    Sid: sid,
    Effect: 'Allow',
    Principal: CLOUDTRAIL,
    Action: 's3:PutObject',
    Resource: `${logs}/${folder}/*`,
    Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...source } },
  });
  return [
    {
      Sid: 'AWSCloudTrailAclCheck20150319',
      Effect: 'Allow',
      Principal: CLOUDTRAIL,
      Action: 's3:GetBucketAcl',
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: { StringEquals: source },
    },
    write('AWSCloudTrailWrite20150319', owner.accountId),
    ...(owner.organizationId === undefined
      ? []
      : [write('AWSCloudTrailOrganizationWrite20150319', owner.organizationId)]),
  ];
}

export function bucketPolicy(owner: Owner, bucket: string, prefix: string): PolicyDocument {
  return { Version: VERSION, Statement: bucketStatements(owner, bucket, prefix) };
}

/**
 * A policy with the statements added that it lacks. Others stay as they are; where one has the same Sid, ours gets another. A statement that
 * says the same for whatever trail is no less.
 */
export function addStatements(
  policy: PolicyDocument | undefined,
  added: readonly PolicyStatement[],
): PolicyDocument {
  const present = policy === undefined ? [] : policy.Statement;
  const seen = new Set(present.map(meaningOf));
  const sids = new Set(present.map(({ Sid }) => Sid));
  const missing = added.filter(
    (statement) => !seen.has(meaningOf(statement)) && !seen.has(meaningOf(forAnyTrail(statement))),
  );
  const named = missing.map((statement) => {
    let sid = statement.Sid;
    for (let n = 2; sid !== undefined && sids.has(sid); n++) sid = `${statement.Sid}x${n}`;
    sids.add(sid);
    return sid === undefined ? statement : { ...statement, Sid: sid };
  });
  return { ...policy, Version: policy?.Version ?? VERSION, Statement: [...present, ...named] };
}

/** Equal for two statements that differ in nothing but the Sid, the order of members, or lists of one. */
function meaningOf(statement: PolicyStatement): string {
  return JSON.stringify(normalised({ ...statement, Sid: undefined }));
}

function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? normalised(value[0]) : value.map(normalised).sort();
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, inner]) => [name, normalised(inner)]));
}

function forAnyTrail(statement: PolicyStatement): PolicyStatement {
  const { StringEquals, ...others } = (statement['Condition'] ?? {}) as Record<string, object>;
  const rest = Object.entries(StringEquals ?? {}).filter(([key]) => key !== 'aws:SourceArn');
  const condition = { ...others, ...(rest.length > 0 ? { StringEquals: Object.fromEntries(rest) } : {}) };
  const { Condition: _old, ...without } = statement;
  return Object.keys(condition).length > 0 ? { ...without, Condition: condition } : without;
}

/** Undefined for a text that is no policy. */
export function parsePolicy(text: string): PolicyDocument | undefined {
  try {
    const value = JSON.parse(text) as { readonly Statement?: unknown } | null;
    const { Statement: given } = value ?? {};
    const statements = Array.isArray(given) ? given : given === undefined ? [] : [given];
    return { ...value, Statement: statements as PolicyStatement[] };
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html */
export function topicPolicy(owner: Owner, topicArn: string): PolicyDocument {
  return {
    Version: VERSION,
    Statement: [
      {
        Sid: 'AWSCloudTrailSNSPolicy20150319',
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 'SNS:Publish',
        Resource: topicArn,
        Condition: { StringEquals: { 'aws:SourceArn': trailArn(owner) } },
      },
    ],
  };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html */
export function keyPolicy(owner: Owner, keyAccount: string): PolicyDocument {
  const source = { 'aws:SourceArn': trailArn(owner) };
  const context = `arn:aws:cloudtrail:*:${owner.accountId}:trail/*`;
  return {
    Version: VERSION,
    Statement: [
      {
        Sid: 'Enable IAM user permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${keyAccount}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Sid: 'Allow CloudTrail to encrypt logs',
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          StringEquals: source,
          StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': context },
        },
      },
      {
        Sid: 'Allow CloudTrail to describe key',
        Effect: 'Allow',
        Principal: CLOUDTRAIL,
        Action: 'kms:DescribeKey',
        Resource: '*',
        Condition: { StringEquals: source },
      },
      {
        Sid: 'Allow principals in the account to decrypt log files',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Decrypt', 'kms:ReEncryptFrom'],
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:CallerAccount': keyAccount },
          StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': context },
        },
      },
    ],
  };
}

export const ROLE_TRUST: PolicyDocument = {
  Version: VERSION,
  Statement: [{ Effect: 'Allow', Principal: CLOUDTRAIL, Action: 'sts:AssumeRole' }],
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html */
export function rolePolicy(
  owner: Owner,
  { accountId, logGroup }: { readonly accountId: string; readonly logGroup: string },
): PolicyDocument {
  const stream = (prefix: string) =>
    `arn:aws:logs:${owner.region}:${accountId}:log-group:${logGroup}:log-stream:${prefix}*`;
  const streams = [
    stream(`${accountId}_CloudTrail_${owner.region}`),
    ...(owner.organizationId === undefined ? [] : [stream(`${owner.organizationId}_`)]),
  ];
  const allow = (sid: string, action: string): PolicyStatement => ({
    Sid: sid,
    Effect: 'Allow',
    Action: [action],
    Resource: streams,
  });
  return {
    Version: VERSION,
    Statement: [
      allow('AWSCloudTrailCreateLogStream2014110', 'logs:CreateLogStream'),
      allow('AWSCloudTrailPutLogEvents20141101', 'logs:PutLogEvents'),
    ],
  };
}
