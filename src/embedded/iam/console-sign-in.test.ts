import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../test/kit/iam.ts';
import { parseProfile } from './credentials-file.ts';
import { consoleLoginOverrides } from './console-login-record.ts';
import { createConsoleSignIn, type ConsoleSignIn, type SignInRequest } from './console-sign-in.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PASSWORD = 'Correct-horse-7';

let kit: TestIam;
let console_: ConsoleSignIn;
let address = 0;

beforeEach(async () => {
  kit = await startIam();
  console_ = createConsoleSignIn({ iam: kit.iam, sessionDuration: 12 * HOUR });
  await kit.call('CreateUser', { UserName: 'alice' });
  await kit.call('CreateLoginProfile', { UserName: 'alice', Password: PASSWORD });
});

afterEach(() => kit[Symbol.asyncDispose]());

function signIn(request: Partial<SignInRequest> = {}) {
  const sourceIp = `198.51.100.${++address % 250}`;
  return console_.signIn({ userName: 'alice', password: PASSWORD, sourceIp, ...request });
}

function record(result: Awaited<ReturnType<typeof signIn>>) {
  return consoleLoginOverrides({
    result,
    accountId: ACCOUNT,
    region: 'eu-central-1',
    loginTo: 'http://127.0.0.1:4680/_console/',
  });
}

describe('signing in with a password', () => {
  it('gives temporary credentials that are known to come from the console, and end', async () => {
    const result = await signIn();
    if (result.result !== 'success') expect.fail(result.reason);
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = result.credentials;
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(expiresAt).toBe(kit.clock.time + 12 * HOUR);
    expect(kit.iam.credentials.issued(accessKeyId)).toBe(true);
    const resolved = await kit.iam.credentials.resolve(accessKeyId, sessionToken);
    expect(resolved).toMatchObject({
      secretAccessKey,
      principal: {
        type: 'IAMUser',
        userName: 'alice',
        accessKeyId,
        fromConsole: true,
        sessionContext: { attributes: { creationDate: '2026-11-21T00:00:00Z', mfaAuthenticated: 'false' } },
      },
    });
    kit.clock.time += 12 * HOUR;
    await expect(kit.iam.credentials.resolve(accessKeyId, sessionToken)).rejects.toMatchObject({
      code: 'ExpiredToken',
    });
  });

  it('records the success', async () => {
    expect(record(await signIn())).toMatchObject({
      eventSource: 'signin.amazonaws.com',
      eventName: 'ConsoleLogin',
      eventType: 'AwsConsoleSignIn',
      awsRegion: 'eu-central-1',
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
        accountId: ACCOUNT,
        userName: 'alice',
      },
      requestParameters: null,
      responseElements: { ConsoleLogin: 'Success' },
      additionalEventData: { LoginTo: 'http://127.0.0.1:4680/_console/', MobileVersion: 'No', MFAUsed: 'No' },
      readOnly: false,
      managementEvent: true,
    });
  });

  it('records a wrong password with the name, and an unknown name without it', async () => {
    const wrong = record(await signIn({ password: 'wrong' }));
    expect(wrong).toMatchObject({
      errorMessage: 'Failed authentication',
      responseElements: { ConsoleLogin: 'Failure' },
      userIdentity: { type: 'IAMUser', accountId: ACCOUNT, accessKeyId: '', userName: 'alice' },
    });
    expect(wrong).not.toHaveProperty('errorCode');
    const unknown = record(await signIn({ userName: 'my-secret-password' }));
    expect(unknown).toMatchObject({
      userIdentity: {
        type: 'IAMUser',
        accountId: ACCOUNT,
        accessKeyId: '',
        userName: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      },
    });
    expect(JSON.stringify(unknown)).not.toContain('my-secret-password');
  });

  it("takes the administrator's password from the credentials file", async () => {
    const profile = parseProfile(await readFile(join(kit.dir, 'credentials'), 'utf8'), 'default');
    const password = profile.get('opentrail_console_password') ?? '';
    expect(await signIn({ userName: 'admin', password, accountId: ACCOUNT })).toMatchObject({
      result: 'success',
    });
  });

  it('asks for this account, by number or alias', async () => {
    expect(await signIn({ accountId: '999999999999' })).toMatchObject({
      reason: 'bad-credentials',
      principal: undefined,
    });
    await kit.call('CreateAccountAlias', { AccountAlias: 'my-company' });
    expect(await signIn({ accountId: 'my-company' })).toMatchObject({ result: 'success' });
  });

  it('refuses users without a password', async () => {
    await kit.call('DeleteLoginProfile', { UserName: 'alice' });
    expect(await signIn()).toMatchObject({ reason: 'bad-credentials' });
  });

  it('ends with the user', async () => {
    const result = await signIn();
    if (result.result !== 'success') expect.fail(result.reason);
    await kit.call('DeleteLoginProfile', { UserName: 'alice' });
    await kit.call('DeleteUser', { UserName: 'alice' });
    const { accessKeyId, sessionToken } = result.credentials;
    await expect(kit.iam.credentials.resolve(accessKeyId, sessionToken)).rejects.toMatchObject({
      code: 'InvalidClientTokenId',
    });
  });
});

describe('the lock-out', () => {
  it('keeps a user out for 15 minutes after five failures, a restart notwithstanding', async () => {
    for (let i = 0; i < 5; i++)
      expect(await signIn({ password: 'wrong' })).toMatchObject({ reason: 'bad-credentials' });
    expect(await signIn()).toMatchObject({ reason: 'locked', retryAfter: 900 });
    console_ = createConsoleSignIn({ iam: await kit.reopen(), sessionDuration: HOUR });
    expect(await signIn()).toMatchObject({ reason: 'locked' });
    kit.clock.time += 15 * MINUTE;
    for (let i = 0; i < 4; i++)
      expect(await signIn({ password: 'wrong' })).toMatchObject({ reason: 'bad-credentials' });
    expect(await signIn()).toMatchObject({ result: 'success' });
  });

  it('counts guesses that come at the same time', async () => {
    await Promise.all(Array.from({ length: 6 }, () => signIn({ password: 'wrong' })));
    expect(await signIn()).toMatchObject({ reason: 'locked' });
  });

  it('keeps an address out that guesses names', async () => {
    const sourceIp = '203.0.113.7';
    for (let i = 0; i < 5; i++) await signIn({ userName: `guess${i}`, sourceIp });
    expect(await signIn({ sourceIp })).toMatchObject({ reason: 'locked', retryAfter: 900 });
    expect(await signIn()).toMatchObject({ result: 'success' });
  });

  it('starts to count again after a success', async () => {
    for (let i = 0; i < 4; i++) await signIn({ password: 'wrong' });
    expect(await signIn()).toMatchObject({ result: 'success' });
    for (let i = 0; i < 4; i++) await signIn({ password: 'wrong' });
    expect(await signIn()).toMatchObject({ result: 'success' });
  });

  it('is ended by an administrator who updates the login profile', async () => {
    for (let i = 0; i < 5; i++) await signIn({ password: 'wrong' });
    await kit.call('UpdateLoginProfile', { UserName: 'alice' });
    expect(await signIn()).toMatchObject({ result: 'success' });
  });
});

describe('a second factor', () => {
  let serial: string;
  let totp: TOTP;
  const code = (steps = 0) => totp.generate({ timestamp: kit.clock.time + steps * 30_000 });

  beforeEach(async () => {
    const device = (await kit.call('CreateVirtualMFADevice', { VirtualMFADeviceName: 'alice' }))[
      'VirtualMFADevice'
    ] as { SerialNumber: string; Base32StringSeed: Uint8Array; QRCodePNG: Uint8Array };
    serial = device.SerialNumber;
    totp = new TOTP({ secret: Buffer.from(device.Base32StringSeed).toString() });
    expect(Buffer.from(device.QRCodePNG).subarray(1, 4).toString()).toBe('PNG');
    await kit.call('EnableMFADevice', {
      UserName: 'alice',
      SerialNumber: serial,
      AuthenticationCode1: code(-1),
      AuthenticationCode2: code(),
    });
    kit.clock.time += 30_000;
  });

  it('is asked for, and the record says so', async () => {
    const asked = await signIn();
    expect(asked).toMatchObject({ reason: 'mfa-required', principal: { userName: 'alice' } });
    expect(record(asked)).toMatchObject({
      eventName: 'CheckMfa',
      responseElements: { CheckMfa: 'Success' },
      additionalEventData: { MfaType: 'Virtual MFA' },
    });
    const result = await signIn({ totp: code() });
    expect(result).toMatchObject({
      result: 'success',
      mfaUsed: true,
      principal: { sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
    });
    expect(record(result)).toMatchObject({ additionalEventData: { MFAUsed: 'Yes', MFAIdentifier: serial } });
  });

  it('takes no code twice, nor an older one', async () => {
    const seen = code();
    expect(await signIn({ totp: seen })).toMatchObject({ result: 'success' });
    expect(await signIn({ totp: seen })).toMatchObject({ reason: 'bad-credentials', mfaUsed: true });
    expect(await signIn({ totp: code(-1) })).toMatchObject({ reason: 'bad-credentials' });
    kit.clock.time += 60_000;
    expect(await signIn({ totp: code() })).toMatchObject({ result: 'success' });
  });

  it('is not asked for when the password is wrong already', async () => {
    expect(await signIn({ password: 'wrong', totp: code() })).toMatchObject({
      reason: 'bad-credentials',
      mfaUsed: false,
    });
  });

  it('cannot be guessed: wrong codes lock the user too', async () => {
    for (let i = 0; i < 5; i++)
      expect(await signIn({ totp: '000000' })).toMatchObject({ reason: 'bad-credentials' });
    expect(await signIn({ totp: code() })).toMatchObject({ reason: 'locked' });
  });

  it('needs two consecutive codes to be enabled, and is listed', async () => {
    expect((await kit.call('ListMFADevices', { UserName: 'alice' }))['MFADevices']).toMatchObject([
      { UserName: 'alice', SerialNumber: serial },
    ]);
    const other = (await kit.call('CreateVirtualMFADevice', { VirtualMFADeviceName: 'other' }))[
      'VirtualMFADevice'
    ] as { SerialNumber: string };
    await expect(
      kit.call('EnableMFADevice', {
        UserName: 'alice',
        SerialNumber: other.SerialNumber,
        AuthenticationCode1: code(),
        AuthenticationCode2: code(1),
      }),
    ).rejects.toMatchObject({ code: 'InvalidAuthenticationCode', status: 403 });
    expect(
      (await kit.call('ListVirtualMFADevices', { AssignmentStatus: 'Unassigned' }))['VirtualMFADevices'],
    ).toMatchObject([{ SerialNumber: other.SerialNumber }]);
    await expect(kit.call('DeleteVirtualMFADevice', { SerialNumber: serial })).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
    await kit.call('DeactivateMFADevice', { UserName: 'alice', SerialNumber: serial });
    await kit.call('DeleteVirtualMFADevice', { SerialNumber: serial });
    expect(await signIn()).toMatchObject({ result: 'success' });
  });
});

describe('signing in with an access key', () => {
  it('gives the same session to users, none to temporary credentials', async () => {
    const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: 'alice' }))['AccessKey'] as {
      AccessKeyId: string;
    };
    const alice =
      (await kit.iam.credentials.resolve(AccessKeyId, undefined))?.principal ?? expect.fail('no key');
    const result = await console_.signInWithKey(alice);
    expect(result).toMatchObject({ result: 'success', principal: { userName: 'alice', fromConsole: true } });
    expect(await console_.signInWithKey(result.principal ?? expect.fail('nobody'))).toMatchObject({
      result: 'failure',
      reason: 'bad-credentials',
    });
  });
});

describe('passwords', () => {
  it.each([
    ['short', 'Aa1!', 'Password should have a minimum length of 8'],
    [
      'of two kinds of characters',
      'abcdefgh1',
      'Password should contain at least three of: upper case, lower case, digits, other characters',
    ],
  ])('that are %s are refused', async (_name, password, message) => {
    await expect(
      kit.call('UpdateLoginProfile', { UserName: 'alice', Password: password }),
    ).rejects.toMatchObject({ code: 'PasswordPolicyViolation', message });
  });

  it('are changed by their owner who knows the old one', async () => {
    await kit.call('PutUserPolicy', {
      UserName: 'alice',
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'iam:ChangePassword',
            Resource: `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`,
          },
        ],
      }),
    });
    const result = await signIn();
    if (result.result !== 'success') expect.fail(result.reason);
    await expect(
      kit.call('ChangePassword', { OldPassword: 'wrong', NewPassword: 'Another-one-8' }, result.principal),
    ).rejects.toMatchObject({ code: 'AccessDenied', message: 'The old password was incorrect.' });
    await kit.call(
      'ChangePassword',
      { OldPassword: PASSWORD, NewPassword: 'Another-one-8' },
      result.principal,
    );
    expect(await signIn()).toMatchObject({ reason: 'bad-credentials' });
    expect(await signIn({ password: 'Another-one-8' })).toMatchObject({ result: 'success' });
  });
});
