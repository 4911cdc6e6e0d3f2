import { AwsError } from '../../../aws/errors.ts';
import type { Operation, OperationInput } from '../../../aws/operation.ts';
import { keyOfToken, tokenOfKey } from '../../../aws/page-token.ts';
import { bucketArn, bucketOf, ruledByBucket, openBucket, text } from '../access.ts';
import type { BucketStore, StoredObject } from '../bucket-store.ts';
import { listKeys } from '../list-keys.ts';

/** ListObjects (V1: Marker) and ListObjectsV2 (ContinuationToken), in UTF-8 byte order. */
export function listingOperations(store: BucketStore): Operation[] {
  const onBucket = {
    service: 's3',
    action: 's3:ListBucket',
    resources: bucketArn,
    ...ruledByBucket(store),
    anonymous: true,
  } as const;
  return [
    {
      ...onBucket,
      name: 'ListObjects',
      handle: async (input, context) => {
        await openBucket(store, input, context);
        const marker = text(input, 'Marker');
        const page = await listKeys(store, { ...queryOf(input), after: marker });
        const delimited = text(input, 'Delimiter') !== '';
        return {
          output: {
            ...commonOutput(input, page),
            Marker: encode(input, marker),
            NextMarker: delimited && page.next !== undefined ? encode(input, page.next) : undefined,
          },
        };
      },
    },
    {
      ...onBucket,
      name: 'ListObjectsV2',
      handle: async (input, context) => {
        await openBucket(store, input, context);
        const token = text(input, 'ContinuationToken');
        const after = token === '' ? text(input, 'StartAfter') : fromToken(token);
        const page = await listKeys(store, { ...queryOf(input), after });
        return {
          output: {
            ...commonOutput(input, page),
            KeyCount: page.objects.length + page.commonPrefixes.length,
            ContinuationToken: token || undefined,
            NextContinuationToken: page.next === undefined ? undefined : tokenOfKey(page.next),
            StartAfter:
              text(input, 'StartAfter') === '' ? undefined : encode(input, text(input, 'StartAfter')),
          },
        };
      },
    },
  ];
}

function queryOf(input: OperationInput) {
  const limit = input['MaxKeys'] === undefined ? 1000 : Number(input['MaxKeys']);
  if (!Number.isInteger(limit) || limit < 0)
    throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  return {
    bucket: bucketOf(input),
    prefix: text(input, 'Prefix'),
    delimiter: text(input, 'Delimiter'),
    limit: Math.min(limit, 1000),
  };
}

function commonOutput(input: OperationInput, page: Awaited<ReturnType<typeof listKeys>>) {
  return {
    Name: bucketOf(input),
    Prefix: encode(input, text(input, 'Prefix')),
    Delimiter: text(input, 'Delimiter') === '' ? undefined : encode(input, text(input, 'Delimiter')),
    MaxKeys: queryOf(input).limit,
    EncodingType: input['EncodingType'],
    IsTruncated: page.next !== undefined,
    Contents: page.objects.map((object) => listed(input, object)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(input, prefix) })),
  };
}

function listed(input: OperationInput, object: StoredObject) {
  return {
    Key: encode(input, object.key),
    LastModified: new Date(object.modifiedAt),
    ETag: object.etag,
    Size: object.size,
    StorageClass: 'STANDARD',
  };
}

/** `EncodingType=url`: keys may hold characters that XML 1.0 cannot. S3 leaves `/` as it is. */
export function encode(input: OperationInput, value: string): string {
  if (input['EncodingType'] !== 'url') return value;
  return encodeURIComponent(value)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function fromToken(token: string): string {
  return keyOfToken(
    token,
    () => new AwsError('InvalidArgument', 'The continuation token provided is incorrect'),
  );
}
