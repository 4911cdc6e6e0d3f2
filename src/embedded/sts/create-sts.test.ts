import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../test/kit/iam.ts';
import type { Principal } from '../../aws/operation.ts';

type Credentials = { AccessKeyId: string; SecretAccessKey: string; SessionToken: string; Expiration: Date };

const ROLE = 'arn:aws:iam::999999999999:role/OpentrailAccountAccess';

let kit: TestIam;

beforeAll(async () => {
  kit = await startIam();
});

afterAll(() => kit[Symbol.asyncDispose]());

async function resolve(output: Record<string, unknown>): Promise<Principal> {
  const credentials = output['Credentials'] as Credentials;
  const resolved = await kit.iam.credentials.resolve(credentials.AccessKeyId, credentials.SessionToken);
  expect(resolved?.secretAccessKey).toBe(credentials.SecretAccessKey);
  return resolved?.principal ?? expect.fail('not resolved');
}

async function userWith(name: string, statement: object): Promise<Principal> {
  await kit.call('CreateUser', { UserName: name });
  await kit.call('PutUserPolicy', {
    UserName: name,
    PolicyName: 'p',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  });
  const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: name }))['AccessKey'] as Credentials;
  return (
    (await kit.iam.credentials.resolve(AccessKeyId, undefined))?.principal ?? expect.fail('not resolved')
  );
}

describe('GetCallerIdentity', () => {
  it('answers users without any permission', async () => {
    await kit.call('CreateUser', { UserName: 'nobody' });
    const nobody = await userWith('poor', { Effect: 'Deny', Action: '*', Resource: '*' });
    expect(await kit.call('GetCallerIdentity', {}, nobody)).toEqual({
      UserId: nobody.principalId,
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/poor`,
    });
  });
});

describe('GetSessionToken', () => {
  it('lends the rights of the user for the time asked for', async () => {
    const output = await kit.call('GetSessionToken', { DurationSeconds: 900 });
    expect((output['Credentials'] as Credentials).Expiration).toEqual(new Date(kit.clock.time + 900_000));
    const session = await resolve(output);
    expect(session).toMatchObject({
      type: 'IAMUser',
      userName: 'admin',
      fromConsole: false,
      sessionContext: { attributes: { mfaAuthenticated: 'false' } },
    });
    expect(await kit.call('GetCallerIdentity', {}, session)).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
    });
  });

  it('lends no IAM without a second factor, and no further session', async () => {
    const session = await resolve(await kit.call('GetSessionToken', {}));
    await expect(kit.call('ListUsers', {}, session)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('explicit deny') as string,
    });
    await expect(kit.call('GetSessionToken', {}, session)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('lends IAM with a second factor', async () => {
    const { SerialNumber, Base32StringSeed } = (
      await kit.call('CreateVirtualMFADevice', { VirtualMFADeviceName: 'admin' })
    )['VirtualMFADevice'] as { SerialNumber: string; Base32StringSeed: Uint8Array };
    const totp = new TOTP({ secret: Buffer.from(Base32StringSeed).toString() });
    const code = (steps: number) => totp.generate({ timestamp: kit.clock.time + steps * 30_000 });
    await kit.call('EnableMFADevice', {
      UserName: 'admin',
      SerialNumber,
      AuthenticationCode1: code(-1),
      AuthenticationCode2: code(0),
    });
    await expect(kit.call('GetSessionToken', { SerialNumber, TokenCode: code(0) })).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    });
    const session = await resolve(await kit.call('GetSessionToken', { SerialNumber, TokenCode: code(1) }));
    expect(session.sessionContext).toMatchObject({ attributes: { mfaAuthenticated: 'true' } });
    expect(await kit.call('ListUsers', { MaxItems: 1 }, session)).toMatchObject({
      Users: [{ UserName: 'admin' }],
    });
    await expect(
      kit.call('GetSessionToken', { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/other`, TokenCode: code(1) }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it.each([[{ DurationSeconds: 10 }], [{ DurationSeconds: 129_601 }], [{ TokenCode: '123456' }]])(
    'refuses %j',
    async (input) => {
      await expect(kit.call('GetSessionToken', input)).rejects.toMatchObject({ code: 'ValidationError' });
    },
  );

  it('seals its tokens: one of another key, or a changed one, is refused', async () => {
    const one = (await kit.call('GetSessionToken', {}))['Credentials'] as Credentials;
    const other = (await kit.call('GetSessionToken', {}))['Credentials'] as Credentials;
    const changed = `${one.SessionToken.slice(0, 60)}${one.SessionToken[60] === 'A' ? 'B' : 'A'}${one.SessionToken.slice(61)}`;
    for (const token of [undefined, other.SessionToken, changed, '', 'x'.repeat(20_000)]) {
      await expect(kit.iam.credentials.resolve(one.AccessKeyId, token)).rejects.toMatchObject({
        code: 'InvalidClientTokenId',
      });
    }
    expect(kit.iam.credentials.issued('ASIAQQQQQQQQQQQQQQQQ')).toBe(false);
    expect(await kit.iam.credentials.resolve('ASIAQQQQQQQQQQQQQQQQ', one.SessionToken)).toBeUndefined();
  });

  it('outlives a restart', async () => {
    const { AccessKeyId, SessionToken, SecretAccessKey } = (await kit.call('GetSessionToken', {}))[
      'Credentials'
    ] as Credentials;
    const again = await kit.reopen();
    expect(again.credentials.issued(AccessKeyId)).toBe(true);
    expect((await again.credentials.resolve(AccessKeyId, SessionToken))?.secretAccessKey).toBe(
      SecretAccessKey,
    );
  });
});

describe('AssumeRole', () => {
  const request = { RoleArn: ROLE, RoleSessionName: 'audit' };

  it('leads into another recorded account, for what Opentrail serves there', async () => {
    const output = await kit.call('AssumeRole', request);
    const arn = 'arn:aws:sts::999999999999:assumed-role/OpentrailAccountAccess/audit';
    expect(output['AssumedRoleUser']).toMatchObject({
      Arn: arn,
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:audit$/) as string,
    });
    const session = await resolve(output);
    expect(session).toMatchObject({
      type: 'AssumedRole',
      accountId: '999999999999',
      arn,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          arn: ROLE,
          accountId: '999999999999',
          userName: 'OpentrailAccountAccess',
        },
        attributes: { mfaAuthenticated: 'false' },
      },
    });
    expect(await kit.call('GetCallerIdentity', {}, session)).toMatchObject({
      Account: '999999999999',
      Arn: arn,
    });
    await expect(kit.call('ListUsers', {}, session)).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('needs a policy that allows it', async () => {
    const poor = await userWith('other', {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: 'arn:aws:iam::111111111111:role/*',
    });
    await expect(kit.call('AssumeRole', request, poor)).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining(`sts:AssumeRole on resource: ${ROLE}`) as string,
    });
    expect(
      await kit.call(
        'AssumeRole',
        { ...request, RoleArn: 'arn:aws:iam::111111111111:role/OpentrailAccountAccess' },
        poor,
      ),
    ).toHaveProperty('Credentials');
  });

  it('knows no other role', async () => {
    await expect(
      kit.call('AssumeRole', { ...request, RoleArn: 'arn:aws:iam::999999999999:role/Admin' }),
    ).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    await expect(
      kit.call('AssumeRole', { ...request, RoleArn: 'arn:aws:iam::999999999999:user/Admin' }),
    ).rejects.toMatchObject({ code: 'ValidationError' });
    await expect(kit.call('AssumeRole', { ...request, RoleSessionName: 'a b' })).rejects.toMatchObject({
      code: 'ValidationError',
    });
    await expect(kit.call('AssumeRole', { ...request, TransitiveTagKeys: ['x1'] })).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });

  it('gives no more than a session policy leaves', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['iam:*', 'sts:AssumeRole'], Resource: '*' }],
    });
    const session = await resolve(await kit.call('AssumeRole', { ...request, Policy }));
    expect(await kit.call('AssumeRole', request, session)).toHaveProperty('Credentials');
    await expect(kit.call('ListUsers', {}, session)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(kit.call('AssumeRole', { ...request, Policy: '{}' })).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
    });
    const none = await resolve(
      await kit.call('AssumeRole', {
        ...request,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
        }),
      }),
    );
    await expect(kit.call('AssumeRole', request, none)).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

describe('GetFederationToken', () => {
  const allow = (...Action: string[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

  it('lends what both policies allow, of IAM and STS nothing', async () => {
    const guest = await resolve(await kit.call('GetFederationToken', { Name: 'guest', Policy: allow('*') }));
    expect(guest).toMatchObject({ type: 'FederatedUser', principalId: `${ACCOUNT}:guest` });
    expect(await kit.call('GetCallerIdentity', {}, guest)).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest`,
    });
    for (const operation of ['ListUsers', 'GetFederationToken'])
      await expect(kit.call(operation, { Name: 'second' }, guest)).rejects.toMatchObject({
        code: 'AccessDenied',
      });
    await expect(
      kit.call('AssumeRole', { RoleArn: ROLE, RoleSessionName: 'audit' }, guest),
    ).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('is for long-lived keys, and for policies that can be packed', async () => {
    const session = await resolve(await kit.call('GetSessionToken', {}));
    await expect(kit.call('GetFederationToken', { Name: 'guest' }, session)).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const large = {
      Policy: allow(`s3:${'G'.repeat(1900)}`),
      PolicyArns: Array.from({ length: 10 }, () => ({ arn })),
    };
    await expect(kit.call('GetFederationToken', { Name: 'guest', ...large })).rejects.toMatchObject({
      code: 'PackedPolicyTooLarge',
      status: 400,
      message: expect.stringMatching(/^Packed policy consumes 1\d\d% of allotted space/) as string,
    });
  });
});

describe('GetAccessKeyInfo', () => {
  it('tells the account of our keys only', async () => {
    const { AccessKeyId } = (await kit.call('GetSessionToken', {}))['Credentials'] as Credentials;
    expect(await kit.call('GetAccessKeyInfo', { AccessKeyId })).toEqual({ Account: ACCOUNT });
    await expect(kit.call('GetAccessKeyInfo', { AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' })).rejects.toMatchObject(
      { code: 'ValidationError' },
    );
  });
});
