import { AwsError } from '../../aws/errors.ts';
import type { CallContext, OperationInput, PolicyDocument } from '../../aws/operation.ts';
import type { BucketStore } from './bucket-store.ts';
import type { BucketRow } from './settings.ts';

export function text(input: OperationInput, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}

export function bucketOf(input: OperationInput): string {
  return text(input, 'Bucket');
}

export function bucketArn(input: OperationInput): readonly string[] {
  return [`arn:aws:s3:::${bucketOf(input)}`];
}

export function objectArn(input: OperationInput): readonly string[] {
  return [`arn:aws:s3:::${bucketOf(input)}/${text(input, 'Key')}`];
}

/** The bucket's own policy, which grants beside the caller's policies. */
export function bucketPolicyOf(store: BucketStore) {
  return async (input: OperationInput): Promise<PolicyDocument | undefined> => {
    const row = await store.findBucket(bucketOf(input));
    return row?.policy ? (JSON.parse(row.policy) as PolicyDocument) : undefined;
  };
}

/**
 * The bucket, for a caller of its own account; of another account only where the bucket has a policy (which the endpoint has asked).
 * Throws NoSuchBucket or AccessDenied.
 */
export async function openBucket(
  store: BucketStore,
  input: OperationInput,
  context: CallContext,
): Promise<BucketRow> {
  const row = await store.bucket(bucketOf(input));
  const expected = input['ExpectedBucketOwner'];
  if (typeof expected === 'string' && expected !== row.account_id) throw accessDenied();
  if (context.accountId !== row.account_id && row.policy === null) throw accessDenied();
  return row;
}

export function accessDenied(): AwsError {
  return new AwsError('AccessDenied', 'Access Denied', { status: 403 });
}
