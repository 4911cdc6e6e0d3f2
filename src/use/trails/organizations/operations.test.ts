import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT as MASTER, errorOf, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import type { BucketPort, Organization, OrganizationPort } from '../../../aws/ports.ts';
import { AwsError } from '../../../aws/errors.ts';

const MEMBER = '111111111111';
const AUDIT = '222222222222';
const STRANGER = '333333333333';
const ID = 'o-exampleorg1';
const ARN = `arn:aws:cloudtrail:us-east-1:${MASTER}:trail/all`;

/** One organization that the test changes. */
function memoryOrganizations() {
  const state: { now: Organization | undefined; failure: AwsError | undefined } = {
    now: {
      id: ID,
      managementAccount: MASTER,
      allFeatures: true,
      accounts: [MASTER, MEMBER, AUDIT],
      trustsCloudTrail: true,
      administrators: [],
    },
    failure: undefined,
  };
  const all = async () => {
    if (state.failure !== undefined) throw state.failure;
    return state.now === undefined ? [] : [state.now];
  };
  const set = (over: Partial<Organization>) => {
    if (state.now !== undefined) state.now = { ...state.now, ...over };
  };
  const port: OrganizationPort = {
    of: async (account) => (await all()).find(({ accounts }) => accounts.includes(account)),
    all,
    registerAdministrator: async ({ account }) =>
      set({ administrators: [...(state.now?.administrators ?? []), account] }),
    deregisterAdministrator: async ({ account }) =>
      set({ administrators: (state.now?.administrators ?? []).filter((one) => one !== account) }),
  };
  return { state, set, port };
}

let organizations: ReturnType<typeof memoryOrganizations>;
let serviceRoles: Set<string>;
let setup: TrailSetup;
const checked: Parameters<BucketPort['checkDelivery']>[0][] = [];

beforeEach(async () => {
  organizations = memoryOrganizations();
  serviceRoles = new Set();
  setup = await trailSetup({ organizations: organizations.port, serviceRoles });
  const { checkDelivery } = setup.memory.port;
  checked.length = 0;
  (setup.memory.port as { checkDelivery: BucketPort['checkDelivery'] }).checkDelivery = async (check) => {
    checked.push(check);
    await checkDelivery(check);
  };
});
afterEach(() => setup.close());

const as = (accountId: string) => ({ accountId });
const create = (account = MASTER, given: Record<string, unknown> = {}) =>
  setup.call(
    'CreateTrail',
    { Name: 'all', S3BucketName: 'logs', IsOrganizationTrail: true, ...given },
    as(account),
  );
const codeOf = async (work: Promise<unknown>) => (await errorOf(work))?.code ?? 'no error';
const call = (name: string, input: Record<string, unknown>, account: string) =>
  setup.call(name, input, as(account));
const describeTrails = async (account: string, input: Record<string, unknown> = {}) =>
  (await call('DescribeTrails', input, account)).output['trailList'];

describe('CreateTrail with IsOrganizationTrail', () => {
  it('makes a trail of all accounts in the management account, and its service-linked role', async () => {
    expect((await create()).output).toMatchObject({ TrailARN: ARN, IsOrganizationTrail: true });
    expect(checked).toMatchObject([{ accountId: MASTER, organization: ID, trailArn: ARN }]);
    expect([...serviceRoles]).toEqual([MASTER]);
    expect(await setup.settings.selectFrom('trails').select(['account', 'organization']).execute()).toEqual([
      { account: MASTER, organization: ID },
    ]);
  });

  it.each<[Partial<Organization>, string, string]>([
    [{ accounts: [STRANGER] }, MASTER, 'OrganizationsNotInUseException'],
    [{ allFeatures: false }, MASTER, 'OrganizationNotInAllFeaturesModeException'],
    [{ trustsCloudTrail: false }, MASTER, 'CloudTrailAccessNotEnabledException'],
    [{}, MEMBER, 'NotOrganizationMasterAccountException'],
    [{ administrators: [MEMBER] }, MEMBER, 'NoManagementAccountSLRExistsException'],
  ])('is refused: %j by %s with %s', async (over, account, code) => {
    organizations.set(over);
    expect(await codeOf(create(account))).toBe(code);
    expect(await setup.settings.selectFrom('trails').select('id').execute()).toEqual([]);
  });

  it('tells what Organizations refuses, and when it cannot be asked', async () => {
    organizations.state.failure = new AwsError('AccessDeniedException', 'no');
    expect(await codeOf(create())).toBe('InsufficientDependencyServiceAccessPermissionException');
    organizations.state.failure = new AwsError('ServiceUnavailable', 'nobody answers', { status: 503 });
    expect(await codeOf(create())).toBe('ServiceUnavailable');
  });

  it("by a delegated administrator is the management account's too", async () => {
    await call('RegisterOrganizationDelegatedAdmin', { MemberAccountId: AUDIT }, MASTER);
    expect((await create(AUDIT)).output).toMatchObject({ TrailARN: ARN });
    expect(await codeOf(create(AUDIT))).toBe('TrailAlreadyExistsException');
    expect(await codeOf(call('StartLogging', { Name: ARN }, AUDIT))).toBe('no error');
    expect((await call('GetTrailStatus', { Name: 'all' }, MASTER)).output).toMatchObject({ IsLogging: true });
  });
});

describe('members', () => {
  beforeEach(() => create());

  it('see the trail as a shadow, wherever it is read', async () => {
    for (const read of ['GetTrail', 'GetTrailStatus'])
      expect([read, await codeOf(call(read, { Name: ARN }, MEMBER))]).toEqual([read, 'no error']);
    expect(await codeOf(call('GetEventSelectors', { TrailName: ARN }, MEMBER))).toBe('no error');
    expect(await describeTrails(MEMBER)).toMatchObject([{ TrailARN: ARN, IsOrganizationTrail: true }]);
    expect(await describeTrails(MEMBER, { trailNameList: [ARN] })).toHaveLength(1);
    expect(await describeTrails(MEMBER, { trailNameList: ['all'] })).toEqual([]);
    expect(await describeTrails(MEMBER, { includeShadowTrails: false })).toEqual([]);
    expect(await describeTrails(MASTER, { includeShadowTrails: false })).toHaveLength(1);
    expect((await call('ListTrails', {}, MEMBER)).output['Trails']).toMatchObject([{ TrailARN: ARN }]);
    expect(await codeOf(call('GetTrail', { Name: 'all' }, MEMBER))).toBe('TrailNotFoundException');
  });

  it('change nothing of it; strangers do not even see it', async () => {
    const tag = { ResourceId: ARN, TagsList: [{ Key: 'k', Value: 'v' }] };
    const changes: [string, Record<string, unknown>][] = [
      ['StartLogging', { Name: ARN }],
      ['StopLogging', { Name: ARN }],
      ['DeleteTrail', { Name: ARN }],
      ['UpdateTrail', { Name: ARN, S3BucketName: 'mine' }],
      ['PutEventSelectors', { TrailName: ARN, EventSelectors: [{}] }],
      ['AddTags', tag],
      ['RemoveTags', tag],
    ];
    for (const [name, input] of changes)
      expect([name, await codeOf(call(name, input, MEMBER))]).toEqual([
        name,
        'NotOrganizationMasterAccountException',
      ]);
    expect(await codeOf(call('StopLogging', { Name: ARN }, STRANGER))).toBe('TrailNotFoundException');
    expect(await describeTrails(STRANGER)).toEqual([]);
    organizations.set({ accounts: [MASTER, AUDIT] });
    await setup.watch.refresh();
    expect(await codeOf(call('GetTrail', { Name: ARN }, MEMBER))).toBe('TrailNotFoundException');
  });
});

describe('UpdateTrail', () => {
  const update = (value: boolean, account = MASTER) =>
    call('UpdateTrail', { Name: ARN, IsOrganizationTrail: value }, account);

  it('makes it an organization trail and back, by the management account only', async () => {
    await create(MASTER, { IsOrganizationTrail: false });
    expect(await describeTrails(MEMBER)).toEqual([]);
    organizations.set({ administrators: [AUDIT] });
    expect((await update(true)).output).toMatchObject({ IsOrganizationTrail: true });
    expect(checked.at(-1)).toMatchObject({ organization: ID });
    expect(await codeOf(update(true, AUDIT))).toBe('no error');
    expect(await codeOf(update(false, AUDIT))).toBe('NotOrganizationMasterAccountException');
    expect((await update(false)).output).toMatchObject({ IsOrganizationTrail: false });
    expect(await codeOf(update(true, AUDIT))).toBe('TrailNotFoundException');
    expect(await describeTrails(MEMBER)).toEqual([]);
    await call('CreateTrail', { Name: 'own', S3BucketName: 'logs' }, AUDIT);
    const own = { Name: 'own', IsOrganizationTrail: true };
    expect(await codeOf(call('UpdateTrail', own, AUDIT))).toBe('NotOrganizationMasterAccountException');
  });

  it('is not needed when the organization is gone or trusts CloudTrail no more: it is an own trail then', async () => {
    await create();
    await call('StartLogging', { Name: ARN }, MASTER);
    organizations.set({ trustsCloudTrail: false });
    await setup.watch.refresh();
    expect(await describeTrails(MASTER)).toMatchObject([{ IsOrganizationTrail: false }]);
    expect(setup.woken.length).toBeGreaterThan(1);
    organizations.set({ trustsCloudTrail: true });
    await update(true);
    organizations.state.now = undefined;
    await setup.watch.refresh();
    expect(await describeTrails(MASTER)).toMatchObject([{ IsOrganizationTrail: false }]);
    expect(await describeTrails(MEMBER)).toEqual([]);
  });
});

describe('RegisterOrganizationDelegatedAdmin', () => {
  const register = (MemberAccountId: string, account = MASTER) =>
    call('RegisterOrganizationDelegatedAdmin', { MemberAccountId }, account);
  const deregister = (DelegatedAdminAccountId: string, account = MASTER) =>
    call('DeregisterOrganizationDelegatedAdmin', { DelegatedAdminAccountId }, account);

  it('makes the service-linked role, and an administrator until it is taken back', async () => {
    expect((await register(AUDIT)).output).toEqual({});
    expect([...serviceRoles]).toEqual([MASTER]);
    await create(AUDIT);
    await deregister(AUDIT);
    expect(await codeOf(call('StopLogging', { Name: ARN }, AUDIT))).toBe(
      'NotOrganizationMasterAccountException',
    );
  });

  it('has its own errors', async () => {
    expect(await codeOf(register('12'))).toBe('InvalidParameterException');
    expect(await codeOf(register(STRANGER))).toBe('AccountNotFoundException');
    expect(await codeOf(register(MASTER))).toBe('CannotDelegateManagementAccountException');
    expect(await codeOf(register(AUDIT, MEMBER))).toBe('NotOrganizationManagementAccountException');
    expect(await codeOf(register(AUDIT, STRANGER))).toBe('OrganizationsNotInUseException');
    expect(await codeOf(deregister(AUDIT))).toBe('AccountNotRegisteredException');
    await register(AUDIT);
    expect(await codeOf(register(AUDIT))).toBe('AccountRegisteredException');
    organizations.set({ administrators: [AUDIT, '444444444444', '555555555555'] });
    expect(await codeOf(register(MEMBER))).toBe('DelegatedAdminAccountLimitExceededException');
    organizations.set({ trustsCloudTrail: false });
    expect(await codeOf(register(MEMBER))).toBe('CloudTrailAccessNotEnabledException');
    organizations.set({ allFeatures: false });
    expect(await codeOf(deregister(AUDIT))).toBe('OrganizationNotInAllFeaturesModeException');
  });
});
