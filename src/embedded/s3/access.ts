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

/** Of operations on a bucket or its objects: its owner, and its own policy, which grants and denies beside the caller's policies. */
export function ruledByBucket(store: BucketStore) {
  return {
    resourcePolicy: async (input: OperationInput) => policyOf(await store.findBucket(bucketOf(input))),
    resourceAccount: async (input: OperationInput) => (await store.findBucket(bucketOf(input)))?.account_id,
  } as const;
}

/** Asks all policies about an object that the call names beside its own: the source of a copy, one of many keys. Throws AccessDenied. */
export async function authorizeObject(
  store: BucketStore,
  context: CallContext,
  { action, bucket, key }: { readonly action: string; readonly bucket: string; readonly key: string },
): Promise<void> {
  const row = await store.findBucket(bucket);
  context.authorize(action, `arn:aws:s3:::${bucket}/${key}`, {
    resourcePolicy: policyOf(row),
    resourceAccount: row?.account_id,
  });
}

/** What a bucket has to say about its objects, for `authorize`. */
export function bucketRules(row: BucketRow) {
  return { resourcePolicy: policyOf(row), resourceAccount: row.account_id } as const;
}

/** Parsed policies by the rows they stand in: rows stay in memory until they change, and compiled policies are remembered by document. */
const policies = new WeakMap<BucketRow, PolicyDocument>();

function policyOf(row: BucketRow | undefined): PolicyDocument | undefined {
  if (!row?.policy) return undefined;
  let policy = policies.get(row);
  if (policy === undefined) {
    policy = JSON.parse(row.policy) as PolicyDocument;
    policies.set(row, policy);
  }
  return policy;
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
