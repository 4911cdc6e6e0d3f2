import { CreateBucketCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');
const noSubscriptions = missing ?? missingTool('aws with create-subscription');
const ACCOUNT = '123456789012';
const FIRST = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/Ledger`;
const SECOND = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/Archive`;
const LOGS = 'ledger-logs';

type Json = Record<string, unknown>;

/** The commands that the AWS CLI's reference shows for CloudTrail, with names of our own: awscli/examples/cloudtrail. Answers have the members of the API's model, no more and no less. */
describe.skipIf(missing !== undefined)(needing("the CLI's own examples", missing), () => {
  const began = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');
  let server: TestServer;
  let cli: AwsCli;
  const cloudtrail = (...args: string[]) => cli.json<Json>('cloudtrail', ...args);
  const refusal = async (...args: string[]) => (await cli.run('cloudtrail', ...args)).stderr.trim();

  beforeAll(async () => {
    server = await startServer({
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '2s' },
    });
    cli = awsCli(server);
    const s3 = s3Client(server);
    for (const Bucket of [LOGS, 'other-logs']) {
      await s3.send(new CreateBucketCommand({ Bucket }));
      const Policy = trailBucketPolicy(Bucket, ACCOUNT, Bucket === LOGS ? '' : 'my-prefix/');
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    }
  }, 60_000);
  afterAll(() => server.stop());

  const created = {
    Name: 'Ledger',
    S3BucketName: LOGS,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: true,
    TrailARN: FIRST,
    LogFileValidationEnabled: false,
    IsOrganizationTrail: false,
  };
  const second = {
    ...created,
    Name: 'Archive',
    S3BucketName: 'other-logs',
    S3KeyPrefix: 'my-prefix',
    IsMultiRegionTrail: false,
    TrailARN: SECOND,
  };
  const home = { HomeRegion: 'us-east-1', HasCustomEventSelectors: false, HasInsightSelectors: false };
  /** What newer clients know of a trail and older ones drop. */
  const known = (answer: Json) => {
    const { RecursiveLogging: _, ...rest } = answer;
    return rest;
  };

  it('create, update and describe trails', async () => {
    const made = ['create-trail', '--name', 'Ledger', '--s3-bucket-name', LOGS, '--is-multi-region-trail'];
    expect(known(await cloudtrail(...made))).toEqual(created);
    const archive = ['create-trail', '--name', 'Archive', '--s3-bucket-name', 'other-logs'];
    expect(known(await cloudtrail(...archive, '--s3-key-prefix', 'my-prefix'))).toEqual(second);
    expect(known(await cloudtrail('update-trail', '--name', 'Ledger', '--s3-bucket-name', LOGS))).toEqual(
      created,
    );
    const { trailList, ...rest } = await cloudtrail(
      'describe-trails',
      '--trail-name-list',
      'Ledger',
      'Archive',
    );
    expect(rest).toEqual({});
    expect((trailList as Json[]).map(known)).toEqual([
      { ...second, ...home },
      { ...created, ...home },
    ]);
    const { Trail } = await cloudtrail('get-trail', '--name', 'Ledger');
    expect(known(Trail as Json)).toEqual({ ...created, ...home });
    expect(await cloudtrail('list-trails')).toEqual({
      Trails: [
        { TrailARN: SECOND, Name: 'Archive', HomeRegion: 'us-east-1' },
        { TrailARN: FIRST, Name: 'Ledger', HomeRegion: 'us-east-1' },
      ],
    });
  }, 120_000);

  it('tag trails', async () => {
    const add = (id: string, ...tags: string[]) =>
      cloudtrail('add-tags', '--resource-id', id, '--tags-list', ...tags);
    expect(await add(FIRST, 'Key=name,Value=Alice', 'Key=location,Value=us')).toBeUndefined();
    await add(SECOND, 'Key=name,Value=Bob');
    const list = () => cloudtrail('list-tags', '--resource-id-list', FIRST, SECOND);
    const bob = { ResourceId: SECOND, TagsList: [{ Key: 'name', Value: 'Bob' }] };
    expect(await list()).toEqual({
      ResourceTagList: [
        {
          ResourceId: FIRST,
          TagsList: [
            { Key: 'location', Value: 'us' },
            { Key: 'name', Value: 'Alice' },
          ],
        },
        bob,
      ],
    });
    const remove = ['remove-tags', '--resource-id', FIRST, '--tags-list', 'Key=name', 'Key=location'];
    expect(await cloudtrail(...remove)).toBeUndefined();
    expect(await list()).toEqual({ ResourceTagList: [{ ResourceId: FIRST, TagsList: [] }, bob] });
  }, 120_000);

  it('put and get event selectors', async () => {
    const get = () => cloudtrail('get-event-selectors', '--trail-name', 'Ledger');
    expect(await get()).toEqual({
      TrailARN: FIRST,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
      ],
    });
    const data = (type: string, ...more: Json[]) => [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: [type] },
      ...more,
    ];
    const lambda = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:settle`;
    const topic = `arn:aws:sns:us-east-1:${ACCOUNT}:postings.fifo`;
    const advanced = [
      { Name: 'All management events', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      {
        Name: 'Writes outside one bucket',
        FieldSelectors: data(
          'AWS::S3::Object',
          { Field: 'eventName', Equals: ['PutObject', 'DeleteObject'] },
          { Field: 'resources.ARN', NotStartsWith: ['arn:aws:s3:::scratch/'] },
        ),
      },
      {
        Name: 'One function',
        FieldSelectors: data('AWS::Lambda::Function', { Field: 'resources.ARN', Equals: [lambda] }),
      },
      {
        Name: 'Publishing to one topic',
        FieldSelectors: data(
          'AWS::SNS::Topic',
          { Field: 'eventName', Equals: ['Publish'] },
          { Field: 'resources.ARN', Equals: [topic] },
        ),
      },
    ];
    const put = (kind: string, selectors: unknown) =>
      cloudtrail('put-event-selectors', '--trail-name', 'Ledger', kind, JSON.stringify(selectors));
    const answer = { TrailARN: FIRST, AdvancedEventSelectors: advanced };
    expect(await put('--advanced-event-selectors', advanced)).toEqual(answer);
    expect(await get()).toEqual(answer);

    const basic = (s3: string[], functions: string[]) => [
      {
        ReadWriteType: 'All',
        IncludeManagementEvents: true,
        DataResources: [
          { Type: 'AWS::S3::Object', Values: s3 },
          { Type: 'AWS::Lambda::Function', Values: functions },
        ],
      },
    ];
    const foreign = 'arn:aws:lambda:us-west-2:999999999999:function:settle';
    for (const selectors of [
      basic(['arn:aws:s3:::ledger/2026', 'arn:aws:s3:::archive/2025'], [foreign]),
      basic(['arn:aws:s3'], ['arn:aws:lambda']),
    ]) {
      expect(await put('--event-selectors', selectors)).toEqual({
        TrailARN: FIRST,
        EventSelectors: selectors.map((one) => ({ ...one, ExcludeManagementEventSources: [] })),
      });
    }
  }, 120_000);

  it('log, tell the status, list keys and validate what was delivered', async () => {
    await cloudtrail('update-trail', '--name', 'Ledger', '--enable-log-file-validation');
    expect(await cloudtrail('start-logging', '--name', 'Ledger')).toBeUndefined();
    const status = await eventually(async () => {
      const now = await cloudtrail('get-trail-status', '--name', 'Ledger');
      return now['LatestDigestDeliveryTime'] === undefined ? undefined : now;
    }, 60_000);
    expect(Object.keys(status).sort()).toEqual([
      'IsLogging',
      'LatestDeliveryAttemptSucceeded',
      'LatestDeliveryAttemptTime',
      'LatestDeliveryTime',
      'LatestDigestDeliveryTime',
      'LatestNotificationAttemptSucceeded',
      'LatestNotificationAttemptTime',
      'StartLoggingTime',
      'TimeLoggingStarted',
      'TimeLoggingStopped',
    ]);
    expect(status).toMatchObject({
      IsLogging: true,
      TimeLoggingStarted: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const { PublicKeyList: keys } = await cloudtrail('list-public-keys', '--start-time', began);
    expect((keys as Json[]).map((key) => Object.keys(key).sort())).toEqual([
      ['Fingerprint', 'ValidityEndTime', 'ValidityStartTime', 'Value'],
    ]);
    const validated = await cli.run(
      'cloudtrail',
      'validate-logs',
      '--trail-arn',
      FIRST,
      '--start-time',
      began,
    );
    expect(validated).toMatchObject({ code: 0, stderr: '' });
    expect(validated.stdout).toMatch(
      new RegExp(
        `^Validating log files for trail ${FIRST} between \\S+ and \\S+\\n[^]*Results requested for \\S+ to \\S+\\nResults found for \\S+ to \\S+:\\n\\n(\\d+)/\\1 digest files valid\\n(\\d+)/\\2 log files valid\\s*$`,
      ),
    );
    expect(await cloudtrail('stop-logging', '--name', 'Ledger')).toBeUndefined();
    expect(await cloudtrail('get-trail-status', '--name', 'Ledger')).toMatchObject({
      IsLogging: false,
      StopLoggingTime: expect.anything(),
    });
  }, 120_000);

  it('look up events, and refuse what cannot be looked up', async () => {
    await fetch(`${server.url}/_signin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userName: 'nobody', password: 'wrong' }),
    });
    const lookup = (key: string, value: string, ...more: string[]) => [
      ...['lookup-events', '--lookup-attributes', `AttributeKey=${key},AttributeValue=${value}`],
      ...more,
    ];
    const [signIn] = await eventually(async () => {
      const { Events } = await cloudtrail(...lookup('EventName', 'ConsoleLogin'));
      return (Events as Json[]).length > 0 ? (Events as Json[]) : undefined;
    }, 30_000);
    expect(signIn).toMatchObject({
      EventName: 'ConsoleLogin',
      EventSource: 'signin.amazonaws.com',
      ReadOnly: 'false',
      Resources: [],
    });
    const { Events } = await cloudtrail(...lookup('ResourceName', 'Ledger', '--max-items', '1'));
    const [event] = Events as Json[];
    expect(Object.keys(event ?? {}).sort()).toEqual([
      'AccessKeyId',
      'CloudTrailEvent',
      'EventId',
      'EventName',
      'EventSource',
      'EventTime',
      'ReadOnly',
      'Resources',
      'Username',
    ]);
    expect(await cloudtrail('lookup-events', '--event-category', 'insight')).toEqual({ Events: [] });
    const page = ['lookup-events', '--no-paginate', '--max-results', '1'];
    const { NextToken: token = '' } = await cloudtrail(...page);
    const refused: readonly (readonly [string, readonly string[]])[] = [
      ['InvalidLookupAttributesException', lookup('EventName', '_'.repeat(1001))],
      ['InvalidLookupAttributesException', lookup('Username', 'root', '--event-category', 'insight')],
      [
        'InvalidTimeRangeException',
        ['lookup-events', '--start-time', '2026-01-02', '--end-time', '2026-01-01'],
      ],
      ['InvalidNextTokenException', [...page, '--next-token', 'abc']],
      [
        'InvalidNextTokenException',
        [...lookup('ReadOnly', 'false'), '--no-paginate', '--next-token', String(token)],
      ],
      ['InvalidEventCategoryException', ['lookup-events', '--event-category', 'Insight']],
    ];
    const told = await Promise.all(refused.map(([, args]) => refusal(...args)));
    for (const [index, [code]] of refused.entries()) expect(told[index]).toContain(`(${code})`);
    expect(await cloudtrail(...page, '--next-token', String(token))).toMatchObject({ Events: [{}] });
  }, 180_000);

  it('delete trails', async () => {
    expect(await cloudtrail('delete-trail', '--name', 'Ledger')).toBeUndefined();
    expect(await refusal('get-trail', '--name', 'Ledger')).toContain(
      `(TrailNotFoundException) when calling the GetTrail operation: Unknown trail: ${FIRST} for the user: ${ACCOUNT}`,
    );
    expect(await refusal('delete-trail', '--name', 'Ledger')).toContain('(TrailNotFoundException)');
  }, 60_000);

  describe.skipIf(noSubscriptions !== undefined)(needing('subscriptions', noSubscriptions), () => {
    const template = trailBucketPolicy('<BucketName>', '<CustomerAccountID>', '<Prefix>');
    const subscribe = (command: string, bucket: string) =>
      cli.run(
        ...['cloudtrail', command, '--name', 'Subscribed', '--s3-new-bucket', bucket],
        ...['--s3-custom-policy', template],
      );
    const configuration = (stdout: string) => {
      const [, json = ''] = /CloudTrail configuration:\n(\{[^]*?\n\})\n/.exec(stdout) ?? [];
      const { trailList } = JSON.parse(json) as { trailList: Json[] };
      return trailList.find(({ Name }) => Name === 'Subscribed');
    };

    it('make a bucket, its policy and a trail, and start it', async () => {
      const { code, stdout, stderr } = await subscribe('create-subscription', 'subscribed-logs');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.split('\n')).toEqual(
        expect.arrayContaining([
          'Setting up new S3 bucket subscribed-logs...',
          'Creating/updating CloudTrail configuration...',
          'Starting CloudTrail service...',
          'Logs will be delivered to subscribed-logs:',
        ]),
      );
      expect(configuration(stdout)).toMatchObject({
        S3BucketName: 'subscribed-logs',
        HomeRegion: 'us-east-1',
      });
      expect(await cloudtrail('get-trail-status', '--name', 'Subscribed')).toMatchObject({ IsLogging: true });
      const policy = await s3Client(server).send(new GetBucketPolicyCommand({ Bucket: 'subscribed-logs' }));
      expect(policy.Policy).toContain(`arn:aws:s3:::subscribed-logs/AWSLogs/${ACCOUNT}/*`);

      const updated = await subscribe('update-subscription', 'moved-logs');
      expect(updated).toMatchObject({ code: 0, stderr: '' });
      expect(configuration(updated.stdout)).toMatchObject({ S3BucketName: 'moved-logs' });
    }, 120_000);
  });
});
