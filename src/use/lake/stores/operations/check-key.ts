import { isKeyName } from '../../../../aws/arn.ts';
import { AwsError } from '../../../../aws/errors.ts';
import type { DescribedKey, KeyPort } from '../../../../aws/ports.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { StoredStore } from '../store-rows.ts';

type Asked = Pick<StoredStore, 'arn' | 'account' | 'region'>;

/**
 * ARN of the key that a store is to have: CloudTrail must be allowed to make data keys with it and to decrypt. Throws InvalidKmsKeyIdException,
 * KmsKeyNotFoundException, InsufficientEncryptionPolicyException, KmsException:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html#create-kms-key-policy-for-cloudtrail-eds
 */
export async function checkStoreKey(kms: KeyPort, store: Asked, keyId: string): Promise<string> {
  if (!isKeyName(keyId)) {
    throw new AwsError(
      'InvalidKmsKeyIdException',
      `KmsKeyId must be a key ID, a key ARN, an alias name that begins with alias/, or an alias ARN (got "${keyId.slice(0, 200)}").`,
    );
  }
  const key = await find(kms, keyId, store);
  if (key.region !== store.region)
    throw new AwsError(
      'KmsKeyNotFoundException',
      `KMS key ${key.arn} is not in the store's region ${store.region}.`,
    );
  if (key.state !== 'Enabled')
    throw new AwsError('KmsException', `KMS key ${key.arn} cannot be used: its state is ${key.state}.`);
  await checkPolicy(kms, store, key);
  return key.arn;
}

async function find(kms: KeyPort, keyId: string, { account, region }: Asked): Promise<DescribedKey> {
  try {
    return await kms.describe(keyId, { account, region });
  } catch (cause) {
    if (cause instanceof AwsError && cause.code === 'NotFoundException')
      throw new AwsError('KmsKeyNotFoundException', `KMS key ${keyId} was not found: ${cause.message}`, {
        cause,
      });
    throw failed(keyId, cause);
  }
}

async function checkPolicy(kms: KeyPort, store: Asked, { arn }: DescribedKey): Promise<void> {
  try {
    await kms.check({
      keyArn: arn,
      user: {
        kind: 'service',
        service: 'cloudtrail.amazonaws.com',
        source: { arn: store.arn, accountId: store.account },
      },
      context: { 'aws:cloudtrail:arn': store.arn },
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    });
  } catch (cause) {
    if (cause instanceof AwsError && /^AccessDenied/.test(cause.code))
      throw new AwsError(
        'InsufficientEncryptionPolicyException',
        `The policy of KMS key ${arn} does not let CloudTrail use it for event data stores.`,
        { cause },
      );
    throw failed(arn, cause);
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
