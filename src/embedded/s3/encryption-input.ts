import { AwsError } from '../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../aws/operation.ts';
import type { EncryptionContext, KeyUser } from '../../aws/ports.ts';
import { text } from './access.ts';
import { defaultWish, type Place, type Wish } from './encryption.ts';
import type { BucketRow } from './settings.ts';

/** How a request wants its object encrypted; else as its bucket has it. Throws InvalidArgument, InvalidEncryptionAlgorithmError, NotImplemented. */
export function wishOf(input: OperationInput, bucket: BucketRow): Wish | undefined {
  const algorithm = text(input, 'ServerSideEncryption');
  const keyId = text(input, 'SSEKMSKeyId');
  const context = text(input, 'SSEKMSEncryptionContext');
  if (input['BucketKeyEnabled'] === true) throw notBuilt('x-amz-server-side-encryption-bucket-key-enabled');
  if (algorithm === 'aws:kms')
    return { algorithm, keyId: keyId === '' ? undefined : keyId, context: readContext(context) };
  if (keyId !== '' || context !== '')
    throw new AwsError(
      'InvalidArgument',
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  if (algorithm === '') return defaultWish(bucket);
  if (algorithm === 'AES256') return { algorithm };
  if (algorithm === 'aws:kms:dsse') throw notBuilt(`x-amz-server-side-encryption: ${algorithm}`);
  throw new AwsError(
    'InvalidEncryptionAlgorithmError',
    `The Encryption request you specified is not valid. Supported value: AES256, aws:kms (got "${algorithm}").`,
  );
}

/** Who encrypts which object: the caller, by way of S3. Throws InvalidArgument for anonymous callers. */
export function placeOf(context: CallContext, bucket: BucketRow, key: string): Place {
  return { bucket, key, account: context.accountId, user: userOf(context, bucket) };
}

export function userOf(context: CallContext, bucket: Pick<BucketRow, 'region'>): KeyUser {
  return { kind: 'caller', call: context, viaService: `s3.${bucket.region}.amazonaws.com` };
}

/** Nobody's signature, nobody's key. Throws InvalidArgument. */
export function refuseAnonymous(context: CallContext, algorithm: Wish['algorithm'] | undefined): void {
  if (algorithm !== 'aws:kms' || context.principal.type !== 'Anonymous') return;
  throw new AwsError(
    'InvalidArgument',
    'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
  );
}

/** Condition keys of requests that write: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html */
export async function writingConditionKeys(input: OperationInput) {
  const given = (member: string) => text(input, member) || undefined;
  return {
    's3:x-amz-acl': given('ACL'),
    's3:x-amz-server-side-encryption': given('ServerSideEncryption'),
    's3:x-amz-server-side-encryption-aws-kms-key-id': given('SSEKMSKeyId'),
  };
}

export function notBuilt(header: string): AwsError {
  return new AwsError(
    'NotImplemented',
    `A header you provided implies functionality that is not implemented: ${header}`,
    { status: 501 },
  );
}

/** Base64 of JSON, texts by names. */
function readContext(header: string): EncryptionContext {
  if (header === '') return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isMap && Object.values(value).every((one) => typeof one === 'string'))
      return value as EncryptionContext;
  } catch {
    // Falls through: no JSON.
  }
  throw new AwsError(
    'InvalidArgument',
    "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map",
  );
}
