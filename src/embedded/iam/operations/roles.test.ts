import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../../test/kit/iam.ts';
import type { Principal } from '../../../aws/operation.ts';

let kit: TestIam;

beforeAll(async () => {
  kit = await startIam();
});

afterAll(() => kit[Symbol.asyncDispose]());

const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;

function trust(principal: string, more: object = {}): string {
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', ...more };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function allow(Action: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
}

async function user(name: string, action?: string): Promise<Principal> {
  await kit.call('CreateUser', { UserName: name });
  if (action !== undefined)
    await kit.call('PutUserPolicy', { UserName: name, PolicyName: 'p', PolicyDocument: allow(action) });
  return userPrincipal(name);
}

async function userPrincipal(name: string): Promise<Principal> {
  const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: name }))['AccessKey'] as {
    AccessKeyId: string;
  };
  return kit.iam.credentials.owner(AccessKeyId, undefined) ?? expect.fail('nobody has the key');
}

function createRole(RoleName: string, AssumeRolePolicyDocument: string, more: object = {}) {
  return kit.call('CreateRole', { RoleName, AssumeRolePolicyDocument, ...more });
}

function assume(name: string, as: Principal, more: object = {}) {
  return kit.call('AssumeRole', { RoleArn: roleArn(name), RoleSessionName: 'shift', ...more }, as);
}

const DENIED = { code: 'AccessDenied', status: 403 };

describe('roles', () => {
  it('are made, changed, listed and deleted', async () => {
    const document = trust(ACCOUNT);
    const made = await createRole('Deploy', document, {
      Path: '/ci/',
      Description: 'ships',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'ci' }],
    });
    expect(made['Role']).toEqual({
      Path: '/ci/',
      RoleName: 'Deploy',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) as string,
      Arn: roleArn('ci/Deploy'),
      CreateDate: new Date(kit.clock.time),
      AssumeRolePolicyDocument: encodeURIComponent(document).replaceAll('*', '%2A'),
      Description: 'ships',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'ci' }],
    });
    expect((await kit.call('GetRole', { RoleName: 'deploy' }))['Role']).toEqual(made['Role']);
    await expect(createRole('DEPLOY', document)).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: 'Role with name DEPLOY already exists.',
    });
    await expect(createRole('OpentrailAccountAccess', document)).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
    });
    await kit.call('UpdateRole', { RoleName: 'Deploy', MaxSessionDuration: 3600 });
    expect(await kit.call('ListRoles', { PathPrefix: '/ci/' })).toMatchObject({
      Roles: [{ RoleName: 'Deploy', Description: 'ships', MaxSessionDuration: 3600 }],
      IsTruncated: false,
    });
    await kit.call('PutRolePolicy', { RoleName: 'Deploy', PolicyName: 'p', PolicyDocument: allow('s3:*') });
    await expect(kit.call('DeleteRole', { RoleName: 'Deploy' })).rejects.toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete entity, must delete policies first.',
    });
    await kit.call('DeleteRolePolicy', { RoleName: 'Deploy', PolicyName: 'p' });
    await kit.call('DeleteRole', { RoleName: 'Deploy' });
    await expect(kit.call('GetRole', { RoleName: 'Deploy' })).rejects.toMatchObject({
      code: 'NoSuchEntity',
      status: 404,
      message: 'The role with name Deploy cannot be found.',
    });
  });

  it.each([
    ['no JSON', '{', 'Syntax errors in policy.'],
    ['a resource', trust(ACCOUNT, { Resource: '*' }), 'Has prohibited field Resource'],
    ['no principal', trust(ACCOUNT, { Principal: undefined }), 'Missing required field Principal'],
    [
      'another action',
      trust(ACCOUNT, { Action: 's3:GetObject' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'a user who is not there',
      trust(userArn('nobody')),
      `Invalid principal in policy: "AWS":"${userArn('nobody')}"`,
    ],
  ])('are refused with a trust policy with %s', async (_what, document, message) => {
    await expect(createRole('bad', document)).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('the trust policy', () => {
  it('lets in whom it names, whatever else that one may do', async () => {
    const named = await user('named');
    const other = await user('other', 'sts:AssumeRole');
    await createRole('named-only', trust(named.arn));
    expect(await assume('named-only', named)).toHaveProperty('Credentials');
    await expect(assume('named-only', other)).rejects.toMatchObject(DENIED);
  });

  it('that names the account lets in those whose own policies allow it', async () => {
    const allowed = await user('allowed', 'sts:AssumeRole');
    const idle = await user('idle');
    await createRole('account-wide', trust(`arn:aws:iam::${ACCOUNT}:root`));
    expect(await assume('account-wide', allowed)).toHaveProperty('Credentials');
    await expect(assume('account-wide', idle)).rejects.toMatchObject(DENIED);
  });

  it('does not help against an explicit deny', async () => {
    await kit.call('CreateUser', { UserName: 'barred' });
    const deny = { Effect: 'Deny', Action: 'sts:*', Resource: '*' };
    await kit.call('PutUserPolicy', {
      UserName: 'barred',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [deny] }),
    });
    const barred = await userPrincipal('barred');
    await createRole('for-barred', trust(barred.arn));
    await expect(assume('for-barred', barred)).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining('with an explicit deny') as string,
    });
  });

  it('means the user it was written for: not another one of the same name, but the same one by a new name', async () => {
    const first = await user('pinned');
    await createRole('pins', trust(first.arn));
    await kit.call('UpdateUser', { UserName: 'pinned', NewUserName: 'renamed' });
    const renamed = kit.iam.credentials.owner(first.accessKeyId ?? '', undefined) ?? first;
    expect(renamed.arn).toBe(userArn('renamed'));
    expect(await assume('pins', renamed)).toHaveProperty('Credentials');
    await kit.call('DeleteAccessKey', { UserName: 'renamed', AccessKeyId: first.accessKeyId });
    await kit.call('DeleteUser', { UserName: 'renamed' });
    await expect(assume('pins', await user('pinned'))).rejects.toMatchObject(DENIED);
    const { Role } = await kit.call('GetRole', { RoleName: 'pins' });
    const shown = (Role as { AssumeRolePolicyDocument: string }).AssumeRolePolicyDocument;
    expect(decodeURIComponent(shown)).toContain(`"AWS":"${first.principalId}"`);
  });

  it('lets sessions of another role in, and they keep to an hour', async () => {
    const start = await user('start');
    await createRole('stage-one', trust(start.arn));
    await createRole('stage-two', trust(roleArn('stage-one')), { MaxSessionDuration: 7200 });
    const { Credentials } = await assume('stage-one', start);
    const { AccessKeyId, SessionToken } = Credentials as Record<string, string>;
    const session = kit.iam.credentials.owner(AccessKeyId ?? '', SessionToken) ?? expect.fail('no session');
    expect(await assume('stage-two', session)).toMatchObject({
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/stage-two/shift` },
    });
    await expect(assume('stage-two', session, { DurationSeconds: 7200 })).rejects.toMatchObject({
      code: 'ValidationError',
    });
    await expect(assume('stage-two', start)).rejects.toMatchObject(DENIED);
  });

  it('can be replaced, for the next who come', async () => {
    const late = await user('late');
    await createRole('changing', trust(userArn('admin')));
    await expect(assume('changing', late)).rejects.toMatchObject(DENIED);
    await kit.call('UpdateAssumeRolePolicy', { RoleName: 'changing', PolicyDocument: trust(late.arn) });
    expect(await assume('changing', late)).toHaveProperty('Credentials');
  });

  it('is asked for a source identity of its own', async () => {
    const teller = await user('teller');
    await createRole('no-names', trust(teller.arn));
    await createRole('names', trust(teller.arn, { Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] }));
    const more = { SourceIdentity: 'tell-tale' };
    await expect(assume('no-names', teller, more)).rejects.toMatchObject({
      ...DENIED,
      message: expect.stringContaining('sts:SetSourceIdentity') as string,
    });
    expect(await assume('names', teller, more)).toMatchObject({ SourceIdentity: 'tell-tale' });
  });
});

describe('a session of a role', () => {
  it('may do what the role may at the time, and no more than its managed session policies allow', async () => {
    const worker = await user('worker');
    await createRole('working', trust(worker.arn));
    await kit.call('AttachRolePolicy', {
      RoleName: 'working',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }];
    const { Credentials } = await assume('working', worker, { PolicyArns });
    const { AccessKeyId = '', SessionToken } = Credentials as Record<string, string>;
    const session = () => kit.iam.credentials.owner(AccessKeyId, SessionToken) ?? expect.fail('no session');
    expect(await kit.call('ListUsers', {}, session())).toHaveProperty('Users');
    await expect(kit.call('CreateUser', { UserName: 'x' }, session())).rejects.toMatchObject(DENIED);
    await expect(
      assume('working', worker, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/NoSuchThing' }] }),
    ).rejects.toMatchObject({ code: 'MalformedPolicyDocument' });
    await kit.call('DetachRolePolicy', {
      RoleName: 'working',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    await expect(kit.call('ListUsers', {}, session())).rejects.toMatchObject(DENIED);
    await kit.call('DeleteRole', { RoleName: 'working' });
    expect(kit.iam.credentials.owner(AccessKeyId, SessionToken)).toBeUndefined();
    await expect(kit.iam.credentials.resolve(AccessKeyId, SessionToken)).rejects.toMatchObject({
      code: 'InvalidClientTokenId',
    });
  });
});
