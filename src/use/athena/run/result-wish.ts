import type { KmsEncryption } from '../../../aws/ports.ts';

type ResultWish = {
  readonly kms: KmsEncryption | undefined;
  /** Account that the bucket must be of. */
  readonly expectedOwner: string | undefined;
};

type Asked = {
  readonly ResultConfiguration?: {
    readonly EncryptionConfiguration?: { readonly KmsKey?: string };
    readonly ExpectedBucketOwner?: string;
  };
};

/** How a query's result is to be kept, of what its row says was asked for. */
export function resultWish(request: string): ResultWish {
  const { ResultConfiguration = {} } = JSON.parse(request) as Asked;
  const key = ResultConfiguration.EncryptionConfiguration?.KmsKey;
  return {
    kms: key === undefined ? undefined : { keyArn: key, context: {} },
    expectedOwner: ResultConfiguration.ExpectedBucketOwner,
  };
}
