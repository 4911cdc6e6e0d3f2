import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
});
afterEach(() => setup.close());

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/management';
const make = (given: Record<string, unknown> = {}) =>
  setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs', ...given });

describe('CreateTrail', () => {
  it('answers the trail with its defaults, and it does not log yet', async () => {
    const { output } = await make({ S3KeyPrefix: 'audit' });
    expect(output).toEqual({
      Name: 'management',
      S3BucketName: 'logs',
      S3KeyPrefix: 'audit',
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      TrailARN: ARN,
      LogFileValidationEnabled: false,
      IsOrganizationTrail: false,
      RecursiveLogging: true,
    });
    const status = await setup.call('GetTrailStatus', { Name: 'management' });
    expect(status.output).toMatchObject({ IsLogging: false, TimeLoggingStarted: '' });
  });

  it.each([
    [
      'S3BucketDoesNotExistException',
      { S3BucketName: 'no-such-one' },
      'S3 bucket no-such-one does not exist!',
    ],
    [
      'InsufficientS3BucketPolicyException',
      { S3BucketName: 'closed-one' },
      'Incorrect S3 bucket policy is detected for bucket: closed-one',
    ],
    ['InvalidS3BucketNameException', { S3BucketName: 'Up' }, 'Invalid S3 bucket name: "Up"'],
    ['InvalidS3BucketNameException', { S3BucketName: undefined }, 'S3 bucket name cannot be blank!'],
    ['InvalidS3PrefixException', { S3KeyPrefix: 'x'.repeat(201) }, undefined],
    ['InvalidS3PrefixException', { S3KeyPrefix: 'a/../b' }, undefined],
    [
      'InvalidParameterCombinationException',
      { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false },
      'Multi-Region trail must include global service events.',
    ],
    ['SerializationException', { IsMultiRegionTrail: 'yes' }, 'IsMultiRegionTrail must be a boolean.'],
    ['UnsupportedOperationException', { KmsKeyId: 'alias/x' }, undefined],
    ['UnsupportedOperationException', { SnsTopicName: 'topic' }, undefined],
    ['UnsupportedOperationException', { CloudWatchLogsLogGroupArn: 'arn:x' }, undefined],
    ['UnsupportedOperationException', { IsOrganizationTrail: true }, undefined],
    ['InvalidTagParameterException', { TagsList: [{ Key: '' }] }, undefined],
  ])('refuses with %s: %j', async (code, given, message) => {
    const error = await errorOf(make(given));
    expect(error).toMatchObject({ code, ...(message === undefined ? {} : { message }) });
    expect((await setup.call('ListTrails', {})).output['Trails']).toEqual([]);
  });

  it('names the parameter that is not built', async () => {
    expect((await errorOf(make({ KmsKeyId: 'alias/x' })))?.message).toContain('KmsKeyId');
  });

  it('refuses a second trail of the same name, but not in another region or account', async () => {
    await make();
    expect(await errorOf(make())).toMatchObject({ code: 'TrailAlreadyExistsException' });
    await setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs' }, { region: 'eu-west-1' });
    await setup.call(
      'CreateTrail',
      { Name: 'management', S3BucketName: 'logs' },
      { accountId: '210987654321' },
    );
    expect((await setup.call('ListTrails', {})).output['Trails']).toHaveLength(2);
  });

  it('counts multi-region trails in every region against the quota', async () => {
    for (let n = 0; n < 5; n++)
      await setup.call(
        'CreateTrail',
        { Name: `all-${n}`, S3BucketName: 'logs', IsMultiRegionTrail: true },
        { region: 'eu-west-1' },
      );
    expect(await errorOf(make())).toMatchObject({
      code: 'MaximumNumberOfTrailsExceededException',
      message: 'User: 123456789012 already has 5 trails in us-east-1.',
    });
  });
});

describe('finding a trail', () => {
  it('tells the full ARN of an unknown name', async () => {
    expect(await errorOf(setup.call('GetTrail', { Name: 'nothing' }))).toMatchObject({
      code: 'TrailNotFoundException',
      message:
        'Unknown trail: arn:aws:cloudtrail:us-east-1:123456789012:trail/nothing for the user: 123456789012',
    });
  });

  it('shows a multi-region trail in other regions by its ARN only, and lets none change it there', async () => {
    await make({ IsMultiRegionTrail: true });
    const there = { region: 'eu-west-1' };
    expect((await setup.call('GetTrail', { Name: ARN }, there)).output['Trail']).toMatchObject({
      HomeRegion: 'us-east-1',
    });
    expect(await errorOf(setup.call('GetTrail', { Name: 'management' }, there))).toMatchObject({
      code: 'TrailNotFoundException',
    });
    expect(await errorOf(setup.call('StartLogging', { Name: ARN }, there))).toMatchObject({
      code: 'InvalidHomeRegionException',
    });
    const described = async (input: Record<string, unknown>) =>
      (await setup.call('DescribeTrails', input, there)).output['trailList'];
    expect(await described({})).toHaveLength(1);
    expect(await described({ includeShadowTrails: false })).toEqual([]);
    expect(await described({ trailNameList: ['management'] })).toEqual([]);
    expect(await described({ trailNameList: [ARN, 'unknown'] })).toHaveLength(1);
  });

  it('hides the trails of other accounts', async () => {
    await make();
    const other = { accountId: '210987654321' };
    expect(await errorOf(setup.call('GetTrail', { Name: ARN }, other))).toMatchObject({
      code: 'TrailNotFoundException',
    });
    expect((await setup.call('DescribeTrails', {}, other)).output['trailList']).toEqual([]);
  });

  it.each([['arn:aws:cloudtrail:x'], ['arn:aws:s3:::bucket']])('refuses the ARN %s', async (arn) => {
    expect(await errorOf(setup.call('GetTrail', { Name: arn }))).toMatchObject({
      code: 'CloudTrailARNInvalidException',
    });
  });
});

describe('UpdateTrail', () => {
  it('changes what is given and keeps the rest', async () => {
    await make({ S3KeyPrefix: 'audit' });
    const { output } = await setup.call('UpdateTrail', { Name: ARN, S3BucketName: 'other' });
    expect(output).toMatchObject({ S3BucketName: 'other', S3KeyPrefix: 'audit' });
    const cleared = await setup.call('UpdateTrail', { Name: 'management', S3KeyPrefix: '' });
    expect(cleared.output).not.toHaveProperty('S3KeyPrefix');
  });

  it('switches global service events on with all regions, and off with one', async () => {
    await make({ IncludeGlobalServiceEvents: false });
    const wide = await setup.call('UpdateTrail', { Name: 'management', IsMultiRegionTrail: true });
    expect(wide.output).toMatchObject({ IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true });
    const narrow = await setup.call('UpdateTrail', { Name: 'management', IsMultiRegionTrail: false });
    expect(narrow.output).toMatchObject({ IsMultiRegionTrail: false, IncludeGlobalServiceEvents: false });
  });

  it('leaves the trail as it was when the new bucket is refused', async () => {
    await make();
    await errorOf(setup.call('UpdateTrail', { Name: 'management', S3BucketName: 'closed-one' }));
    const { output } = await setup.call('GetTrail', { Name: 'management' });
    expect(output['Trail']).toMatchObject({ S3BucketName: 'logs' });
  });
});

describe('StartLogging, StopLogging, DeleteTrail', () => {
  it('tells since when it logs, and since when no more', async () => {
    await make();
    await setup.call('StartLogging', { Name: 'management' });
    const started = setup.time.now;
    await setup.call('StartLogging', { Name: 'management' });
    setup.time.now += 60_000;
    await setup.call('StopLogging', { Name: 'management' });
    const { output } = await setup.call('GetTrailStatus', { Name: 'management' });
    expect(output).toMatchObject({
      IsLogging: false,
      StartLoggingTime: new Date(started),
      StopLoggingTime: new Date(setup.time.now),
      TimeLoggingStarted: '2026-11-21T10:00:00Z',
      TimeLoggingStopped: '2026-11-21T10:01:00Z',
    });
    expect(setup.woken).toHaveLength(3);
  });

  it('frees the name and the place in the quota', async () => {
    await make();
    await setup.call('StartLogging', { Name: 'management' });
    await setup.call('DeleteTrail', { Name: 'management' });
    expect(await errorOf(setup.call('GetTrail', { Name: 'management' }))).toMatchObject({
      code: 'TrailNotFoundException',
    });
    await make();
  });
});

describe('tags', () => {
  it('are added, overwritten, listed and removed', async () => {
    await make({ TagsList: [{ Key: 'team', Value: 'sec' }] });
    await setup.call('AddTags', { ResourceId: ARN, TagsList: [{ Key: 'team', Value: 'ops' }, { Key: 'b' }] });
    const listed = await setup.call('ListTags', { ResourceIdList: [ARN] });
    expect(listed.output['ResourceTagList']).toEqual([
      {
        ResourceId: ARN,
        TagsList: [
          { Key: 'b', Value: '' },
          { Key: 'team', Value: 'ops' },
        ],
      },
    ]);
    await setup.call('RemoveTags', { ResourceId: ARN, TagsList: [{ Key: 'b' }] });
    const after = await setup.call('ListTags', { ResourceIdList: [ARN] });
    expect(JSON.stringify(after.output)).not.toContain('"b"');
  });

  it('end at fifty', async () => {
    await make();
    const tags = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ Key: `k${from + n}` }));
    await setup.call('AddTags', { ResourceId: ARN, TagsList: tags(0, 50) });
    expect(await errorOf(setup.call('AddTags', { ResourceId: ARN, TagsList: tags(50, 1) }))).toMatchObject({
      code: 'TagsLimitExceededException',
    });
    expect(JSON.stringify((await setup.call('ListTags', { ResourceIdList: [ARN] })).output)).not.toContain(
      'k50',
    );
  });

  it.each([
    ['management', 'CloudTrailARNInvalidException'],
    ['arn:aws:s3:::bucket', 'ResourceTypeNotSupportedException'],
    ['arn:aws:cloudtrail:us-east-1:123456789012:trail/unknown', 'ResourceNotFoundException'],
    ['arn:aws:cloudtrail:us-east-1:123456789012:channel/abc', 'ResourceNotFoundException'],
  ])('of %s are refused with %s', async (id, code) => {
    expect(await errorOf(setup.call('ListTags', { ResourceIdList: [id] }))).toMatchObject({ code });
  });
});

describe('ListPublicKeys', () => {
  it('answers the key of today as PKCS#1 with its MD5 as fingerprint', async () => {
    const { output } = await setup.call('ListPublicKeys', {});
    const [key] = output['PublicKeyList'] as { Value: Buffer; Fingerprint: string }[];
    expect(key?.Value.toString('base64')).toMatch(/^MIIBCgKCAQEA/);
    const { createHash } = await import('node:crypto');
    expect(key?.Fingerprint).toBe(
      createHash('md5')
        .update(key?.Value ?? '')
        .digest('hex'),
    );
  });

  it('answers every key whose validity touches the range, over a rotation', async () => {
    const day = 86_400_000;
    const start = setup.time.now;
    await setup.call('ListPublicKeys', {});
    setup.time.now = start + 29.5 * day;
    const now = await setup.call('ListPublicKeys', {});
    expect(now.output['PublicKeyList']).toHaveLength(2);
    const old = await setup.call('ListPublicKeys', {
      StartTime: new Date(start),
      EndTime: new Date(start + day),
    });
    expect(old.output['PublicKeyList']).toHaveLength(1);
    expect(
      (
        await setup.call('ListPublicKeys', {
          StartTime: new Date(start - 9 * day),
          EndTime: new Date(start - day),
        })
      ).output['PublicKeyList'],
    ).toEqual([]);
  });

  it('refuses a range that ends before it starts', async () => {
    const range = { StartTime: new Date(2000), EndTime: new Date(1000) };
    expect(await errorOf(setup.call('ListPublicKeys', range))).toMatchObject({
      code: 'InvalidTimeRangeException',
    });
  });
});

describe('selectors', () => {
  it('are the default ones, and Insights are not enabled', async () => {
    await make();
    expect((await setup.call('GetEventSelectors', { TrailName: 'management' })).output).toEqual({
      TrailARN: ARN,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
      ],
    });
    expect(await errorOf(setup.call('GetInsightSelectors', { TrailName: 'management' }))).toMatchObject({
      code: 'InsightNotEnabledException',
    });
  });
});
