import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { validatePolicy } from '../../../aws/policy/validate-policy.ts';
import { bucketArn, bucketOf, ruledByBucket, openBucket, text } from '../access.ts';
import { checkBucketName } from '../bucket-name.ts';
import type { BucketStore } from '../bucket-store.ts';

/** Buckets themselves: create, list, location, policy, delete. */
export function bucketOperations(store: BucketStore): Operation[] {
  return [
    createBucket(store),
    {
      service: 's3',
      name: 'ListBuckets',
      action: 's3:ListAllMyBuckets',
      handle: async (input, context) => {
        const rows = await store.settings
          .selectFrom('s3_buckets')
          .selectAll()
          .where('account_id', '=', context.accountId)
          .orderBy('name')
          .execute();
        const shown = rows.filter((row) => row.name.startsWith(text(input, 'Prefix')));
        const buckets = shown.map((row) => ({
          Name: row.name,
          CreationDate: new Date(row.created_at),
          BucketRegion: row.region,
        }));
        return { output: { Owner: owner(context.accountId), Buckets: buckets } };
      },
    },
    ...readingOperations(store),
    deleteBucket(store),
    ...policyOperations(store),
  ];
}

function readingOperations(store: BucketStore): Operation[] {
  const onBucket = { service: 's3', resources: bucketArn, ...ruledByBucket(store) } as const;
  return [
    {
      ...onBucket,
      name: 'HeadBucket',
      action: 's3:ListBucket',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        return { output: { BucketRegion: bucket.region }, headers: { 'x-amz-bucket-region': bucket.region } };
      },
    },
    {
      ...onBucket,
      name: 'GetBucketLocation',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        return { output: bucket.region === 'us-east-1' ? {} : { LocationConstraint: bucket.region } };
      },
    },
    {
      ...onBucket,
      name: 'GetBucketVersioning',
      handle: async (input, context) => {
        await openBucket(store, input, context);
        return { output: {} };
      },
    },
    {
      ...onBucket,
      name: 'GetBucketAcl',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        const grantee = { ...owner(bucket.account_id), Type: 'CanonicalUser' };
        return {
          output: {
            Owner: owner(bucket.account_id),
            Grants: [{ Grantee: grantee, Permission: 'FULL_CONTROL' }],
          },
        };
      },
    },
  ];
}

function createBucket(store: BucketStore): Operation {
  return {
    service: 's3',
    name: 'CreateBucket',
    resources: bucketArn,
    handle: async (input, context) => {
      const name = bucketOf(input);
      checkBucketName(name);
      const existing = await store.findBucket(name);
      const isOwn = existing?.account_id === context.accountId;
      // us-east-1 answers 200 when the owner creates a bucket again.
      if (existing && !(isOwn && context.region === 'us-east-1')) throw alreadyExists(name, isOwn);
      const configuration = input['CreateBucketConfiguration'] as { LocationConstraint?: string } | undefined;
      const region = configuration?.LocationConstraint ?? context.region;
      const row = { name, region, account_id: context.accountId, created_at: context.now };
      await store.addBucket({ ...row, policy: null, encryption: null, notifications: null });
      return { output: { Location: `/${name}` } };
    },
  };
}

function alreadyExists(name: string, isOwn: boolean): AwsError {
  const detail = { BucketName: name };
  if (isOwn) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    return new AwsError('BucketAlreadyOwnedByYou', message, { status: 409, detail });
  }
  const message =
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.';
  return new AwsError('BucketAlreadyExists', message, { status: 409, detail });
}

function deleteBucket(store: BucketStore): Operation {
  return {
    service: 's3',
    name: 'DeleteBucket',
    resources: bucketArn,
    ...ruledByBucket(store),
    handle: async (input, context) => {
      const bucket = await openBucket(store, input, context);
      const held = await store.settings
        .selectFrom('s3_objects')
        .select('key')
        .where('bucket', '=', bucket.name)
        .limit(1)
        .executeTakeFirst();
      if (held) {
        throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
          status: 409,
          detail: { BucketName: bucket.name },
        });
      }
      await store.removeBucket(bucket.name);
      return { status: 204 };
    },
  };
}

function policyOperations(store: BucketStore): Operation[] {
  const onBucket = { service: 's3', resources: bucketArn, ...ruledByBucket(store) } as const;
  const setPolicy = (bucket: string, policy: string | null) => store.setBucket(bucket, { policy });
  return [
    {
      ...onBucket,
      name: 'PutBucketPolicy',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        const policy = text(input, 'Policy');
        const mistake = policyMistake(policy);
        if (mistake) throw new AwsError('MalformedPolicy', mistake);
        await setPolicy(bucket.name, policy);
        return { status: 204 };
      },
    },
    {
      ...onBucket,
      name: 'GetBucketPolicy',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        if (bucket.policy === null) {
          throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', {
            status: 404,
            detail: { BucketName: bucket.name },
          });
        }
        return { output: { Policy: bucket.policy } };
      },
    },
    {
      ...onBucket,
      name: 'DeleteBucketPolicy',
      handle: async (input, context) => {
        await setPolicy((await openBucket(store, input, context)).name, null);
        return { status: 204 };
      },
    },
  ];
}

function policyMistake(policy: string): string | undefined {
  if (Buffer.byteLength(policy) > 20_480) return 'Policy is larger than the maximum size of 20480 bytes';
  try {
    return validatePolicy(JSON.parse(policy), 'resource')[0];
  } catch {
    return 'This policy contains invalid Json';
  }
}

export function owner(accountId: string) {
  return { ID: accountId, DisplayName: accountId };
}
