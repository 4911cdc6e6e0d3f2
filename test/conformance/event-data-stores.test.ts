import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsCli, type AwsCli } from '../kit/aws-cli.ts';
import { boto3 } from '../kit/boto3.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const missing = missingTool('aws') ?? missingTool('boto3');
const ACCOUNT = '123456789012';

type Store = {
  readonly EventDataStoreArn: string;
  readonly Name: string;
  readonly Status: string;
  readonly [member: string]: unknown;
};

describe.skipIf(missing !== undefined)(needing('event data stores', missing), () => {
  let server: TestServer;
  let cli: AwsCli;
  const lake = <T = Readonly<Record<string, unknown>>>(...args: string[]) =>
    cli.json<T>('cloudtrail', ...args);
  const create = (name: string, ...args: string[]) =>
    lake<Store>('create-event-data-store', '--name', name, ...args);
  const refused = async (...args: string[]) => {
    const { code, stderr } = await cli.run('cloudtrail', ...args);
    expect(code).not.toBe(0);
    return /\((\w+)\) when calling/.exec(stderr)?.[1] ?? stderr;
  };
  const get = (arn: string) => lake<Store>('get-event-data-store', '--event-data-store', arn);

  beforeAll(async () => {
    server = await startServer();
    cli = awsCli(server);
  }, 60_000);
  afterAll(() => server.stop());

  it('live from their creation to their restoration as the CLI sees it', async () => {
    const made = await create('audit', '--tags-list', 'Key=team,Value=security');
    const arn = made.EventDataStoreArn;
    expect(arn).toMatch(new RegExp(`^arn:aws:cloudtrail:us-east-1:${ACCOUNT}:eventdatastore/[0-9a-f-]{36}$`));
    expect(made).toMatchObject({
      Name: 'audit',
      Status: 'ENABLED',
      MultiRegionEnabled: true,
      OrganizationEnabled: false,
      RetentionPeriod: 366,
      TerminationProtectionEnabled: true,
      BillingMode: 'EXTENDABLE_RETENTION_PRICING',
      TagsList: [{ Key: 'team', Value: 'security' }],
      AdvancedEventSelectors: [
        {
          Name: 'Default management events',
          FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }],
        },
      ],
    });
    const id = arn.split('/')[1] ?? '';
    expect(await get(id)).toMatchObject({ EventDataStoreArn: arn, FederationStatus: 'DISABLED' });
    expect(await refused('create-event-data-store', '--name', 'audit')).toBe(
      'EventDataStoreAlreadyExistsException',
    );
    expect(await refused('delete-event-data-store', '--event-data-store', arn)).toBe(
      'EventDataStoreTerminationProtectedException',
    );
    const update = ['update-event-data-store', '--event-data-store', arn];
    expect(
      await lake(
        ...update,
        '--no-termination-protection-enabled',
        '--retention-period',
        '90',
        '--name',
        'audit-2',
      ),
    ).toMatchObject({ RetentionPeriod: 90, Name: 'audit-2', TerminationProtectionEnabled: false });
    expect(await refused(...update, '--retention-period', '3654')).toBe('InvalidParameterException');
    const stop = ['stop-event-data-store-ingestion', '--event-data-store', arn];
    await lake(...stop);
    expect(await get(arn)).toMatchObject({ Status: 'STOPPED_INGESTION' });
    expect(await refused(...stop)).toBe('InvalidEventDataStoreStatusException');
    await lake('start-event-data-store-ingestion', '--event-data-store', id);
    await lake('delete-event-data-store', '--event-data-store', arn);
    expect(await get(arn)).toMatchObject({ Status: 'PENDING_DELETION' });
    expect(await refused(...update, '--name', 'other')).toBe('InactiveEventDataStoreException');
    expect(await lake('restore-event-data-store', '--event-data-store', arn)).toMatchObject({
      Status: 'ENABLED',
    });
    expect(await refused('restore-event-data-store', '--event-data-store', arn)).toBe(
      'InvalidEventDataStoreStatusException',
    );
  });

  it('have tags, policies, configurations and federation', async () => {
    const { EventDataStoreArn: arn } = await create('extras', '--no-termination-protection-enabled');
    const named = ['--event-data-store', arn];
    await lake('add-tags', '--resource-id', arn, '--tags-list', 'Key=a,Value=1', 'Key=b,Value=2');
    await lake('remove-tags', '--resource-id', arn, '--tags-list', 'Key=a');
    expect(await lake('list-tags', '--resource-id-list', arn)).toEqual({
      ResourceTagList: [{ ResourceId: arn, TagsList: [{ Key: 'b', Value: '2' }] }],
    });
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'read',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::210987654321:root' },
          Action: ['cloudtrail:GetEventDataStore', 'cloudtrail:StartQuery'],
          Resource: arn,
        },
      ],
    });
    expect(await refused('get-resource-policy', '--resource-arn', arn)).toBe(
      'ResourcePolicyNotFoundException',
    );
    await lake('put-resource-policy', '--resource-arn', arn, '--resource-policy', policy);
    expect(await lake('get-resource-policy', '--resource-arn', arn)).toEqual({
      ResourceArn: arn,
      ResourcePolicy: policy,
    });
    await lake('delete-resource-policy', '--resource-arn', arn);
    expect(await refused('delete-resource-policy', '--resource-arn', arn)).toBe(
      'ResourcePolicyNotFoundException',
    );
    const role = `arn:aws:iam::${ACCOUNT}:role/federation`;
    expect(await lake('enable-federation', ...named, '--federation-role-arn', role)).toEqual({
      EventDataStoreArn: arn,
      FederationStatus: 'ENABLED',
      FederationRoleArn: role,
    });
    expect(await refused('delete-event-data-store', ...named)).toBe(
      'EventDataStoreFederationEnabledException',
    );
    expect(await lake('disable-federation', ...named)).toEqual({
      EventDataStoreArn: arn,
      FederationStatus: 'DISABLED',
    });
    const keys = [{ Type: 'RequestContext', Equals: ['aws:PrincipalArn', 'aws:SourceIp'] }];
    const configured = await boto3(
      server,
      `
c = client('cloudtrail')
if not hasattr(c, 'put_event_configuration'):
    say(None)
else:
    c.put_event_configuration(EventDataStore='${arn}', MaxEventSize='Large', ContextKeySelectors=json.loads('${JSON.stringify(keys)}'))
    answer = c.get_event_configuration(EventDataStore='${arn}')
    say({'size': answer['MaxEventSize'], 'keys': answer['ContextKeySelectors'],
         'small': told(lambda: c.put_event_configuration(EventDataStore='${arn}', MaxEventSize='Standard')).get('code')})
`,
    );
    if (configured !== null)
      expect(configured).toEqual({ size: 'Large', keys, small: 'InvalidParameterException' });
  });

  it.each([
    [
      'EventDataStoreNotFoundException',
      [
        'get-event-data-store',
        '--event-data-store',
        'arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/00000000-0000-4000-8000-000000000000',
      ],
    ],
    ['EventDataStoreARNInvalidException', ['get-event-data-store', '--event-data-store', 'arn:aws:s3:::x']],
    ['InvalidParameterException', ['create-event-data-store', '--name', 'no spaces']],
    [
      'InvalidEventSelectorsException',
      [
        'create-event-data-store',
        '--name',
        'mixed',
        '--advanced-event-selectors',
        '[{"FieldSelectors":[{"Field":"eventCategory","Equals":["ActivityAuditLog"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]',
      ],
    ],
    [
      'KmsKeyNotFoundException',
      ['create-event-data-store', '--name', 'with-key', '--kms-key-id', 'alias/none'],
    ],
    [
      'OrganizationsNotInUseException',
      ['create-event-data-store', '--name', 'org', '--organization-enabled'],
    ],
    [
      'ResourceTypeNotSupportedException',
      ['get-resource-policy', '--resource-arn', 'arn:aws:cloudtrail:us-east-1:123456789012:trail/name'],
    ],
  ])('refuse with %s', async (code, args) => {
    expect(await refused(...args)).toBe(code);
  });

  it('are listed by pages, up to the quota', async () => {
    for (let n = 0; n < 8; n++) await create(`page-${n}`, '--no-start-ingestion');
    expect(await refused('create-event-data-store', '--name', 'one-too-many')).toBe(
      'EventDataStoreMaxLimitExceededException',
    );
    const names = await boto3<string[]>(
      server,
      `
c = client('cloudtrail')
stores = []
token = None
while True:
    page = c.list_event_data_stores(MaxResults=3, **({'NextToken': token} if token else {}))
    assert len(page['EventDataStores']) <= 3
    stores += [s['Name'] for s in page['EventDataStores']]
    token = page.get('NextToken')
    if not token: break
say(sorted(stores))
`,
    );
    expect(names).toEqual([...Array.from({ length: 8 }, (_, n) => `page-${n}`), 'audit-2', 'extras'].sort());
    expect(await refused('list-event-data-stores', '--max-results', '2000')).toMatch(
      /InvalidMaxResults|invalid/i,
    );
    expect(await refused('list-event-data-stores', '--next-token', 'none')).toBe('InvalidNextTokenException');
  });
});
