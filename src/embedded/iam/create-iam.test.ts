import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../test/kit/iam.ts';
import { parseProfile } from './credentials-file.ts';
import { createIam } from './create-iam.ts';
import { openMasterKey } from './master-key.ts';

let kit: TestIam;

beforeAll(async () => {
  kit = await startIam();
});

afterAll(() => kit[Symbol.asyncDispose]());

async function adminKey(): Promise<{ id: string; secret: string; password: string }> {
  const profile = parseProfile(await readFile(join(kit.dir, 'credentials'), 'utf8'), 'default');
  return {
    id: profile.get('aws_access_key_id') ?? '',
    secret: profile.get('aws_secret_access_key') ?? '',
    password: profile.get('opentrail_console_password') ?? '',
  };
}

describe('the first start', () => {
  it('writes an administrator key that works, for the owner only', async () => {
    const { id, secret } = await adminKey();
    expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect((await stat(join(kit.dir, 'credentials'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(kit.dir, 'master.key'))).mode & 0o777).toBe(0o600);
    expect(kit.iam.credentials.issued(id)).toBe(true);
    const resolved = await kit.iam.credentials.resolve(id, undefined);
    expect(resolved).toMatchObject({
      secretAccessKey: secret,
      principal: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
        userName: 'admin',
        accessKeyId: id,
      },
    });
  });

  it('keeps no secret in the settings file in plain text', async () => {
    const { secret, password } = await adminKey();
    const kept = Buffer.concat([
      await readFile(join(kit.dir, 'settings.db')),
      await readFile(join(kit.dir, 'settings.db-wal')).catch(() => Buffer.alloc(0)),
    ]);
    expect(kept.includes('admin')).toBe(true);
    expect(kept.includes(secret)).toBe(false);
    expect(kept.includes(password)).toBe(false);
  });

  it('is done once: a restart knows the same key and leaves the file alone', async () => {
    const { id, secret } = await adminKey();
    await writeFile(join(kit.dir, 'credentials'), await readFile(join(kit.dir, 'credentials'), 'utf8'));
    const again = await kit.reopen();
    expect((await again.credentials.resolve(id, undefined))?.secretAccessKey).toBe(secret);
    expect((await adminKey()).id).toBe(id);
  });

  it('refuses a data folder of another account', async () => {
    const { settings, masterKey, clock } = kit.iam.parts;
    const other = createIam({ settings, masterKey, clock, accountId: '999999999999', data: kit.dir });
    await expect(other.bootstrap()).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringContaining(ACCOUNT) as string,
    });
  });

  it('refuses settings that another master key wrote', async () => {
    await using elsewhere = await startIam();
    const { settings, clock } = kit.iam.parts;
    const wrong = createIam({
      settings,
      masterKey: openMasterKey(elsewhere.dir),
      clock,
      accountId: ACCOUNT,
      data: kit.dir,
    });
    await expect(wrong.bootstrap()).rejects.toMatchObject({ code: 'BAD_FILE' });
  });

  it('refuses a master key that is none', async () => {
    await using elsewhere = await startIam();
    await writeFile(join(elsewhere.dir, 'master.key'), 'hello');
    expect(() => openMasterKey(elsewhere.dir)).toThrow(/must be 64 hexadecimal digits/);
  });
});

describe('users', () => {
  it('are made, found in any case, listed by page and deleted', async () => {
    const made = await kit.call('CreateUser', { UserName: 'Carol', Path: '/ops/' });
    expect(made['User']).toMatchObject({
      UserName: 'Carol',
      Path: '/ops/',
      Arn: `arn:aws:iam::${ACCOUNT}:user/ops/Carol`,
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/) as string,
      CreateDate: new Date(kit.clock.time),
    });
    expect((await kit.call('GetUser', { UserName: 'carol' }))['User']).toEqual(made['User']);
    await expect(kit.call('CreateUser', { UserName: 'CAROL' })).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: 'User with name CAROL already exists.',
    });
    const first = await kit.call('ListUsers', { MaxItems: 1 });
    expect(first).toMatchObject({ IsTruncated: true, Users: [{ UserName: 'admin' }] });
    const second = await kit.call('ListUsers', { MaxItems: 1, Marker: first['Marker'] });
    expect(second).toMatchObject({ IsTruncated: false, Users: [{ UserName: 'Carol' }] });
    expect((await kit.call('ListUsers', { PathPrefix: '/ops/' }))['Users']).toMatchObject([
      { UserName: 'Carol' },
    ]);
    await kit.call('DeleteUser', { UserName: 'Carol' });
    await expect(kit.call('GetUser', { UserName: 'Carol' })).rejects.toMatchObject({
      code: 'NoSuchEntity',
      status: 404,
      message: 'The user with name Carol cannot be found.',
    });
  });

  it.each([
    [
      {},
      "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    ],
    [
      { UserName: 'a b' },
      "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ],
    [
      { UserName: 'x'.repeat(65) },
      `1 validation error detected: Value '${'x'.repeat(65)}' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      { UserName: 'x', PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      'Opentrail does not support the parameter PermissionsBoundary of this operation.',
    ],
  ])('are refused with what is wrong: %j', async (input, message) => {
    await expect(kit.call('CreateUser', input)).rejects.toMatchObject({
      code: 'ValidationError',
      status: 400,
      message,
    });
  });

  it('are not deleted while something belongs to them', async () => {
    await kit.call('CreateUser', { UserName: 'owner' });
    const key = (await kit.call('CreateAccessKey', { UserName: 'owner' }))['AccessKey'] as {
      AccessKeyId: string;
    };
    const refused = (what: string) => ({
      code: 'DeleteConflict',
      status: 409,
      message: `Cannot delete entity, ${what}.`,
    });
    await kit.call('AttachUserPolicy', {
      UserName: 'owner',
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    });
    await expect(kit.call('DeleteUser', { UserName: 'owner' })).rejects.toMatchObject(
      refused('must delete access keys first'),
    );
    await kit.call('DeleteAccessKey', { UserName: 'owner', AccessKeyId: key.AccessKeyId });
    await expect(kit.call('DeleteUser', { UserName: 'owner' })).rejects.toMatchObject(
      refused('must detach all policies first'),
    );
    await kit.call('DetachUserPolicy', {
      UserName: 'owner',
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    });
    await kit.call('CreateLoginProfile', { UserName: 'owner', Password: 'Correct-horse-7' });
    await expect(kit.call('DeleteUser', { UserName: 'owner' })).rejects.toMatchObject(
      refused('must delete login profile first'),
    );
    await kit.call('DeleteLoginProfile', { UserName: 'owner' });
    await kit.call('DeleteUser', { UserName: 'owner' });
  });
});

describe('access keys', () => {
  it('work from the moment they are made until they are switched off or deleted', async () => {
    await kit.call('CreateUser', { UserName: 'keyed' });
    const made = (await kit.call('CreateAccessKey', { UserName: 'keyed' }))['AccessKey'] as Record<
      string,
      string
    >;
    const id = made['AccessKeyId'] ?? '';
    expect(await kit.iam.credentials.resolve(id, undefined)).toMatchObject({
      secretAccessKey: made['SecretAccessKey'],
      principal: { userName: 'keyed', policies: [] },
    });
    await expect(kit.iam.credentials.resolve(id, 'a-token')).rejects.toMatchObject({
      code: 'InvalidClientTokenId',
    });
    await kit.call('UpdateAccessKey', { UserName: 'keyed', AccessKeyId: id, Status: 'Inactive' });
    await expect(kit.iam.credentials.resolve(id, undefined)).rejects.toMatchObject({
      code: 'InvalidClientTokenId',
    });
    const listed = (await kit.call('ListAccessKeys', { UserName: 'keyed' }))['AccessKeyMetadata'];
    expect(listed).toEqual([
      { UserName: 'keyed', AccessKeyId: id, Status: 'Inactive', CreateDate: new Date(kit.clock.time) },
    ]);
    await kit.call('DeleteAccessKey', { UserName: 'keyed', AccessKeyId: id });
    expect(await kit.iam.credentials.resolve(id, undefined)).toBeUndefined();
    await expect(kit.call('DeleteAccessKey', { UserName: 'keyed', AccessKeyId: id })).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  it('are two at most', async () => {
    await kit.call('CreateUser', { UserName: 'two' });
    await kit.call('CreateAccessKey', { UserName: 'two' });
    await kit.call('CreateAccessKey', { UserName: 'two' });
    await expect(kit.call('CreateAccessKey', { UserName: 'two' })).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
  });

  it("of another user cannot be touched in one's own name", async () => {
    const { id } = await adminKey();
    await expect(kit.call('DeleteAccessKey', { UserName: 'two', AccessKeyId: id })).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });
});

describe('policies', () => {
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }],
  });

  it('take effect at once', async () => {
    await kit.call('CreateUser', { UserName: 'bob' });
    const bob = async () => (await kit.iam.credentials.resolve(id, undefined))?.principal;
    const id = (
      (await kit.call('CreateAccessKey', { UserName: 'bob' }))['AccessKey'] as { AccessKeyId: string }
    ).AccessKeyId;
    await expect(kit.call('GetUser', {}, await bob())).rejects.toMatchObject({ code: 'AccessDenied' });
    await kit.call('PutUserPolicy', { UserName: 'bob', PolicyName: 'self', PolicyDocument: document });
    expect((await kit.call('GetUser', {}, await bob()))['User']).toMatchObject({ UserName: 'bob' });
    await kit.call('DeleteUserPolicy', { UserName: 'bob', PolicyName: 'self' });
    await kit.call('AttachUserPolicy', {
      UserName: 'bob',
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    });
    expect((await kit.call('GetUser', {}, await bob()))['User']).toMatchObject({ UserName: 'bob' });
    await expect(kit.call('CreateUser', { UserName: 'x' }, await bob())).rejects.toMatchObject({
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${ACCOUNT}:user/bob is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${ACCOUNT}:user/x because no identity-based policy allows the iam:CreateUser action`,
    });
  });

  it('come back as they were put, percent-encoded as IAM does', async () => {
    await kit.call('PutUserPolicy', { UserName: 'bob', PolicyName: 'kept', PolicyDocument: document });
    const found = await kit.call('GetUserPolicy', { UserName: 'bob', PolicyName: 'kept' });
    expect(decodeURIComponent(String(found['PolicyDocument']))).toBe(document);
    expect(String(found['PolicyDocument'])).not.toContain('{');
    expect(await kit.call('ListUserPolicies', { UserName: 'bob' })).toEqual({
      PolicyNames: ['kept'],
      IsTruncated: false,
    });
    expect(await kit.call('ListAttachedUserPolicies', { UserName: 'bob' })).toMatchObject({
      AttachedPolicies: [{ PolicyName: 'ReadOnlyAccess' }],
    });
  });

  it.each([
    ['no JSON', '{', 'MalformedPolicyDocument'],
    [
      'an unknown element',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Actions":"*","Resource":"*"}]}',
      'MalformedPolicyDocument',
    ],
    [
      'too long a document',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: `s3:${'G'.repeat(2100)}`, Resource: '*' }],
      }),
      'LimitExceeded',
    ],
  ])('are refused with %s', async (_name, text, code) => {
    await expect(
      kit.call('PutUserPolicy', { UserName: 'bob', PolicyName: 'bad', PolicyDocument: text }),
    ).rejects.toMatchObject({ code });
  });

  it('of AWS that are not built in cannot be attached', async () => {
    await expect(
      kit.call('AttachUserPolicy', { UserName: 'bob', PolicyArn: 'arn:aws:iam::aws:policy/PowerUserAccess' }),
    ).rejects.toMatchObject({
      code: 'NoSuchEntity',
      message: 'Policy arn:aws:iam::aws:policy/PowerUserAccess does not exist or is not attachable.',
    });
  });
});

describe('the account alias', () => {
  it('is one, and goes again', async () => {
    await kit.call('CreateAccountAlias', { AccountAlias: 'first-name' });
    await kit.call('CreateAccountAlias', { AccountAlias: 'second-name' });
    expect(await kit.call('ListAccountAliases', {})).toEqual({
      AccountAliases: ['second-name'],
      IsTruncated: false,
    });
    await kit.call('DeleteAccountAlias', { AccountAlias: 'second-name' });
    expect(await kit.call('ListAccountAliases', {})).toEqual({ AccountAliases: [], IsTruncated: false });
  });
});
