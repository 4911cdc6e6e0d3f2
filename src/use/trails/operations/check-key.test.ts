import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { testKms } from '../../../../test/kit/kms.ts';
import {
  callContext,
  errorOf,
  recordJson,
  trailSetup,
  type TrailSetup,
} from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { KeyPort } from '../../../aws/ports.ts';
import { runTrail } from '../delivery/run-trail.ts';

const TRAIL = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/audit';
let kms: Awaited<ReturnType<typeof testKms>>;
let setup: TrailSetup;
let key: string;

beforeEach(async () => {
  kms = await testKms();
  setup = await trailSetup({ kms: kms.keys });
  key = await newKey(LETS_CLOUDTRAIL);
});
afterEach(() => setup.close());

const LETS_CLOUDTRAIL = [
  {
    Action: 'kms:GenerateDataKey*',
    Condition: {
      StringEquals: { 'aws:SourceArn': TRAIL },
      StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:123456789012:trail/*' },
    },
  },
  { Action: 'kms:DescribeKey' },
];

const call = async (name: string, input: Record<string, unknown>, region = 'us-east-1') => {
  const operation = kms.operations.find((one) => one.name === name);
  return (await operation?.handle(input, callContext({ region })))?.output ?? {};
};

async function newKey(statements: readonly object[], region?: string): Promise<string> {
  const common = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Resource: '*' };
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ ...common, ...statement })),
  });
  const { KeyMetadata } = await call('CreateKey', { Policy, BypassPolicyLockoutSafetyCheck: true }, region);
  return (KeyMetadata as { Arn: string }).Arn;
}

const make = (KmsKeyId: string) =>
  setup.call('CreateTrail', { Name: 'audit', S3BucketName: 'logs', KmsKeyId });

describe('KmsKeyId', () => {
  it.each<[string, (arn: string) => string]>([
    ['key ARN', (arn) => arn],
    ['key ID', (arn) => arn.split('/')[1] ?? ''],
    ['alias name', () => 'alias/logs'],
    ['alias ARN', () => 'arn:aws:kms:us-east-1:123456789012:alias/logs'],
  ])('is taken as %s and told as the ARN of the key', async (_form, of) => {
    await call('CreateAlias', { AliasName: 'alias/logs', TargetKeyId: key });
    expect((await make(of(key))).output['KmsKeyId']).toBe(key);
    const { output } = await setup.call('GetTrail', { Name: 'audit' });
    expect(output['Trail']).toMatchObject({ KmsKeyId: key });
  });

  it('stays through an update of something else and goes with an empty text', async () => {
    await make(key);
    const update = (input: object) => setup.call('UpdateTrail', { Name: 'audit', ...input });
    expect((await update({ S3KeyPrefix: 'p' })).output['KmsKeyId']).toBe(key);
    expect((await update({ KmsKeyId: '' })).output).not.toHaveProperty('KmsKeyId');
    expect((await update({ KmsKeyId: key })).output['KmsKeyId']).toBe(key);
  });

  it.each([
    'x',
    'alias/',
    'key/1',
    'arn:aws:s3:::logs',
    'arn:aws:kms:us-east-1:123456789012:grant/1',
    '12345678-1234-1234-1234-12345678901',
  ])('of the form %s is InvalidKmsKeyIdException', async (id) => {
    const error = await errorOf(make(id));
    expect(error).toMatchObject({ code: 'InvalidKmsKeyIdException' });
    expect(error?.message).toContain(`"${id}"`);
  });

  it.each(['alias/none', '12345678-1234-1234-1234-123456789012'])(
    'of a key that is not there, %s, is KmsKeyNotFoundException',
    async (id) => expect(await errorOf(make(id))).toMatchObject({ code: 'KmsKeyNotFoundException' }),
  );

  it('of a key in another region than the bucket is KmsKeyNotFoundException', async () => {
    const far = await newKey(LETS_CLOUDTRAIL, 'eu-west-1');
    expect(await errorOf(make(far))).toMatchObject({
      code: 'KmsKeyNotFoundException',
      message: `KMS key ${far} is not in the region of S3 bucket logs, us-east-1.`,
    });
  });

  it.each([
    ['that lets CloudTrail do nothing', [{ Action: 'kms:Decrypt' }]],
    ['that does not let it describe the key', LETS_CLOUDTRAIL.slice(0, 1)],
    ['that does not let it make data keys', LETS_CLOUDTRAIL.slice(1)],
    [
      'for another trail',
      [{ Action: 'kms:*', Condition: { StringEquals: { 'aws:SourceArn': `${TRAIL}2` } } }],
    ],
    [
      'for another context',
      [{ Action: 'kms:*', Condition: { Null: { 'kms:EncryptionContext:other': 'false' } } }],
    ],
  ])('of a key with a policy %s is InsufficientEncryptionPolicyException', async (_what, statements) => {
    const closed = await newKey(statements);
    expect(await errorOf(make(closed))).toMatchObject({
      code: 'InsufficientEncryptionPolicyException',
      message: `Insufficient permissions to access S3 bucket logs or KMS key ${closed}.`,
    });
    expect((await setup.call('ListTrails', {})).output['Trails']).toEqual([]);
  });

  it.each(['Disabled', 'PendingDeletion'] as const)(
    'of a key whose state is %s is KmsException',
    async (state) => {
      await kms.settings.updateTable('kms_keys').set({ state }).execute();
      const error = await errorOf(make(key));
      expect(error).toMatchObject({ code: 'KmsException' });
      expect(error?.message).toContain(state);
    },
  );

  it('says that KMS failed where it does', async () => {
    const down: KeyPort = {
      ...kms.keys,
      describe: () => Promise.reject(new AwsError('ServiceUnavailable', 'ECONNREFUSED', { status: 503 })),
    };
    const other = await trailSetup({ kms: down });
    const asked = other.call('CreateTrail', { Name: 'audit', S3BucketName: 'logs', KmsKeyId: key });
    expect(await errorOf(asked)).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
    await other.close();
  });

  it('puts the key and its context with every file', async () => {
    await make(key);
    await setup.call('UpdateTrail', { Name: 'audit', EnableLogFileValidation: true });
    await setup.call('StartLogging', { Name: 'audit' });
    setup.journal.add(recordJson({}));
    const { id } = await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow();
    await runTrail(setup.deps, id, { files: true });
    setup.time.now += 3_700_000;
    await runTrail(setup.deps, id, { files: true });
    const objects = [...setup.memory.objects.values()];
    expect(objects.some((object) => object.key.includes('CloudTrail-Digest'))).toBe(true);
    expect(objects.some((object) => object.key.includes('/CloudTrail/'))).toBe(true);
    for (const object of objects)
      expect(object.kms).toEqual({ keyArn: key, context: { 'aws:cloudtrail:arn': TRAIL } });
  });
});
