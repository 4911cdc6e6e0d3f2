import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { bucketArn, openBucket, ruledByBucket } from '../access.ts';
import type { BucketStore } from '../bucket-store.ts';
import type { BucketEncryption } from '../encryption.ts';
import { notBuilt } from '../encryption-input.ts';

/** How objects are encrypted whose requests say nothing of it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html */
export function bucketEncryptionOperations(store: BucketStore): Operation[] {
  const onBucket = { service: 's3', resources: bucketArn, ...ruledByBucket(store) } as const;
  const write = { ...onBucket, action: 's3:PutEncryptionConfiguration' } as const;
  return [
    {
      ...write,
      name: 'PutBucketEncryption',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        const wanted = readRules(input['ServerSideEncryptionConfiguration']);
        await store.setBucket(bucket.name, { encryption: JSON.stringify(wanted) });
        return {};
      },
    },
    {
      ...onBucket,
      name: 'GetBucketEncryption',
      action: 's3:GetEncryptionConfiguration',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        if (bucket.encryption === null)
          throw new AwsError(
            'ServerSideEncryptionConfigurationNotFoundError',
            'The server side encryption configuration was not found',
            { status: 404, detail: { BucketName: bucket.name } },
          );
        const { algorithm, keyId } = JSON.parse(bucket.encryption) as BucketEncryption;
        const byDefault = { SSEAlgorithm: algorithm, KMSMasterKeyID: keyId };
        const rule = { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: false };
        return { output: { ServerSideEncryptionConfiguration: { Rules: [rule] } } };
      },
    },
    {
      ...write,
      name: 'DeleteBucketEncryption',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        await store.setBucket(bucket.name, { encryption: null });
        return { status: 204 };
      },
    },
  ];
}

type Rule = {
  readonly ApplyServerSideEncryptionByDefault?: {
    readonly SSEAlgorithm?: string;
    readonly KMSMasterKeyID?: string;
  };
  readonly BucketKeyEnabled?: boolean;
  readonly BlockedEncryptionTypes?: unknown;
};

/** One rule, as S3 has it. Throws MalformedXML, InvalidArgument, NotImplemented. */
function readRules(configuration: unknown): BucketEncryption {
  const [rule, ...more] = (configuration as { Rules?: Rule[] } | undefined)?.Rules ?? [];
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: keyId } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  if (rule === undefined || more.length > 0 || algorithm === undefined) throw malformed();
  if (rule.BucketKeyEnabled === true) throw notBuilt('BucketKeyEnabled');
  if (rule.BlockedEncryptionTypes !== undefined) throw notBuilt('BlockedEncryptionTypes');
  if (algorithm === 'aws:kms:dsse') throw notBuilt(`SSEAlgorithm ${algorithm}`);
  if (algorithm === 'aws:kms') return { algorithm, keyId };
  if (algorithm !== 'AES256') throw malformed();
  if (keyId !== undefined)
    throw new AwsError(
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
  return { algorithm };
}

function malformed(): AwsError {
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
