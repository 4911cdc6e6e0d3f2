import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { callContext } from '../../../test/kit/trail-setup.ts';
import type { AwsError } from '../../aws/errors.ts';
import { openSettings } from '../../store/settings/open-settings.ts';
import { createOrganizations, type EmbeddedOrganizations } from './create-organizations.ts';
import { organizationsMigrations, type OrganizationsTables } from './settings.ts';

const MASTER = '123456789012';
const OTHER = '999999999999';

let organizations: EmbeddedOrganizations;
let close: () => Promise<void>;
let changes: number;
const clock = { time: Date.parse('2026-11-21T10:00:00Z'), now: () => clock.time };

beforeEach(async () => {
  const opened = await openSettings<OrganizationsTables>({
    path: ':memory:',
    migrations: [organizationsMigrations],
  });
  close = opened.close;
  organizations = createOrganizations({ settings: opened.db, clock, accountId: MASTER });
  changes = 0;
  organizations.onChange(async () => void changes++);
});
afterEach(() => close());

type Output = Record<string, unknown>;

async function call(name: string, input: Output = {}, accountId = MASTER): Promise<Output> {
  const operation = organizations.operations.find((one) => one.name === name);
  if (operation === undefined) throw new TypeError(`no operation ${name}`);
  return (await operation.handle(input, callContext({ accountId }))).output ?? {};
}

/** `Code: message`, or 'no error'. */
async function refusal(name: string, input: Output = {}, accountId = MASTER): Promise<string> {
  return call(name, input, accountId).then(
    () => 'no error',
    (error: unknown) => `${(error as AwsError).code}: ${(error as AwsError).message}`,
  );
}

async function create(): Promise<{ id: string; root: string }> {
  const { Organization } = (await call('CreateOrganization')) as { Organization: { Id: string } };
  const { Roots } = (await call('ListRoots')) as { Roots: { Id: string }[] };
  return { id: Organization.Id, root: Roots[0]?.Id ?? '' };
}

async function account(name: string): Promise<string> {
  const answer = await call('CreateAccount', { AccountName: name, Email: `${name}@example.com` });
  return (answer['CreateAccountStatus'] as { AccountId: string }).AccountId;
}

const CLOUDTRAIL = { ServicePrincipal: 'cloudtrail.amazonaws.com' };
const NO_ACCESS = "AccessDeniedException: You don't have permissions to access this resource.";
const NOT_IN_USE = 'AWSOrganizationsNotInUseException: Your account is not a member of an organization.';

describe('an organization', () => {
  it('has ids and ARNs of the right form, and its maker as its only account', async () => {
    const { id, root } = await create();
    expect(id).toMatch(/^o-[a-z0-9]{10,32}$/);
    expect(root).toMatch(/^r-[0-9a-z]{4,32}$/);
    expect((await call('DescribeOrganization'))['Organization']).toMatchObject({
      Id: id,
      Arn: `arn:aws:organizations::${MASTER}:organization/${id}`,
      FeatureSet: 'ALL',
      MasterAccountId: MASTER,
      MasterAccountArn: `arn:aws:organizations::${MASTER}:account/${id}/${MASTER}`,
    });
    expect(await call('ListAccounts')).toMatchObject({ Accounts: [{ Id: MASTER, Status: 'ACTIVE' }] });
    expect(changes).toBe(1);
  });

  it('is one at most for an account, and goes only when it is empty', async () => {
    expect(await refusal('DescribeOrganization')).toBe(NOT_IN_USE);
    await create();
    expect(await refusal('CreateOrganization')).toBe(
      'AlreadyInOrganizationException: The provided account is already a member of an organization.',
    );
    const member = await account('dev');
    expect(await refusal('DeleteOrganization')).toMatch(/^OrganizationNotEmptyException: /);
    await call('RemoveAccountFromOrganization', { AccountId: member });
    await call('DeleteOrganization');
    expect(await refusal('ListAccounts')).toBe(NOT_IN_USE);
  });

  it('tells a member of itself, and lets it do nothing but leave', async () => {
    await create();
    const member = await account('dev');
    expect(await call('DescribeOrganization', {}, member)).toHaveProperty('Organization');
    for (const [name, input] of [
      ['ListAccounts', {}],
      ['CreateAccount', { AccountName: 'x', Email: 'x@example.com' }],
      ['RemoveAccountFromOrganization', { AccountId: member }],
      ['EnableAWSServiceAccess', CLOUDTRAIL],
      ['RegisterDelegatedAdministrator', { AccountId: member, ...CLOUDTRAIL }],
      ['DeleteOrganization', {}],
    ] as const)
      expect([name, await refusal(name, input, member)]).toEqual([name, NO_ACCESS]);
    expect(await refusal('LeaveOrganization')).toMatch(/^MasterCannotLeaveOrganizationException: /);
    await call('LeaveOrganization', {}, member);
    expect(await refusal('DescribeOrganization', {}, member)).toBe(NOT_IN_USE);
    expect(await refusal('ListAccounts', {}, OTHER)).toBe(NOT_IN_USE);
  });
});

describe('an account', () => {
  it('that is made can be entered by its role, by its maker, until it is closed', async () => {
    await create();
    const member = await account('dev');
    const arn = `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`;
    expect(await organizations.madeRoles.find(arn)).toEqual({
      accountId: member,
      roleName: 'OrganizationAccountAccessRole',
      trustedAccount: MASTER,
    });
    expect(await organizations.madeRoles.find(`arn:aws:iam::${member}:role/Admin`)).toBeUndefined();
    expect(
      await organizations.madeRoles.find(`arn:aws:iam::${OTHER}:role/OrganizationAccountAccessRole`),
    ).toBeUndefined();
    await call('CloseAccount', { AccountId: member });
    expect(await organizations.madeRoles.find(arn)).toBeUndefined();
    expect(await call('DescribeAccount', { AccountId: member })).toMatchObject({
      Account: { Status: 'SUSPENDED', Email: 'dev@example.com', JoinedMethod: 'CREATED' },
    });
    expect(await refusal('CloseAccount', { AccountId: member })).toMatch(/^AccountAlreadyClosedException/);
    expect(await refusal('CloseAccount', { AccountId: MASTER })).toMatch(/^ConstraintViolationException/);
  });

  it('is not made twice with one e-mail: the request fails', async () => {
    await create();
    await account('dev');
    const again = await call('CreateAccount', { AccountName: 'again', Email: 'dev@example.com' });
    expect(again['CreateAccountStatus']).toMatchObject({
      State: 'FAILED',
      FailureReason: 'EMAIL_ALREADY_EXISTS',
    });
    const { CreateAccountStatus } = again as { CreateAccountStatus: { Id: string } };
    expect(
      await call('DescribeCreateAccountStatus', { CreateAccountRequestId: CreateAccountStatus.Id }),
    ).toMatchObject({ CreateAccountStatus: { State: 'FAILED' } });
    expect(await call('ListCreateAccountStatus', { States: ['SUCCEEDED'] })).toMatchObject({
      CreateAccountStatuses: [{ AccountName: 'dev' }],
    });
    expect(await refusal('DescribeCreateAccountStatus', { CreateAccountRequestId: 'car-00000000' })).toMatch(
      /^CreateAccountStatusNotFoundException: /,
    );
  });

  it('comes on pages of twenty', async () => {
    await create();
    for (let n = 0; n < 24; n++) await account(`dev${n}`);
    const first = await call('ListAccounts');
    const second = await call('ListAccounts', { NextToken: first['NextToken'] });
    const ids = [first, second].map(({ Accounts }) => (Accounts as { Id: string }[]).map(({ Id }) => Id));
    expect(ids.map((page) => page.length)).toEqual([20, 5]);
    expect(new Set(ids.flat()).size).toBe(25);
    expect(second['NextToken']).toBeUndefined();
    expect(await refusal('ListAccounts', { NextToken: '§' })).toMatch(/^InvalidInputException: /);
    expect(await refusal('ListAccounts', { MaxResults: 21 })).toMatch(/^InvalidInputException: .*maxResults/);
  });

  it('is invited by number, and joins when it accepts', async () => {
    const { id } = await create();
    const invite = () => call('InviteAccountToOrganization', { Target: { Type: 'ACCOUNT', Id: OTHER } });
    const { Handshake } = (await invite()) as { Handshake: { Id: string } };
    const named = { HandshakeId: Handshake.Id };
    expect(Handshake).toMatchObject({ State: 'OPEN', Action: 'INVITE' });
    await expect(invite()).rejects.toMatchObject({ code: 'DuplicateHandshakeException' });
    expect(await refusal('AcceptHandshake', named, MASTER)).toBe(NO_ACCESS);
    expect(await refusal('CancelHandshake', named, OTHER)).toBe(NO_ACCESS);
    expect(await call('ListHandshakesForAccount', {}, OTHER)).toMatchObject({
      Handshakes: [{ Id: Handshake.Id }],
    });
    expect(await call('AcceptHandshake', named, OTHER)).toMatchObject({ Handshake: { State: 'ACCEPTED' } });
    expect(await refusal('AcceptHandshake', named, OTHER)).toMatch(/^HandshakeAlreadyInStateException: /);
    expect(await refusal('DeclineHandshake', named, OTHER)).toMatch(/^InvalidHandshakeTransitionException: /);
    expect((await organizations.organizations.of(OTHER))?.id).toBe(id);
    await expect(invite()).rejects.toMatchObject({ code: 'HandshakeConstraintViolationException' });
    expect(
      await refusal('InviteAccountToOrganization', { Target: { Type: 'EMAIL', Id: 'a@example.com' } }),
    ).toMatch(/^InvalidInputException: .*EMAIL "a@example.com"/);
  });

  it('does not join by an invitation that is over', async () => {
    await create();
    const target = { Target: { Type: 'ACCOUNT', Id: OTHER } };
    const { Handshake } = (await call('InviteAccountToOrganization', target)) as {
      Handshake: { Id: string };
    };
    clock.time += 16 * 86_400_000;
    expect(await call('DescribeHandshake', { HandshakeId: Handshake.Id }, OTHER)).toMatchObject({
      Handshake: { State: 'EXPIRED' },
    });
    expect(await refusal('AcceptHandshake', { HandshakeId: Handshake.Id }, OTHER)).toMatch(
      /^InvalidHandshakeTransitionException: /,
    );
    expect(await refusal('AcceptHandshake', { HandshakeId: 'h-00000000' }, OTHER)).toMatch(
      /^HandshakeNotFoundException: /,
    );
  });
});

describe('units', () => {
  it('hold accounts and units, and go only when they are empty', async () => {
    const { root } = await create();
    const member = await account('dev');
    const made = await call('CreateOrganizationalUnit', { ParentId: root, Name: 'Workloads' });
    const { Id: unit } = made['OrganizationalUnit'] as { Id: string };
    expect(unit).toMatch(new RegExp(`^ou-${root.slice(2)}-[a-z0-9]{8}$`));
    expect(await refusal('CreateOrganizationalUnit', { ParentId: root, Name: 'Workloads' })).toBe(
      'DuplicateOrganizationalUnitException: An OU with the same name already exists.',
    );
    const move = { AccountId: member, SourceParentId: root, DestinationParentId: unit };
    await call('MoveAccount', move);
    expect(await refusal('MoveAccount', move)).toMatch(/^SourceParentNotFoundException: /);
    expect(await call('ListParents', { ChildId: member })).toEqual({
      Parents: [{ Id: unit, Type: 'ORGANIZATIONAL_UNIT' }],
    });
    expect(await call('ListAccountsForParent', { ParentId: unit })).toMatchObject({
      Accounts: [{ Id: member }],
    });
    expect(await call('ListChildren', { ParentId: root, ChildType: 'ORGANIZATIONAL_UNIT' })).toEqual({
      Children: [{ Id: unit, Type: 'ORGANIZATIONAL_UNIT' }],
    });
    const named = { OrganizationalUnitId: unit };
    expect(await refusal('DeleteOrganizationalUnit', named)).toMatch(
      /^OrganizationalUnitNotEmptyException: /,
    );
    await call('UpdateOrganizationalUnit', { ...named, Name: 'Work' });
    expect(await call('DescribeOrganizationalUnit', named)).toMatchObject({
      OrganizationalUnit: { Name: 'Work' },
    });
    await call('MoveAccount', { AccountId: member, SourceParentId: unit, DestinationParentId: root });
    await call('DeleteOrganizationalUnit', named);
    expect(await call('ListOrganizationalUnitsForParent', { ParentId: root })).toEqual({
      OrganizationalUnits: [],
    });
    expect(await refusal('ListAccountsForParent', { ParentId: 'ou-0000-00000000' })).toMatch(
      /^ParentNotFoundException: /,
    );
  });
});

describe('a delegated administrator', () => {
  it('reads the organization, administers what it was registered for, and cannot leave', async () => {
    const { id } = await create();
    const member = await account('audit');
    await call('EnableAWSServiceAccess', CLOUDTRAIL);
    expect(await call('ListAWSServiceAccessForOrganization')).toMatchObject({
      EnabledServicePrincipals: [CLOUDTRAIL],
    });
    const named = { AccountId: member, ...CLOUDTRAIL };
    await call('RegisterDelegatedAdministrator', named);
    expect(await refusal('RegisterDelegatedAdministrator', named)).toMatch(/^AccountAlreadyRegistered/);
    expect(await refusal('RegisterDelegatedAdministrator', { ...named, AccountId: MASTER })).toMatch(
      /^ConstraintViolationException: /,
    );
    expect(await refusal('RegisterDelegatedAdministrator', { ...named, AccountId: OTHER })).toBe(
      "AccountNotFoundException: You specified an account that doesn't exist.",
    );
    expect(await call('ListAccounts', {}, member)).toMatchObject({ Accounts: [{}, {}] });
    expect(await call('ListDelegatedAdministrators', CLOUDTRAIL)).toMatchObject({
      DelegatedAdministrators: [{ Id: member }],
    });
    expect(await call('ListDelegatedServicesForAccount', { AccountId: member })).toMatchObject({
      DelegatedServices: [CLOUDTRAIL],
    });
    expect(await organizations.organizations.of(member)).toEqual({
      id,
      managementAccount: MASTER,
      allFeatures: true,
      accounts: expect.arrayContaining([MASTER, member]) as string[],
      trustsCloudTrail: true,
      administrators: [member],
    });
    expect(await refusal('LeaveOrganization', {}, member)).toMatch(
      /^ConstraintViolationException: .*cloudtrail/,
    );
    await call('DeregisterDelegatedAdministrator', named);
    expect(await refusal('DeregisterDelegatedAdministrator', named)).toMatch(/^AccountNotRegistered/);
    await call('DisableAWSServiceAccess', CLOUDTRAIL);
    expect(await organizations.organizations.of(member)).toMatchObject({
      trustsCloudTrail: false,
      administrators: [],
    });
  });

  it('needs all features', async () => {
    await call('CreateOrganization', { FeatureSet: 'CONSOLIDATED_BILLING' });
    expect(await refusal('EnableAWSServiceAccess', CLOUDTRAIL)).toMatch(/^ConstraintViolationException: /);
    expect((await organizations.organizations.all())[0]).toMatchObject({ allFeatures: false });
  });
});

describe('tags', () => {
  it('of accounts, units and the root are kept, up to 50', async () => {
    const { root } = await create();
    await call('TagResource', { ResourceId: root, Tags: [{ Key: 'team', Value: 'audit' }] });
    await call('TagResource', { ResourceId: root, Tags: [{ Key: 'team', Value: 'b' }] });
    expect(await call('ListTagsForResource', { ResourceId: root })).toEqual({
      Tags: [{ Key: 'team', Value: 'b' }],
    });
    await call('UntagResource', { ResourceId: root, TagKeys: ['team'] });
    expect(await call('ListTagsForResource', { ResourceId: root })).toEqual({ Tags: [] });
    const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
    await call('TagResource', { ResourceId: root, Tags: many });
    expect(await refusal('TagResource', { ResourceId: root, Tags: [{ Key: 'x', Value: '' }] })).toMatch(
      /^ConstraintViolationException: /,
    );
    expect(await call('ListTagsForResource', { ResourceId: root })).toMatchObject({
      Tags: expect.objectContaining({ length: 50 }) as unknown,
    });
    expect(await refusal('ListTagsForResource', { ResourceId: OTHER })).toMatch(/^TargetNotFoundException: /);
  });
});
