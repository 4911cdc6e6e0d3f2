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
    [
      'InvalidKmsKeyIdException',
      { KmsKeyId: 'x' },
      'KmsKeyId must be a key ID, a key ARN, an alias name that begins with alias/, or an alias ARN (got "x").',
    ],
    [
      'KmsKeyNotFoundException',
      { KmsKeyId: 'alias/x' },
      'KMS key alias/x was not found: Alias arn:aws:kms:us-east-1:123456789012:alias/x is not found.',
    ],
    ['InsufficientSnsTopicPolicyException', { SnsTopicName: 'topic' }, undefined],
    ['OrganizationsNotInUseException', { IsOrganizationTrail: true }, undefined],
    ['InvalidTagParameterException', { TagsList: [{ Key: '' }] }, undefined],
  ])('refuses with %s: %j', async (code, given, message) => {
    const error = await errorOf(make(given));
    expect(error).toMatchObject({ code, ...(message === undefined ? {} : { message }) });
    expect((await setup.call('ListTrails', {})).output['Trails']).toEqual([]);
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

  it.each([
    ['CloudTrailARNInvalidException', 'arn:aws:cloudtrail:x'],
    ['InvalidTrailNameException', 'a'],
  ])('refuses to describe with %s what can be no trail', async (code, name) => {
    await make();
    const asked = setup.call('DescribeTrails', { trailNameList: ['management', name] });
    expect(await errorOf(asked)).toMatchObject({ code });
  });

  it('lists every trail once, with its home, wherever it is asked', async () => {
    await make({ IsMultiRegionTrail: true });
    await setup.call('CreateTrail', { Name: 'other', S3BucketName: 'logs' }, { region: 'eu-west-1' });
    const list = async (region: string) => (await setup.call('ListTrails', {}, { region })).output['Trails'];
    expect(await list('us-east-1')).toEqual([
      {
        TrailARN: 'arn:aws:cloudtrail:eu-west-1:123456789012:trail/other',
        Name: 'other',
        HomeRegion: 'eu-west-1',
      },
      { TrailARN: ARN, Name: 'management', HomeRegion: 'us-east-1' },
    ]);
    expect(await list('ap-south-1')).toEqual(await list('us-east-1'));
  });

  it('tells the status of a shadow trail by its ARN, and changes it nowhere but at home', async () => {
    await make({ IsMultiRegionTrail: true });
    const there = { region: 'eu-west-1' };
    expect((await setup.call('GetTrailStatus', { Name: ARN }, there)).output).toMatchObject({
      IsLogging: false,
    });
    for (const name of ['UpdateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging'])
      expect([name, await errorOf(setup.call(name, { Name: ARN }, there))]).toMatchObject([
        name,
        { code: 'InvalidHomeRegionException' },
      ]);
    const put = setup.call('PutEventSelectors', { TrailName: ARN, EventSelectors: [{}] }, there);
    expect(await errorOf(put)).toMatchObject({ code: 'InvalidHomeRegionException' });
  });

  it.each([
    [
      'ab',
      'Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.',
    ],
    [
      'a'.repeat(129),
      'Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.',
    ],
    [' ', 'Trail name cannot be blank!'],
    ['', 'Trail name cannot be blank!'],
    ['-abc', 'Trail name must starts with a letter or number.'],
    ['abc-', 'Trail name must ends with a letter or number.'],
    [
      'a/b/c',
      'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).',
    ],
    ['a._b', 'Trail name cannot have adjacent periods (.), underscores (_), or hyphens (-).'],
    ['192.168.5.4', 'Trail name cannot be in IP address format.'],
  ])('refuses the name "%s"', async (Name, message) => {
    const refused = { code: 'InvalidTrailNameException', message };
    expect(await errorOf(make({ Name }))).toMatchObject(refused);
    expect(await errorOf(setup.call('GetTrail', { Name }))).toMatchObject(refused);
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

  it('counts against the quota when it comes to all regions, and for no other change', async () => {
    const there = { region: 'eu-west-1' };
    for (let n = 0; n < 5; n++)
      await setup.call('CreateTrail', { Name: `there-${n}`, S3BucketName: 'logs' }, there);
    await make();
    const widen = setup.call('UpdateTrail', { Name: 'management', IsMultiRegionTrail: true });
    expect(await errorOf(widen)).toMatchObject({ code: 'MaximumNumberOfTrailsExceededException' });
    await setup.call('DeleteTrail', { Name: 'there-0' }, there);
    await setup.call('UpdateTrail', { Name: 'management', IsMultiRegionTrail: true });
    // As if the quota had been lowered since.
    await setup.settings.updateTable('trails').set({ multi_region: 1, deleted_at: null }).execute();
    await setup.call('UpdateTrail', { Name: 'management', EnableLogFileValidation: true });
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
    const insights = async (input: Record<string, unknown>) =>
      (await errorOf(setup.call('GetInsightSelectors', input)))?.code;
    expect(await insights({ TrailName: 'management' })).toBe('InsightNotEnabledException');
    expect(await insights({})).toBe('InvalidParameterCombinationException');
  });
});
