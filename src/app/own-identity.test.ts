import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../test/kit/iam.ts';
import { createModels } from '../aws/models/index.ts';
import type { IncomingCall } from '../capture/captured-call.ts';
import type { IdentityDirectory } from '../record/contract.ts';
import { createIdentityDirectory } from '../record/identify/directory.ts';
import { identityMigrations, type IdentityTables } from '../record/identify/settings.ts';
import { createRecorder } from '../record/recorder.ts';
import { openSettings, type OpenSettings } from '../store/settings/open-settings.ts';
import { ownIdentities } from './own-identity.ts';
import { sealingOf } from './sealing.ts';

let kit: TestIam;
let settings: OpenSettings<IdentityTables>;
let identities: IdentityDirectory;
let own: ReturnType<typeof ownIdentities>;
let key: { AccessKeyId: string };

beforeAll(async () => {
  kit = await startIam();
  own = ownIdentities(kit.iam.credentials);
  settings = await openSettings<IdentityTables>({ path: ':memory:', migrations: [identityMigrations] });
  identities = await createIdentityDirectory({
    settings: settings.db,
    own,
    clock: kit.clock,
    log: { warn: () => undefined },
    ...sealingOf(kit.iam.parts.masterKey, 'identities'),
  });
  await kit.call('CreateUser', { UserName: 'ann' });
  key = (await kit.call('CreateAccessKey', { UserName: 'ann' }))['AccessKey'] as typeof key;
});

afterAll(async () => {
  await identities.stop();
  await settings.close();
  await kit[Symbol.asyncDispose]();
});

function incoming(accessKeyId: string, sessionToken?: string): IncomingCall {
  return {
    eventId: '5d8f8a1e-6f3e-4c55-9e5f-0d9a3b1c2d4e',
    startedAt: kit.clock.time,
    named: {
      service: 'ec2',
      eventSource: 'ec2.amazonaws.com',
      operation: 'RunInstances',
      protocol: 'ec2',
      region: 'us-east-1',
      accessKeyId,
      sessionToken,
      auth: 'header',
      evidence: 'scope=ec2 action=RunInstances',
    },
    sourceIp: '192.0.2.1',
    tls: undefined,
    request: { method: 'POST', path: '/', query: '', headers: {}, body: undefined, bodyBytes: 0 },
  };
}

function intentBy(accessKeyId: string, sessionToken?: string): Record<string, unknown> {
  const recorder = createRecorder({ models: createModels(), identities, defaultAccount: ACCOUNT });
  const { raw } = recorder.buildIntent(incoming(accessKeyId, sessionToken));
  return (JSON.parse(Buffer.from(raw).toString()) as { userIdentity: Record<string, unknown> }).userIdentity;
}

describe('an own key', () => {
  it('has its owner in the intent, before the call is forwarded', () => {
    expect(intentBy(key.AccessKeyId)).toMatchObject({
      type: 'IAMUser',
      userName: 'ann',
      arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
      accessKeyId: key.AccessKeyId,
    });
  });

  it('of a session has its owner in the intent too', async () => {
    const session = (await kit.call('GetSessionToken', {}))['Credentials'] as Record<string, string>;
    expect(intentBy(session['AccessKeyId'] ?? '', session['SessionToken'])).toMatchObject({
      userName: 'admin',
      sessionContext: { attributes: { mfaAuthenticated: 'false' } },
    });
    expect(own(session['AccessKeyId'] ?? '', 'another token')).toBeUndefined();
  });

  it('of a role session has the role as its issuer in the intent, until the role is gone', async () => {
    const Statement = [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await kit.call('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument });
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/deploy`;
    const assumed = await kit.call('AssumeRole', { RoleArn, RoleSessionName: 'run-7' });
    const { AccessKeyId = '', SessionToken } = assumed['Credentials'] as Record<string, string>;
    expect(intentBy(AccessKeyId, SessionToken)).toMatchObject({
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run-7`,
      accessKeyId: AccessKeyId,
      sessionContext: { sessionIssuer: { type: 'Role', arn: RoleArn, userName: 'deploy' } },
    });
    await kit.call('DeleteRole', { RoleName: 'deploy' });
    expect(own(AccessKeyId, SessionToken)).toBeUndefined();
  });

  it('follows its user: renamed, switched off, deleted', async () => {
    const { AccessKeyId } = (await kit.call('CreateAccessKey', { UserName: 'ann' }))[
      'AccessKey'
    ] as typeof key;
    expect(own(AccessKeyId, undefined)).toMatchObject({ userName: 'ann' });
    await kit.call('UpdateUser', { UserName: 'ann', NewUserName: 'anna', NewPath: '/ops/' });
    expect(own(AccessKeyId, undefined)).toMatchObject({
      userName: 'anna',
      arn: `arn:aws:iam::${ACCOUNT}:user/ops/anna`,
    });
    await kit.call('UpdateAccessKey', { UserName: 'anna', AccessKeyId, Status: 'Inactive' });
    expect(own(AccessKeyId, undefined)).toBeUndefined();
    await kit.call('UpdateAccessKey', { UserName: 'anna', AccessKeyId, Status: 'Active' });
    expect(own(AccessKeyId, undefined)).toMatchObject({ userName: 'anna' });
    await kit.call('DeleteAccessKey', { UserName: 'anna', AccessKeyId });
    expect(own(AccessKeyId, undefined)).toBeUndefined();
    await kit.call('UpdateUser', { UserName: 'anna', NewUserName: 'ann', NewPath: '/' });
  });

  it('that nobody here issued is left to others', () => {
    expect(own('AKIAIOSFODNN7EXAMPLE', undefined)).toBeUndefined();
  });
});
