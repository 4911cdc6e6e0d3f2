import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createS3Buckets } from '../../src/aws/s3-buckets.ts';
import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { jsonCall } from '../kit/client.ts';
import { eventually, run } from '../kit/run.ts';
import { awsEnv, BIN, startServer, type Credentials, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const MASTER = '123456789012';
const BUCKET = 'org-logs';
const ARN = `arn:aws:cloudtrail:us-east-1:${MASTER}:trail/all`;
/** Of a trail that a member makes as delegated administrator. */
const DELEGATED_ARN = `arn:aws:cloudtrail:us-east-1:${MASTER}:trail/delegated`;
/** Milliseconds that deliveries may take on a busy machine. */
const PATIENCE = 60_000;
const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');

describe.skipIf(missing !== undefined)(needing('an organization, with the AWS CLI', missing), () => {
  let server: TestServer;
  let master: AwsCli;
  let member: AwsCli;
  let credentials: Credentials;
  let buckets: ReturnType<typeof createS3Buckets>;
  let memberId: string;
  let organization: string;
  const started = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z');

  beforeAll(async () => {
    server = await startServer({
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '2s' },
    });
    master = awsCli(server);
    buckets = createS3Buckets({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
  }, 90_000);
  afterAll(async () => {
    buckets.close();
    await server.stop();
  });

  const allow = (folders: readonly string[]) => {
    const grant = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
    const Statement = [
      { ...grant, Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${BUCKET}` },
      {
        ...grant,
        Action: 's3:PutObject',
        Resource: folders.flatMap((folder) => [
          `arn:aws:s3:::${BUCKET}/AWSLogs/${folder}/*`,
          `arn:aws:s3:::${BUCKET}/delegated/AWSLogs/${folder}/*`,
        ]),
        Condition: {
          StringEquals: {
            's3:x-amz-acl': 'bucket-owner-full-control',
            'aws:SourceArn': [ARN, DELEGATED_ARN],
          },
        },
      },
    ];
    const policy = JSON.stringify({ Version: '2012-10-17', Statement });
    return master.json('s3api', 'put-bucket-policy', '--bucket', BUCKET, '--policy', policy);
  };

  // The CLI takes most of a second for a call: what need not be its is asked directly.
  type Target = `${'cloudtrail' | 'organizations'}.${string}`;
  const TARGETS = {
    cloudtrail: 'CloudTrail_20131101',
    organizations: 'AWSOrganizationsV20161128',
  } as const;
  async function ask(target: Target, input: unknown, from: Partial<Parameters<typeof jsonCall>[3]> = {}) {
    const [service, name] = target.split('.') as [keyof typeof TARGETS, string];
    const { body } = await jsonCall(server, `${TARGETS[service]}.${name}`, input, { service, ...from });
    return body;
  }
  const asMember = (region = 'us-east-1') => ({ credentials, region });

  const create = (from = {}) =>
    ask(
      'cloudtrail.CreateTrail',
      {
        Name: 'all',
        S3BucketName: BUCKET,
        IsOrganizationTrail: true,
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
      },
      from,
    );

  async function keys(prefix: string): Promise<string[]> {
    const found = [];
    for await (const { key } of buckets.list({ bucket: BUCKET, prefix })) found.push(key);
    return found;
  }

  type Recorded = { readonly eventName: string; readonly recipientAccountId: string };

  async function records(key: string): Promise<Recorded[]> {
    const { body } = await buckets.get({ bucket: BUCKET, key });
    return (JSON.parse(gunzipSync(body).toString('utf8')) as { Records: Recorded[] }).Records;
  }

  it('is made, with an account that its maker enters by its role', async () => {
    const { Organization } = await master.json<{ Organization: { Id: string } }>(
      'organizations',
      'create-organization',
    );
    organization = Organization.Id;
    const { CreateAccountStatus } = await master.json<{ CreateAccountStatus: { AccountId: string } }>(
      ...['organizations', 'create-account', '--email', 'dev@example.com', '--account-name', 'dev'],
    );
    memberId = CreateAccountStatus.AccountId;
    const { Credentials: given } = await master.json<{ Credentials: Record<string, string> }>(
      ...['sts', 'assume-role', '--role-session-name', 'test', '--role-arn'],
      `arn:aws:iam::${memberId}:role/OrganizationAccountAccessRole`,
    );
    credentials = {
      accessKeyId: given['AccessKeyId'] ?? '',
      secretAccessKey: given['SecretAccessKey'] ?? '',
      sessionToken: given['SessionToken'] ?? '',
    };
    member = awsCli(server, { credentials });
    expect(await member.json('sts', 'get-caller-identity')).toMatchObject({ Account: memberId });
    // The role trusts its maker's account, nobody else's: the member itself is as much a stranger to it as any.
    const { stderr } = await member.run(
      ...['sts', 'assume-role', '--role-session-name', 'test', '--role-arn'],
      `arn:aws:iam::${memberId}:role/OrganizationAccountAccessRole`,
    );
    expect(stderr).toContain('(AccessDenied)');
  });

  it('gets a trail once CloudTrail is trusted and the bucket lets it write for all accounts', async () => {
    await master.json('s3api', 'create-bucket', '--bucket', BUCKET);
    await allow([MASTER]);
    expect(await create()).toMatchObject({ __type: 'CloudTrailAccessNotEnabledException' });
    await ask('organizations.EnableAWSServiceAccess', { ServicePrincipal: 'cloudtrail.amazonaws.com' });
    expect(await create()).toMatchObject({ __type: 'InsufficientS3BucketPolicyException' });
    await allow([MASTER, organization]);
    const made = await master.json(
      ...['cloudtrail', 'create-trail', '--name', 'all', '--s3-bucket-name', BUCKET],
      ...['--is-organization-trail', '--is-multi-region-trail', '--enable-log-file-validation'],
    );
    expect(made).toMatchObject({ TrailARN: ARN, IsOrganizationTrail: true });
    await ask('cloudtrail.StartLogging', { Name: 'all' });
    expect(await master.json('iam', 'get-role', '--role-name', 'AWSServiceRoleForCloudTrail')).toMatchObject({
      Role: { Path: '/aws-service-role/cloudtrail.amazonaws.com/' },
    });
  });

  it('shows it to its members, who cannot change it', async () => {
    const { trailList } = await member.json<{ trailList: unknown[] }>('cloudtrail', 'describe-trails');
    expect(trailList).toMatchObject([{ TrailARN: ARN, IsOrganizationTrail: true }]);
    const { stderr } = await member.run('cloudtrail', 'stop-logging', '--name', ARN);
    expect(stderr).toContain('(NotOrganizationMasterAccountException)');
    expect(await ask('cloudtrail.DeleteTrail', { Name: ARN }, asMember())).toMatchObject({
      __type: 'NotOrganizationMasterAccountException',
    });
    expect(await ask('cloudtrail.GetTrailStatus', { Name: ARN }, asMember())).toMatchObject({
      IsLogging: true,
    });
  });

  it('delivers what its accounts do, each below its own folder, in digests of its own', async () => {
    await ask('cloudtrail.ListTrails', {}, asMember('eu-west-1'));
    const folder = `AWSLogs/${organization}/${memberId}/CloudTrail`;
    const key = await eventually(async () => (await keys(`${folder}/eu-west-1/`))[0], PATIENCE);
    expect(key).toMatch(
      new RegExp(`/${memberId}_CloudTrail_eu-west-1_\\d{8}T\\d{4}Z_[A-Za-z0-9]{16}\\.json\\.gz$`),
    );
    expect(await records(key)).toMatchObject([{ eventName: 'ListTrails', recipientAccountId: memberId }]);
    const digest = await eventually(async () => (await keys(`${folder}-Digest/eu-west-1/`))[1], PATIENCE);
    expect(digest).toContain(`${memberId}_CloudTrail-Digest_eu-west-1_all_us-east-1_`);
    expect(await keys(`AWSLogs/${MASTER}/`)).toEqual([]);
  });

  it('is verified by validate-logs for a member, and by opentrail verify for all', async () => {
    const { code, stdout, stderr } = await master.run(
      ...['cloudtrail', 'validate-logs', '--trail-arn', ARN, '--start-time', started],
      ...['--account-id', memberId, '--region', 'eu-west-1', '--verbose'],
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Log file\t\S+\tvalid/);
    const verify = await run(BIN, ['verify', 'all'], { env: awsEnv(server) });
    expect([verify.code, verify.stdout]).toEqual([
      0,
      expect.stringContaining(`account ${memberId}, region eu-west-1`),
    ]);
    expect(verify.stdout).toContain(`account ${MASTER}, region us-east-1`);
  });

  it('is covered account by account, each in its own folder', async () => {
    const { stdout } = await run(BIN, ['coverage', 'all', '--json'], { env: awsEnv(server) });
    const { reports } = JSON.parse(stdout) as {
      reports: {
        counts: string;
        ranges: { account: string; region: string; state: string; holes: object[] }[];
      }[];
    };
    const ranges = reports.flatMap((report) => report.ranges);
    expect(reports.map(({ counts }) => counts)).toEqual(['compared with what was recorded']);
    const places = ranges.map(({ account, region }) => `${account} ${region}`);
    expect(places).toEqual(expect.arrayContaining([`${MASTER} us-east-1`, `${memberId} eu-west-1`]));
    expect(ranges.flatMap(({ holes }) => holes)).toEqual([]);
  });

  it('lets a delegated administrator change it, and search what its accounts did', async () => {
    const search = { Scope: 'organization', MaxResults: 50 };
    expect(await ask('cloudtrail.LookupEvents', search, asMember())).toMatchObject({
      __type: 'NotOrganizationMasterAccountException',
    });
    await master.json(
      ...['cloudtrail', 'register-organization-delegated-admin', '--member-account-id', memberId],
    );
    const update = { Name: ARN, EnableLogFileValidation: true };
    expect(await ask('cloudtrail.UpdateTrail', update, asMember())).toMatchObject({ TrailARN: ARN });
    expect(
      await ask('cloudtrail.UpdateTrail', { Name: ARN, IsOrganizationTrail: false }, asMember()),
    ).toMatchObject({ __type: 'NotOrganizationMasterAccountException' });
    const accounts = await eventually(async () => {
      const { Events } = (await ask('cloudtrail.LookupEvents', search, asMember())) as {
        Events: { CloudTrailEvent: string }[];
      };
      const found = Events.map((event) => JSON.parse(event.CloudTrailEvent) as Recorded);
      const seen = new Set(found.map(({ recipientAccountId }) => recipientAccountId));
      return seen.size > 1 ? seen : undefined;
    }, PATIENCE);
    expect([...accounts].sort()).toEqual([MASTER, memberId].sort());
  });

  it('lets a delegated administrator make another, which is the management account’s', async () => {
    const made = await member.json(
      ...['cloudtrail', 'create-trail', '--name', 'delegated', '--s3-bucket-name', BUCKET],
      ...['--s3-key-prefix', 'delegated', '--is-organization-trail'],
    );
    expect(made).toMatchObject({ TrailARN: DELEGATED_ARN, IsOrganizationTrail: true });
    await member.json('cloudtrail', 'start-logging', '--name', DELEGATED_ARN);
    const { trailList } = await master.json(
      'cloudtrail',
      'describe-trails',
      '--trail-name-list',
      'delegated',
    );
    expect(trailList).toMatchObject([{ TrailARN: DELEGATED_ARN, HomeRegion: 'us-east-1' }]);
    await eventually(async () => {
      const status = await master.json('cloudtrail', 'get-trail-status', '--name', 'delegated');
      return status['LatestDeliveryTime'];
    }, PATIENCE);
    await member.json('cloudtrail', 'delete-trail', '--name', DELEGATED_ARN);
    await ask('cloudtrail.DeregisterOrganizationDelegatedAdmin', { DelegatedAdminAccountId: memberId });
    const refused = await ask(
      'cloudtrail.CreateTrail',
      { Name: 'delegated', S3BucketName: BUCKET, IsOrganizationTrail: true },
      asMember(),
    );
    expect(refused).toMatchObject({ __type: 'NotOrganizationMasterAccountException' });
  });

  it('takes nothing more from an account that left, and ends its chains', async () => {
    const folder = `AWSLogs/${organization}/${memberId}/CloudTrail`;
    await ask('cloudtrail.GetTrail', { Name: ARN }, asMember());
    await member.json('organizations', 'leave-organization');
    await ask('cloudtrail.ListPublicKeys', {}, asMember());
    const { trailList } = (await ask('cloudtrail.DescribeTrails', {}, asMember())) as {
      trailList: unknown[];
    };
    expect(trailList).toEqual([]);
    // Once a call that came later is delivered, and the account's chains are ended, the folder stays as it is.
    await ask('cloudtrail.DescribeTrails', { trailNameList: ['mark'] });
    await eventually(async () => {
      const files = await keys(`AWSLogs/${organization}/${MASTER}/CloudTrail/us-east-1/`);
      const texts = await Promise.all(files.map(async (key) => JSON.stringify(await records(key))));
      return texts.some((text) => text.includes('"mark"')) || undefined;
    }, PATIENCE);
    const names = (await Promise.all((await keys(`${folder}/`)).map(records))).flat();
    expect(names.map(({ eventName }) => eventName)).toContain('GetTrail');
    expect(names.map(({ eventName }) => eventName)).not.toContain('ListPublicKeys');
    const mastersDigest = `AWSLogs/${organization}/${MASTER}/CloudTrail-Digest/us-east-1/`;
    const settled = async () => {
      const count = (await keys(mastersDigest)).length;
      await eventually(async () => (await keys(mastersDigest)).length > count + 1 || undefined, PATIENCE);
      return (await keys(`${folder}-Digest/us-east-1/`)).length;
    };
    const before = await settled();
    expect(await settled()).toBe(before);
    const report = JSON.parse(
      (await run(BIN, ['verify', 'all', '--json'], { env: awsEnv(server) })).stdout,
    ) as {
      valid: boolean;
    };
    expect(report.valid).toBe(true);
  });
});
