import { describe, expect, it } from 'vitest';

import { draftOf } from '../selectors/selectors-draft.ts';
import { cliCommand, cliScript, kebab } from '../../../plan/cli-commands.ts';
import { newDraft, type Draft, type Place } from './draft.ts';
import { planTrail } from './plan.ts';
import { addStatements, bucketStatements, parsePolicy } from './policies.ts';

const place: Place = { accountId: '123456789012', region: 'us-east-1', organization: undefined };
const draft: Draft = { ...newDraft(place), name: 'main', bucket: 'logs' };
const plan = (changes: Partial<Draft>, before?: Draft) =>
  planTrail({ draft: { ...draft, ...changes }, place, before, bucketPolicy: undefined });

describe('the plan of a new trail', () => {
  it('makes a bucket, lets CloudTrail write, makes the trail and starts it', () => {
    const calls = plan({});
    expect(calls.map(({ operation }) => operation)).toEqual([
      'CreateBucket',
      'PutBucketPolicy',
      'CreateTrail',
      'StartLogging',
    ]);
    expect(calls[2]?.input).toEqual({
      Name: 'main',
      S3BucketName: 'logs',
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    });
    const policy = String(calls[1]?.input['Policy']);
    expect(policy).toContain('arn:aws:s3:::logs/AWSLogs/123456789012/*');
    expect(policy).toContain('arn:aws:cloudtrail:us-east-1:123456789012:trail/main');
  });

  it('makes everything that is asked for, before the trail that needs it', () => {
    const selectors = draftOf({
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
    });
    const calls = plan({
      kmsChoice: 'new',
      kms: 'trail',
      topicChoice: 'new',
      topic: 'told',
      logsChoice: 'new',
      logGroup: 'group',
      recursive: false,
      selectors,
      aggregation: ['API_ACTIVITY'],
      tags: [{ key: 'Team', value: 'audit' }],
    });
    expect(calls.map(({ operation }) => operation)).toEqual([
      'CreateBucket',
      'PutBucketPolicy',
      'CreateKey',
      'CreateAlias',
      'CreateTopic',
      'SetTopicAttributes',
      'CreateLogGroup',
      'CreateRole',
      'PutRolePolicy',
      'CreateTrail',
      'PutEventSelectors',
      'PutEventConfiguration',
      'StartLogging',
    ]);
    expect(calls.find(({ operation }) => operation === 'CreateTrail')?.input).toMatchObject({
      KmsKeyId: 'alias/trail',
      SnsTopicName: 'told',
      CloudWatchLogsLogGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:group:*',
      CloudWatchLogsRoleArn: 'arn:aws:iam::123456789012:role/CloudTrail_CloudWatchLogs_Role',
      RecursiveLogging: false,
      TagsList: [{ Key: 'Team', Value: 'audit' }],
    });
  });

  it('makes an organization’s trail that of its management account', () => {
    const organization = { id: 'o-abcdefghij', managementAccount: '999999999999' };
    const calls = planTrail({
      draft: { ...draft, organization: true },
      place: { ...place, organization },
      before: undefined,
      bucketPolicy: undefined,
    });
    const policy = String(calls[1]?.input['Policy']);
    expect(policy).toContain('arn:aws:s3:::logs/AWSLogs/o-abcdefghij/*');
    expect(policy).toContain('arn:aws:cloudtrail:us-east-1:999999999999:trail/main');
  });
});

describe('the plan of a change', () => {
  it('does nothing where nothing changes, and only what does', () => {
    const before = { ...draft, bucketChoice: 'existing', grantBucket: false, start: false } as const;
    expect(plan(before, before)).toEqual([]);
    const calls = plan(
      {
        ...before,
        validation: false,
        topicChoice: 'existing',
        topic: 'told',
        tags: [{ key: 'a', value: '1' }],
      },
      { ...before, tags: [{ key: 'b', value: '1' }] },
    );
    expect(calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['UpdateTrail', { Name: 'main', EnableLogFileValidation: false, SnsTopicName: 'told' }],
      ['RemoveTags', { ResourceId: ARN, TagsList: [{ Key: 'b', Value: '1' }] }],
      ['AddTags', { ResourceId: ARN, TagsList: [{ Key: 'a', Value: '1' }] }],
    ]);
  });

  it('takes the log group away together with its role', () => {
    const logs = { logsChoice: 'existing', logGroup: 'g', roleChoice: 'existing', role: 'r' } as const;
    const before: Draft = { ...draft, ...logs, bucketChoice: 'existing', grantBucket: false, start: false };
    const [call] = plan({ ...before, logsChoice: 'none' }, before);
    expect(call?.input).toEqual({
      Name: 'main',
      CloudWatchLogsLogGroupArn: '',
      CloudWatchLogsRoleArn: '',
    });
  });

  it('says again what has a default, when it goes back to it', () => {
    const before: Draft = {
      ...draft,
      multiRegion: false,
      globalEvents: false,
      recursive: false,
      bucketChoice: 'existing',
      grantBucket: false,
      start: false,
    };
    const [call] = plan({ ...before, globalEvents: true, recursive: true }, before);
    expect(call?.input).toEqual({ Name: 'main', IncludeGlobalServiceEvents: true, RecursiveLogging: true });
  });
});

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/main';

describe('statements for an existing bucket', () => {
  const owner = { region: 'us-east-1', accountId: '123456789012', trail: 'main', organizationId: undefined };
  const wanted = bucketStatements(owner, 'logs', '');
  const other = bucketStatements({ ...owner, trail: 'other' }, 'logs', '');

  it('are added beside another trail’s, with Sids of their own', () => {
    const policy = addStatements({ Version: '2012-10-17', Statement: other }, wanted);
    const sids = policy.Statement.map(({ Sid }) => Sid);
    expect(sids).toHaveLength(4);
    expect(new Set(sids).size).toBe(4);
    expect(addStatements(policy, wanted)).toEqual(policy);
  });

  it('are not needed where the same is allowed for any trail', () => {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: ['cloudtrail.amazonaws.com'] },
          Action: ['s3:GetBucketAcl'],
          Resource: 'arn:aws:s3:::logs',
        },
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: ['arn:aws:s3:::logs/AWSLogs/123456789012/*'],
          Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
        },
      ],
    });
    const policy = parsePolicy(text);
    expect(addStatements(policy, wanted)).toEqual(policy);
  });
});

describe('the commands', () => {
  it.each([
    ['S3KeyPrefix', 's3-key-prefix'],
    ['CloudWatchLogsLogGroupArn', 'cloud-watch-logs-log-group-arn'],
    ['IsMultiRegionTrail', 'is-multi-region-trail'],
    ['logGroupName', 'log-group-name'],
    ['KmsKeyId', 'kms-key-id'],
  ])('call %s --%s', (member, option) => expect(kebab(member)).toBe(option));

  it('quote what a shell would take apart, and what the CLI would take for an option or a file', () => {
    const commandOf = (changes: Partial<Draft>) =>
      plan(changes)
        .filter(({ operation }) => operation === 'CreateTrail')
        .map((call) => cliCommand(call, 'us-east-1'))[0] ?? '';
    expect(commandOf({ prefix: "a'b $(x)" })).toContain(`--s3-key-prefix 'a'\\''b $(x)'`);
    expect(commandOf({ prefix: '-x' })).toContain('--s3-key-prefix=-x');
    expect(commandOf({ prefix: 'file://x' })).toContain(`--cli-input-json '{"Name":"main"`);
    expect(commandOf({ multiRegion: false, globalEvents: false })).toContain(
      '--no-is-multi-region-trail \\\n  --no-include-global-service-events',
    );
  });

  it('hand the key’s id on in a variable', () => {
    const script = cliScript(plan({ kmsChoice: 'new', kms: 'trail' }), 'us-east-1');
    expect(script).toContain('KEY_ID=$(aws kms create-key');
    expect(script).toContain('--target-key-id "$KEY_ID"');
    expect(script).toContain('--query KeyMetadata.KeyId --output text)');
  });
});
