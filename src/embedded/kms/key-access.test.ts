import { describe, expect, it } from 'vitest';

import {
  ADMIN,
  HOME,
  OTHER,
  allow,
  call,
  callBy,
  kms,
  newKey,
  refusalOf,
  secret,
  user,
} from '../../../test/kit/kms-calls.ts';

describe('who may use a key', () => {
  const root = { AWS: `arn:aws:iam::${HOME}:root` };
  const ann = { AWS: `arn:aws:iam::${HOME}:user/ann` };
  const foreign = { AWS: `arn:aws:iam::${OTHER}:root` };
  const own = {
    Sid: 'own',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${HOME}:user/admin` },
    Action: 'kms:*',
    Resource: '*',
  };
  const keyPolicy = (...statements: object[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        own,
        ...statements.map((one) => ({ Effect: 'Allow', Action: 'kms:*', Resource: '*', ...one })),
      ],
    });
  const mayEncrypt = allow('kms:Encrypt');
  const denies = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'kms:*', Resource: '*' }] };

  it.each([
    ['the account, IAM too', keyPolicy({ Principal: root }), user('ann', HOME, [mayEncrypt]), true],
    ['the account, IAM not', keyPolicy({ Principal: root }), user('ann', HOME, []), false],
    ['IAM only', keyPolicy(), user('ann', HOME, [ADMIN]), false],
    ['the key alone', keyPolicy({ Principal: ann }), user('ann', HOME, []), true],
    ['the key alone, for another', keyPolicy({ Principal: ann }), user('bob', HOME, [ADMIN]), false],
    ['the key, IAM denies', keyPolicy({ Principal: ann }), user('ann', HOME, [denies]), false],
    [
      'a deny of the key',
      keyPolicy({ Principal: root }, { Effect: 'Deny', Principal: ann }),
      user('ann'),
      false,
    ],
    ['another account, both', keyPolicy({ Principal: foreign }), user('eve', OTHER, [mayEncrypt]), true],
    ['another account, the key alone', keyPolicy({ Principal: foreign }), user('eve', OTHER, []), false],
    ['another account, IAM alone', keyPolicy(), user('eve', OTHER, [ADMIN]), false],
  ])('%s', async (_case, Policy, principal, may) => {
    const KeyId = await newKey({ Policy });
    const refusal = await refusalOf(call('Encrypt', { KeyId, Plaintext: secret }, principal));
    if (may) expect(refusal).toBeUndefined();
    else
      expect(refusal).toMatch(
        /^AccessDenied: User: .* is not authorized to perform: kms:Encrypt on resource: arn:aws:kms/,
      );
  });

  it.each([
    [{ StringEquals: { 'kms:EncryptionContext:team': 'blue' } }, { team: 'blue' }, true],
    [{ StringEquals: { 'kms:EncryptionContext:team': 'blue' } }, { team: 'red' }, false],
    [{ StringEquals: { 'kms:EncryptionContext:team': 'blue' } }, {}, false],
    [{ 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'team' } }, { team: 'x', b: '' }, true],
    [{ 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': 'team' } }, { team: 'x', b: '' }, false],
    [{ Null: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'false' } }, { 'aws:cloudtrail:arn': 'x' }, true],
    [{ Null: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'false' } }, {}, false],
    [{ StringEquals: { 'kms:CallerAccount': HOME } }, {}, true],
    [{ StringEquals: { 'kms:CallerAccount': OTHER } }, {}, false],
    [{ StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }, {}, false],
    [{ StringEquals: { 'aws:ResourceTag/team': 'blue' } }, {}, true],
    [{ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/one' } }, {}, true],
    [{ StringEquals: { 'kms:RequestAlias': 'alias/one' } }, {}, false],
  ])('under the condition %j with the context %j: %s', async (Condition, EncryptionContext, may) => {
    const KeyId = await newKey({
      Policy: keyPolicy({ Principal: ann, Condition }),
      Tags: [{ TagKey: 'team', TagValue: 'blue' }],
    });
    await call('CreateAlias', { AliasName: 'alias/one', TargetKeyId: KeyId });
    const asked = call('Encrypt', { KeyId, Plaintext: secret, EncryptionContext }, user('ann', HOME, []));
    expect((await refusalOf(asked)) === undefined).toBe(may);
  });

  it('by way of S3 everybody of the account may use the key of S3, and nobody without it', async () => {
    const { arn } = await kms.keys.describe('alias/aws/s3', { account: HOME, region: 'us-east-1' });
    const bob = user('bob', HOME, []);
    const via = (viaService: string) =>
      kms.keys.generateDataKey({
        keyArn: arn,
        context: {},
        user: { kind: 'caller', call: callBy(bob), viaService },
      });
    expect((await via('s3.us-east-1.amazonaws.com')).plaintext.length).toBe(32);
    expect(await refusalOf(via('s3.eu-west-1.amazonaws.com'))).toMatch(/^AccessDenied/);
    expect(await refusalOf(call('Encrypt', { KeyId: arn, Plaintext: secret }, user('admin')))).toMatch(
      /^AccessDenied/,
    );
    expect(await refusalOf(call('DisableKey', { KeyId: arn }, user('admin')))).toMatch(/^AccessDenied/);
    expect(await kms.keys.describe('alias/aws/s3', { account: HOME, region: 'us-east-1' })).toMatchObject({
      arn,
    });
  });

  it.each([
    ['arn:aws:cloudtrail:us-east-1:123456789012:trail/audit', true],
    ['arn:aws:cloudtrail:us-east-1:123456789012:trail/other', false],
  ])('CloudTrail for the trail that the policy names, %s: %s', async (arn, may) => {
    const Condition = {
      StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:123456789012:trail/audit' },
      StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': `arn:aws:cloudtrail:*:${HOME}:trail/*` },
    };
    const Principal = { Service: 'cloudtrail.amazonaws.com' };
    const keyArn = await newKey({
      Policy: keyPolicy({ Principal, Action: 'kms:GenerateDataKey*', Condition }),
    });
    const service = {
      kind: 'service',
      service: 'cloudtrail.amazonaws.com',
      source: { arn, accountId: HOME },
    } as const;
    const made = kms.keys.generateDataKey({ keyArn, context: { 'aws:cloudtrail:arn': arn }, user: service });
    expect((await refusalOf(made)) === undefined).toBe(may);
  });

  it('another account may use a key that lets it, and never manage it', async () => {
    const KeyId = await newKey({ Policy: keyPolicy({ Principal: foreign }) });
    const eve = user('eve', OTHER, [ADMIN]);
    expect(await refusalOf(call('DescribeKey', { KeyId }, eve))).toBeUndefined();
    for (const name of ['DisableKey', 'ScheduleKeyDeletion', 'GetKeyPolicy', 'ListResourceTags'])
      expect(await refusalOf(call(name, { KeyId }, eve))).toMatch(
        /^AccessDenied: The key .* another account/,
      );
  });

  it('nobody locks himself out, unless he says so', async () => {
    const KeyId = await newKey();
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: ann, Action: 'kms:*', Resource: '*' }],
    });
    const lockedOut =
      'MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.';
    expect(await refusalOf(call('PutKeyPolicy', { KeyId, Policy }))).toBe(lockedOut);
    expect(await refusalOf(call('CreateKey', { Policy }))).toBe(lockedOut);
    await call('PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true });
    expect(await refusalOf(call('GetKeyPolicy', { KeyId }))).toMatch(/^AccessDenied/);
    expect((await call('GetKeyPolicy', { KeyId }, user('ann', HOME, [])))['Policy']).toBe(Policy);
  });
});
