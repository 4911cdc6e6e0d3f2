import { logGroupName, ownerOf, topicArn } from './names.ts';
import type { PlannedCall, Planning } from './plan.ts';
import {
  addStatements,
  bucketPolicy,
  bucketStatements,
  keyPolicy,
  ROLE_TRUST,
  rolePolicy,
  topicPolicy,
} from './policies.ts';

/** Calls that make what the trail delivers to, and let CloudTrail use it. */
export function planDestinations(planning: Planning): readonly PlannedCall[] {
  return [...bucketCalls(planning), ...keyCalls(planning), ...topicCalls(planning), ...logsCalls(planning)];
}

function bucketCalls({ draft, place, bucketPolicy: present }: Planning): PlannedCall[] {
  const { bucket, prefix } = draft;
  const owner = ownerOf(draft, place);
  const putPolicy = (policy: object): PlannedCall => ({
    id: 'PutBucketPolicy',
    title: 'Let CloudTrail write into it',
    made: undefined,
    service: 's3',
    operation: 'PutBucketPolicy',
    input: { Bucket: bucket, Policy: JSON.stringify(policy) },
    field: 'bucket',
    existsCodes: [],
  });
  if (draft.bucketChoice === 'existing') {
    if (!draft.grantBucket) return [];
    const wanted = addStatements(present, bucketStatements(owner, bucket, prefix));
    return wanted.Statement.length === (present?.Statement.length ?? 0) ? [] : [putPolicy(wanted)];
  }
  const elsewhere =
    place.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: place.region } };
  return [
    {
      id: 'CreateBucket',
      title: `Make the bucket ${bucket}`,
      made: `bucket ${bucket}`,
      service: 's3',
      operation: 'CreateBucket',
      input: { Bucket: bucket, ...elsewhere },
      field: 'bucket',
      existsCodes: ['BucketAlreadyOwnedByYou'],
    },
    putPolicy(bucketPolicy(owner, bucket, prefix)),
  ];
}

function keyCalls({ draft, place }: Planning): PlannedCall[] {
  if (draft.kmsChoice !== 'new') return [];
  const policy = keyPolicy(ownerOf(draft, place), place.accountId);
  const shared = { service: 'kms', field: 'kms' } as const;
  return [
    {
      ...shared,
      id: 'CreateKey',
      title: 'Make a key',
      made: 'a KMS key',
      operation: 'CreateKey',
      input: { Description: `Log files of the trail ${draft.name}`, Policy: JSON.stringify(policy) },
      existsCodes: [],
      answers: { variable: 'KEY_ID', path: ['KeyMetadata', 'KeyId'] },
    },
    {
      ...shared,
      id: 'CreateAlias',
      title: `Call it alias/${draft.kms}`,
      made: `key alias/${draft.kms}`,
      operation: 'CreateAlias',
      input: { AliasName: `alias/${draft.kms}`, TargetKeyId: { variable: 'KEY_ID', call: 'CreateKey' } },
      existsCodes: ['AlreadyExistsException'],
    },
  ];
}

function topicCalls({ draft, place }: Planning): PlannedCall[] {
  if (draft.topicChoice !== 'new') return [];
  const arn = topicArn(draft, place);
  const shared = { service: 'sns', field: 'topic', existsCodes: [] } as const;
  return [
    {
      ...shared,
      id: 'CreateTopic',
      title: `Make the topic ${draft.topic}`,
      made: `topic ${draft.topic}`,
      operation: 'CreateTopic',
      input: { Name: draft.topic },
    },
    {
      ...shared,
      id: 'SetTopicAttributes',
      title: 'Let CloudTrail publish to it',
      made: undefined,
      operation: 'SetTopicAttributes',
      input: {
        TopicArn: arn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(topicPolicy(ownerOf(draft, place), arn)),
      },
    },
  ];
}

function logsCalls({ draft, place }: Planning): PlannedCall[] {
  if (draft.logsChoice === 'none') return [];
  const group = logGroupName(draft, place).name;
  const makeGroup: PlannedCall = {
    id: 'CreateLogGroup',
    title: `Make the log group ${group}`,
    made: `log group ${group}`,
    service: 'logs',
    operation: 'CreateLogGroup',
    input: { logGroupName: group },
    field: 'logGroup',
    existsCodes: ['ResourceAlreadyExistsException'],
  };
  const policy = rolePolicy(ownerOf(draft, place), { accountId: place.accountId, logGroup: group });
  const shared = { service: 'iam', field: 'role' } as const;
  const makeRole: PlannedCall[] = [
    {
      ...shared,
      id: 'CreateRole',
      title: `Make the role ${draft.role}`,
      made: `role ${draft.role}`,
      operation: 'CreateRole',
      input: { RoleName: draft.role, AssumeRolePolicyDocument: JSON.stringify(ROLE_TRUST) },
      existsCodes: ['EntityAlreadyExists'],
    },
    {
      ...shared,
      id: 'PutRolePolicy',
      title: 'Let it write into the log group',
      made: undefined,
      operation: 'PutRolePolicy',
      input: { RoleName: draft.role, PolicyName: 'CloudTrailLogs', PolicyDocument: JSON.stringify(policy) },
      existsCodes: [],
    },
  ];
  return [
    ...(draft.logsChoice === 'new' ? [makeGroup] : []),
    ...(draft.roleChoice === 'new' ? makeRole : []),
  ];
}
