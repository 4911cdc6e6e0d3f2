import type { Readable } from 'node:stream';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, OperationInput } from '../../../aws/operation.ts';
import { authorizeObject, bucketOf, ruledByBucket, objectArn, openBucket, text } from '../access.ts';
import type { BlobBody } from '../blobs.ts';
import { checkKey } from '../bucket-name.ts';
import type { BucketStore, ObjectProperties, StoredObject } from '../bucket-store.ts';
import { checksumCheck } from '../checksums.ts';
import { checkConditions } from '../conditions.ts';
import { encryptionHeaders, type DataKey, type Encryption } from '../encryption.ts';
import {
  notBuilt,
  placeOf,
  refuseAnonymous,
  userOf,
  wishOf,
  writingConditionKeys,
} from '../encryption-input.ts';
import { changeOf } from '../notifications/change.ts';
import { parseRange } from '../range.ts';
import type { BucketRow } from '../settings.ts';

/** One object: put, get, head, copy, delete; and many deletes in one call. */
export function objectOperations(store: BucketStore): Operation[] {
  return [
    putObject(store),
    getObject(store),
    headObject(store),
    copyObject(store),
    deleteObject(store),
    deleteObjects(store),
  ];
}

function onObject(store: BucketStore) {
  return {
    service: 's3',
    resources: objectArn,
    ...ruledByBucket(store),
    anonymous: true,
  } as const;
}

function putObject(store: BucketStore): Operation {
  return {
    ...onObject(store),
    name: 'PutObject',
    conditionKeys: writingConditionKeys,
    handle: async (input, context) => {
      const bucket = await openBucket(store, input, context);
      refuseUnbuilt(input);
      const key = text(input, 'Key');
      checkKey(key);
      if (input['IfNoneMatch'] === '*' && (await store.findObject(bucketOf(input), key)))
        throw preconditionFailed('If-None-Match');
      const dataKey = await dataKeyFor(store, context, { input, bucket, key });
      const target = { bucket: bucketOf(input), key, properties: propertiesOf(input) };
      const stored = await store.put(target, input['Body'] as BlobBody, {
        check: checksumCheck(input),
        dataKey,
        change: changeOf('ObjectCreated:Put', context),
      });
      return { output: { ETag: stored.etag, ...writtenHeaders(dataKey) } };
    },
  };
}

/** A data key for what is about to be written, as the request or the bucket wants it. */
export async function dataKeyFor(
  store: BucketStore,
  context: CallContext,
  {
    input,
    bucket,
    key,
  }: { readonly input: OperationInput; readonly bucket: BucketRow; readonly key: string },
): Promise<DataKey | undefined> {
  const wish = wishOf(input, bucket);
  refuseAnonymous(context, wish?.algorithm);
  return store.encryptions.make(wish, placeOf(context, bucket, key));
}

/** The key of what is there. */
export async function dataKeyOf(
  store: BucketStore,
  context: CallContext,
  { sse, bucket }: { readonly sse: Encryption | undefined; readonly bucket: BucketRow },
): Promise<DataKey | undefined> {
  refuseAnonymous(context, sse?.algorithm);
  return store.encryptions.open(sse, userOf(context, bucket));
}

/** Of answers to writes, which repeat the context as well. */
export function writtenHeaders(dataKey: DataKey | undefined): Record<string, string> {
  const stored = dataKey?.stored;
  if (stored?.algorithm !== 'aws:kms') return encryptionHeaders(stored);
  const context = Buffer.from(JSON.stringify(stored.context)).toString('base64');
  return { ...encryptionHeaders(stored), SSEKMSEncryptionContext: context };
}

/** What a caller would rely on afterwards and we do not have: refused rather than forgotten. */
export function refuseUnbuilt(input: OperationInput): void {
  if (input['SSECustomerAlgorithm'] !== undefined)
    throw notBuilt('x-amz-server-side-encryption-customer-algorithm');
  if (input['ObjectLockMode'] !== undefined) throw notBuilt('x-amz-object-lock-mode');
  if (input['Tagging'] !== undefined) throw notBuilt('x-amz-tagging');
}

export function propertiesOf(input: OperationInput): ObjectProperties {
  const optional = (member: string) => (typeof input[member] === 'string' ? input[member] : undefined);
  return {
    contentType: optional('ContentType') ?? 'binary/octet-stream',
    contentEncoding:
      optional('ContentEncoding')
        ?.split(',')
        .map((part) => part.trim())
        .filter((part) => part !== 'aws-chunked' && part !== '')
        .join(', ') || undefined,
    contentDisposition: optional('ContentDisposition'),
    contentLanguage: optional('ContentLanguage'),
    cacheControl: optional('CacheControl'),
    metadata: (input['Metadata'] as Record<string, string> | undefined) ?? {},
  };
}

function getObject(store: BucketStore): Operation {
  return {
    ...onObject(store),
    name: 'GetObject',
    handle: async (input, context) => {
      const { object, bucket } = await findForRead(store, input, context);
      const range = parseRange(text(input, 'Range'), object.size);
      const head = { ...headOf(object), ...headersAskedFor(input, context) };
      const dataKey = await dataKeyOf(store, context, { sse: object.properties.sse, bucket });
      if (!range) {
        return {
          output: { ...head, ContentLength: object.size, Body: wholeBody(store, object, dataKey?.key) },
        };
      }
      const output = {
        ...head,
        ContentLength: range.end - range.start + 1,
        ContentRange: `bytes ${range.start}-${range.end}/${object.size}`,
        Body: store.blobs.read(object, { range, dataKey: dataKey?.key }),
      };
      return { status: 206, output };
    },
  };
}

/** Members of the request that stand in the answer in place of the object's own: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
const ASKED_FOR = [
  'ContentType',
  'ContentEncoding',
  'ContentDisposition',
  'ContentLanguage',
  'CacheControl',
] as const;

function headersAskedFor(input: OperationInput, { principal }: CallContext): Record<string, string> {
  const asked = ASKED_FOR.map((name) => [name, text(input, `Response${name}`)] as const).filter(
    ([, value]) => value !== '',
  );
  if (asked.length > 0 && principal.type === 'Anonymous') {
    throw new AwsError(
      'InvalidRequest',
      'Request specific response headers cannot be used for anonymous GET requests.',
    );
  }
  return Object.fromEntries(asked);
}

/** Below this size an object is read at once. */
const SMALL = 64 * 1024;

function wholeBody(
  store: BucketStore,
  object: StoredObject,
  dataKey: Uint8Array | undefined,
): Readable | Uint8Array {
  return object.size > SMALL ? store.blobs.read(object, { dataKey }) : store.blobs.readWhole(object, dataKey);
}

function headObject(store: BucketStore): Operation {
  return {
    ...onObject(store),
    name: 'HeadObject',
    action: 's3:GetObject',
    handle: async (input, context) => {
      const { object } = await findForRead(store, input, context);
      return { output: { ...headOf(object), ContentLength: object.size } };
    },
  };
}

async function findForRead(
  store: BucketStore,
  input: OperationInput,
  context: CallContext,
): Promise<{ readonly object: StoredObject; readonly bucket: BucketRow }> {
  const bucket = await openBucket(store, input, context);
  const object = await store.object(bucketOf(input), text(input, 'Key'));
  checkConditions(input, object);
  if (input['SSECustomerAlgorithm'] !== undefined)
    throw new AwsError('InvalidRequest', 'The encryption parameters are not applicable to this object.');
  return { object, bucket };
}

function headOf(object: StoredObject): Record<string, unknown> {
  const { properties } = object;
  return {
    AcceptRanges: 'bytes',
    ETag: object.etag,
    LastModified: new Date(object.modifiedAt),
    ContentType: properties.contentType,
    ContentEncoding: properties.contentEncoding,
    ContentDisposition: properties.contentDisposition,
    ContentLanguage: properties.contentLanguage,
    CacheControl: properties.cacheControl,
    Metadata: properties.metadata ?? {},
    ...encryptionHeaders(properties.sse),
  };
}

function copyObject(store: BucketStore): Operation {
  return {
    ...onObject(store),
    name: 'CopyObject',
    action: 's3:PutObject',
    conditionKeys: writingConditionKeys,
    handle: async (input, context) => {
      const bucket = await openBucket(store, input, context);
      refuseUnbuilt(input);
      const source = parseCopySource(text(input, 'CopySource'));
      await authorizeObject(store, context, {
        action: 's3:GetObject',
        bucket: source.Bucket,
        key: source.Key,
      });
      const { object, bucket: from } = await findForRead(store, source, context);
      const read = await dataKeyOf(store, context, { sse: object.properties.sse, bucket: from });
      const replace = input['MetadataDirective'] === 'REPLACE';
      const key = text(input, 'Key');
      checkKey(key);
      const dataKey = await dataKeyFor(store, context, { input, bucket, key });
      const target = {
        bucket: bucketOf(input),
        key,
        properties: replace ? propertiesOf(input) : object.properties,
      };
      const body = store.blobs.read(object, { dataKey: read?.key });
      const stored = await store.put(target, body, {
        dataKey,
        change: changeOf('ObjectCreated:Copy', context),
      });
      const result = { ETag: stored.etag, LastModified: new Date(stored.modifiedAt) };
      return { output: { CopyObjectResult: result, ...writtenHeaders(dataKey) } };
    },
  };
}

/** `/bucket/key?versionId=…`, percent-encoded. Throws InvalidArgument. */
export function parseCopySource(source: string): { Bucket: string; Key: string } {
  const match = /^\/?([^/]+)\/([^?]+)/.exec(source);
  try {
    if (match?.[1] && match[2])
      return { Bucket: decodeURIComponent(match[1]), Key: decodeURIComponent(match[2]) };
  } catch {
    // Falls through: badly encoded.
  }
  throw new AwsError(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
  );
}

function deleteObject(store: BucketStore): Operation {
  return {
    ...onObject(store),
    name: 'DeleteObject',
    handle: async (input, context) => {
      await openBucket(store, input, context);
      await store.remove(bucketOf(input), text(input, 'Key'), changeOf('ObjectRemoved:Delete', context));
      return { status: 204 };
    },
  };
}

function deleteObjects(store: BucketStore): Operation {
  return {
    ...onObject(store),
    name: 'DeleteObjects',
    // Each key is asked for by itself: one that is denied does not keep the others.
    action: false,
    handle: async (input, context) => {
      await openBucket(store, input, context);
      const wanted = input['Delete'] as { Objects?: { Key?: string }[]; Quiet?: boolean } | undefined;
      const keys = (wanted?.Objects ?? []).map((object) => object.Key ?? '');
      if (keys.length === 0 || keys.length > 1000) {
        throw new AwsError(
          'MalformedXML',
          'The XML you provided was not well-formed or did not validate against our published schema',
        );
      }
      const deleted: { Key: string }[] = [];
      const errors: { Key: string; Code: string; Message: string }[] = [];
      for (const key of keys) {
        const denial = await removeIfAllowed(store, context, { bucket: bucketOf(input), key });
        if (denial === undefined) deleted.push({ Key: key });
        else errors.push({ Key: key, Code: denial.code, Message: denial.message });
      }
      return { output: { Deleted: wanted?.Quiet ? [] : deleted, Errors: errors } };
    },
  };
}

async function removeIfAllowed(
  store: BucketStore,
  context: CallContext,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<AwsError | undefined> {
  try {
    await authorizeObject(store, context, { action: 's3:DeleteObject', bucket, key });
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  await store.remove(bucket, key, changeOf('ObjectRemoved:Delete', context));
  return undefined;
}

function preconditionFailed(condition: string): AwsError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new AwsError('PreconditionFailed', message, { status: 412, detail: { Condition: condition } });
}
