import { isKeyName } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { BucketPort, DescribedKey, KeyPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Trail } from '../trail-store.ts';

type Deps = { readonly kms: KeyPort; readonly buckets: Pick<BucketPort, 'region'> };
type Asked = Pick<Trail, 'arn' | 'account' | 'home_region' | 'bucket' | 'key_prefix' | 'kms_key'>;

/**
 * ARN of the key that a trail is to encrypt with; null for none; the trail's own where the caller names none. CloudTrail must be allowed to describe it
 * and to make data keys with it for this trail. Throws InvalidKmsKeyIdException, KmsKeyNotFoundException, InsufficientEncryptionPolicyException,
 * KmsException: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */
export async function checkKey(
  { kms, buckets }: Deps,
  trail: Asked,
  keyId: string | undefined,
): Promise<string | null> {
  if (keyId === undefined) return trail.kms_key;
  if (keyId === '') return null;
  checkForm(keyId);
  const key = await find(kms, keyId, trail);
  await checkRegion(buckets, trail, key);
  if (key.state !== 'Enabled')
    throw new AwsError('KmsException', `KMS key ${key.arn} cannot be used: its state is ${key.state}.`);
  await checkPolicy(kms, trail, key);
  return key.arn;
}

function checkForm(keyId: string): void {
  if (isKeyName(keyId)) return;
  throw new AwsError(
    'InvalidKmsKeyIdException',
    `KmsKeyId must be a key ID, a key ARN, an alias name that begins with alias/, or an alias ARN (got "${keyId.slice(0, 200)}").`,
  );
}

async function find(kms: KeyPort, keyId: string, trail: Asked): Promise<DescribedKey> {
  try {
    return await kms.describe(keyId, { account: trail.account, region: trail.home_region });
  } catch (cause) {
    if (cause instanceof AwsError && cause.code === 'NotFoundException')
      throw new AwsError('KmsKeyNotFoundException', `KMS key ${keyId} was not found: ${cause.message}`, {
        cause,
      });
    throw failed(keyId, cause);
  }
}

/** Buckets encrypt with keys of their own region only. */
async function checkRegion(buckets: Deps['buckets'], trail: Asked, key: DescribedKey): Promise<void> {
  const region = await buckets.region(trail.bucket);
  if (region === undefined || region === key.region) return;
  throw new AwsError(
    'KmsKeyNotFoundException',
    `KMS key ${key.arn} is not in the region of S3 bucket ${trail.bucket}, ${region}.`,
  );
}

async function checkPolicy(kms: KeyPort, trail: Asked, key: DescribedKey): Promise<void> {
  const folder = `${trail.key_prefix === '' ? '' : `${trail.key_prefix}/`}AWSLogs/${trail.account}/`;
  const use = {
    keyArn: key.arn,
    user: {
      kind: 'service',
      service: 'cloudtrail.amazonaws.com',
      source: { arn: trail.arn, accountId: trail.account },
    },
  } as const;
  const context = {
    'aws:cloudtrail:arn': trail.arn,
    'aws:s3:arn': `arn:aws:s3:::${trail.bucket}/${folder}CloudTrail/x`,
  };
  try {
    await kms.check({ ...use, context: {}, actions: ['kms:DescribeKey'] });
    await kms.check({ ...use, context, actions: ['kms:GenerateDataKey'] });
  } catch (cause) {
    if (cause instanceof AwsError && /^AccessDenied/.test(cause.code))
      throw new AwsError(
        'InsufficientEncryptionPolicyException',
        `Insufficient permissions to access S3 bucket ${trail.bucket} or KMS key ${key.arn}.`,
        { cause },
      );
    throw failed(key.arn, cause);
  }
}

function failed(key: string, cause: unknown): AwsError {
  if (cause instanceof AwsError && cause.status < 500)
    return new AwsError('KmsException', `KMS key ${key} cannot be used: ${cause.code}: ${cause.message}`, {
      cause,
    });
  return new AwsError(
    'ServiceUnavailable',
    `The key ${key} could not be checked, because KMS failed: ${messageOf(cause)}`,
    { status: 503, cause },
  );
}
