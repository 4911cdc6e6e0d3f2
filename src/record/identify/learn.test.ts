import { describe, expect, it } from 'vitest';

import type { CallerIdentity } from '../../capture/captured-call.ts';
import { createForeignNames } from './foreign.ts';
import { learnFrom, teaches } from './learn.ts';

const FOREIGN = { 'acme$*': 'arn:aws:iam::111122223333:user/*' };

const AT = Date.UTC(2026, 10, 21, 0, 40, 16);
const ann: CallerIdentity = {
  type: 'IAMUser',
  principalId: 'AIDAANN',
  arn: 'arn:aws:iam::123456789012:user/ann',
  accountId: '123456789012',
  accessKeyId: 'AKIAANN',
  userName: 'ann',
};
const unknown: CallerIdentity = { type: 'Unknown', accountId: '123456789012', accessKeyId: 'AKIAWHO' };

function learn(
  operation: string,
  input: Record<string, unknown>,
  output: Record<string, unknown>,
  caller = ann,
) {
  const keys = new Map<string, CallerIdentity>();
  const principals = new Map<string, string>();
  const directory = {
    learnKey: (key: string, identity: CallerIdentity) => void keys.set(key, identity),
    learnPrincipal: (arn: string, id: string) => void principals.set(arn, id),
    principal: (account: string, kind: string, name: string) => {
      const arn = [...principals.keys(), 'arn:aws:iam::123456789012:user/team/seen'].find(
        (one) => one.startsWith(`arn:aws:iam::${account}:${kind}/`) && one.endsWith(`/${name}`),
      );
      return arn === undefined ? undefined : { arn, uniqueId: principals.get(arn) ?? 'AIDASEEN' };
    },
    foreign: createForeignNames(FOREIGN).arnOf,
  };
  const service = operation.includes('Bucket') ? 's3' : /User|Role$|Key/.test(operation) ? 'iam' : 'sts';
  const { accessKeyId } = caller;
  const seen = { service: /^(AssumeRole|GetFed)/.test(operation) ? 'sts' : service, operation, accessKeyId };
  learnFrom(directory, { ...seen, input, output, caller, defaultAccount: '123456789012', at: AT });
  return { keys, principals };
}

const credentials = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: 'secret-value',
  SessionToken: 'secret-value',
  Expiration: new Date(AT + 3_600_000),
};

describe('what answers teach', () => {
  it('is looked for only where there is something', () => {
    expect(teaches('sts', 'AssumeRole')).toBe(true);
    expect(teaches('iam', 'CreateAccessKey')).toBe(true);
    expect(teaches('s3', 'CreateUser')).toBe(false);
    expect(teaches('sts', 'CreateUser')).toBe(false);
    expect(teaches('iam', 'constructor')).toBe(false);
  });

  it('gives a role session its issuer, its beginning and its source identity', () => {
    const { keys, principals } = learn(
      'AssumeRole',
      {
        RoleArn: 'arn:aws:iam::222222222222:role/team/ops',
        RoleSessionName: 'deploy',
        SourceIdentity: 'ann',
        SerialNumber: 'arn:aws:iam::123456789012:mfa/ann',
      },
      {
        Credentials: credentials,
        AssumedRoleUser: {
          AssumedRoleId: 'AROAOPS:deploy',
          Arn: 'arn:aws:sts::222222222222:assumed-role/ops/deploy',
        },
      },
    );
    expect(keys.get('ASIA1')).toEqual({
      type: 'AssumedRole',
      principalId: 'AROAOPS:deploy',
      arn: 'arn:aws:sts::222222222222:assumed-role/ops/deploy',
      accountId: '222222222222',
      accessKeyId: 'ASIA1',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAOPS',
          arn: 'arn:aws:iam::222222222222:role/team/ops',
          accountId: '222222222222',
          userName: 'ops',
        },
        attributes: { creationDate: '2026-11-21T00:40:16Z', mfaAuthenticated: 'true' },
        sourceIdentity: 'ann',
      },
    });
    expect(principals.get('arn:aws:iam::222222222222:role/team/ops')).toBe('AROAOPS');
  });

  it('names the provider of a web identity', () => {
    const { keys } = learn(
      'AssumeRoleWithWebIdentity',
      { RoleArn: 'arn:aws:iam::123456789012:role/r', WebIdentityToken: 'secret-value' },
      {
        Credentials: credentials,
        Provider: 'accounts.example.com',
        AssumedRoleUser: { AssumedRoleId: 'AROA1:s', Arn: 'arn:aws:sts::123456789012:assumed-role/r/s' },
      },
      unknown,
    );
    expect(keys.get('ASIA1')?.sessionContext).toMatchObject({
      webIdFederationData: { federatedProvider: 'accounts.example.com', attributes: {} },
      attributes: { mfaAuthenticated: 'false' },
    });
  });

  it('gives a session token to whoever asked for it, and to nobody when he is unknown', () => {
    const { keys } = learn('GetSessionToken', {}, { Credentials: credentials });
    expect(keys.get('ASIA1')).toMatchObject({
      type: 'IAMUser',
      userName: 'ann',
      principalId: 'AIDAANN',
      accessKeyId: 'ASIA1',
      sessionContext: { attributes: { creationDate: '2026-11-21T00:40:16Z' } },
    });
    expect(learn('GetSessionToken', {}, { Credentials: credentials }, unknown).keys.size).toBe(0);
  });

  it('tells who issued a federated user', () => {
    const { keys } = learn(
      'GetFederationToken',
      { Name: 'guest' },
      {
        Credentials: credentials,
        FederatedUser: {
          FederatedUserId: '123456789012:guest',
          Arn: 'arn:aws:sts::123456789012:federated-user/guest',
        },
      },
    );
    expect(keys.get('ASIA1')).toMatchObject({
      type: 'FederatedUser',
      principalId: '123456789012:guest',
      sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'ann' } },
    });
  });

  it('gives a new key to the user it was made for, with what was seen of him before', () => {
    const { keys } = learn(
      'CreateAccessKey',
      { UserName: 'seen' },
      { AccessKey: { AccessKeyId: 'AKIASEEN', UserName: 'seen', SecretAccessKey: 'secret-value' } },
    );
    expect(keys.get('AKIASEEN')).toMatchObject({
      type: 'IAMUser',
      principalId: 'AIDASEEN',
      arn: 'arn:aws:iam::123456789012:user/team/seen',
      userName: 'seen',
    });
  });

  it('knows the caller from the service’s own words, where nobody knew him', () => {
    const tell = (Arn: string, UserId: string, caller = unknown) =>
      learn('GetCallerIdentity', {}, { Arn, UserId, Account: '123456789012' }, caller).keys.get('AKIAWHO');
    expect(tell('arn:aws:iam::123456789012:user/team/eve', 'AIDAEVE')).toEqual({
      type: 'IAMUser',
      principalId: 'AIDAEVE',
      arn: 'arn:aws:iam::123456789012:user/team/eve',
      accountId: '123456789012',
      accessKeyId: 'AKIAWHO',
      userName: 'eve',
    });
    expect(tell('arn:aws:iam::123456789012:root', '123456789012')).toMatchObject({ type: 'Root' });
    expect(tell('arn:aws:sts::123456789012:assumed-role/ops/deploy', 'AROAOPS:deploy')).toMatchObject({
      type: 'AssumedRole',
      principalId: 'AROAOPS:deploy',
      sessionContext: { sessionIssuer: { type: 'Role', principalId: 'AROAOPS', userName: 'ops' } },
    });
    expect(tell('arn:aws:sts::123456789012:federated-user/guest', '123456789012:guest')).toMatchObject({
      type: 'FederatedUser',
      principalId: '123456789012:guest',
    });
    expect(tell('arn:aws:iam::acme:user/joe', 'acme$joe')).toMatchObject({
      type: 'IAMUser',
      principalId: 'acme$joe',
      arn: 'arn:aws:iam::111122223333:user/joe',
    });
    expect(tell('arn:aws:sts::123456789012:user/moto', 'AKIAIOSFODNN7EXAMPLE')).toBeUndefined();
    expect(
      tell('arn:aws:iam::123456789012:user/eve', 'AIDAEVE', { ...ann, accessKeyId: 'AKIAWHO' }),
    ).toBeUndefined();
  });

  it('knows the owner of listed buckets by a configured name', () => {
    const list = (ID: string, caller = unknown) =>
      learn('ListBuckets', {}, { Owner: { ID, DisplayName: 'Joe' } }, caller).keys.get('AKIAWHO');
    expect(list('acme$joe')).toMatchObject({
      arn: 'arn:aws:iam::111122223333:user/joe',
      accountId: '111122223333',
    });
    expect(list('somebody')).toBeUndefined();
  });

  it('gives listed keys to their users, and the root’s own new key to the root', () => {
    const { keys } = learn(
      'ListAccessKeys',
      {},
      { AccessKeyMetadata: [{ AccessKeyId: 'AKIA2', UserName: 'seen' }] },
    );
    expect(keys.get('AKIA2')).toMatchObject({ userName: 'seen', principalId: 'AIDASEEN' });
    const last = learn('GetAccessKeyLastUsed', { AccessKeyId: 'AKIA3' }, { UserName: 'seen' });
    expect(last.keys.get('AKIA3')).toMatchObject({ userName: 'seen' });
    const root: CallerIdentity = {
      type: 'Root',
      principalId: '123456789012',
      arn: 'arn:aws:iam::123456789012:root',
      accountId: '123456789012',
      accessKeyId: 'AKIAROOT',
    };
    const made = learn('CreateAccessKey', {}, { AccessKey: { AccessKeyId: 'AKIA4', UserName: 'x' } }, root);
    expect(made.keys.get('AKIA4')).toEqual({ ...root, accessKeyId: 'AKIA4' });
  });

  it('renames a user', () => {
    const { principals } = learn('UpdateUser', { UserName: 'seen', NewUserName: 'known' }, {});
    expect([...principals]).toEqual([['arn:aws:iam::123456789012:user/team/known', 'AIDASEEN']]);
  });

  it('never keeps a secret', () => {
    const all = [
      learn(
        'CreateAccessKey',
        {},
        { AccessKey: { AccessKeyId: 'AKIA1', UserName: 'x', SecretAccessKey: 'secret-value' } },
      ),
      learn('GetSessionToken', { TokenCode: 'secret-value' }, { Credentials: credentials }),
      learn(
        'AssumeRole',
        { RoleArn: 'arn:aws:iam::1:role/r' },
        {
          Credentials: credentials,
          AssumedRoleUser: { AssumedRoleId: 'A:s', Arn: 'arn:aws:sts::1:assumed-role/r/s' },
        },
      ),
    ];
    expect(JSON.stringify(all.map(({ keys }) => [...keys]))).not.toContain('secret-value');
    expect(all.every(({ keys }) => keys.size === 1)).toBe(true);
  });

  it('learns nothing from answers that lack what matters', () => {
    for (const operation of [
      'CreateAccessKey',
      'AssumeRole',
      'GetSessionToken',
      'GetFederationToken',
      'CreateUser',
      'ListUsers',
    ]) {
      expect(learn(operation, {}, { Credentials: 7, AccessKey: null, Users: 'x' }).keys.size).toBe(0);
    }
  });
});
