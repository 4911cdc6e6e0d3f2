import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, OperationInput } from '../../../aws/operation.ts';
import {
  authorizeObject,
  bucketArn,
  bucketOf,
  ruledByBucket,
  objectArn,
  openBucket,
  text,
} from '../access.ts';
import type { BlobBody } from '../blobs.ts';
import { checkKey } from '../bucket-name.ts';
import type { BucketStore } from '../bucket-store.ts';
import { checksumCheck } from '../checksums.ts';
import { encryptionHeaders, type DataKey } from '../encryption.ts';
import { writingConditionKeys } from '../encryption-input.ts';
import { propertiesOfUpload, type CompletedPart, type MultipartUploads } from '../multipart.ts';
import { changeOf } from '../notifications/change.ts';
import { parseRange } from '../range.ts';
import type { BucketRow, UploadRow } from '../settings.ts';
import { owner } from './buckets.ts';
import {
  dataKeyFor,
  dataKeyOf,
  parseCopySource,
  propertiesOf,
  refuseUnbuilt,
  writtenHeaders,
} from './objects.ts';

/** The multipart operations over MultipartUploads. */
export function multipartOperations(store: BucketStore, uploads: MultipartUploads): Operation[] {
  const onObject = { service: 's3', resources: objectArn, ...ruledByBucket(store) } as const;
  const write = { ...onObject, action: 's3:PutObject' } as const;
  const find = (input: OperationInput) =>
    uploads.find(bucketOf(input), text(input, 'Key'), text(input, 'UploadId'));
  return [
    {
      ...write,
      name: 'CreateMultipartUpload',
      conditionKeys: writingConditionKeys,
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        refuseUnbuilt(input);
        const key = text(input, 'Key');
        checkKey(key);
        const dataKey = await dataKeyFor(store, context, { input, bucket, key });
        const properties = { ...propertiesOf(input), sse: dataKey?.stored };
        const uploadId = await uploads.begin(bucketOf(input), key, properties);
        const output = { Bucket: bucketOf(input), Key: key, UploadId: uploadId };
        return { output: { ...output, ...writtenHeaders(dataKey) } };
      },
    },
    {
      ...write,
      name: 'UploadPart',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        const upload = await find(input);
        const dataKey = await dataKeyOfUpload(store, context, { upload, bucket });
        const part = await uploads.putPart(upload, Number(input['PartNumber']), input['Body'] as BlobBody, {
          check: checksumCheck(input),
          dataKey,
        });
        return { output: { ETag: part.etag, ...encryptionHeaders(dataKey?.stored) } };
      },
    },
    uploadPartCopy(store, uploads),
    ...endings(store, uploads),
    listParts(store, uploads),
    listUploads(store, uploads),
  ];
}

function uploadPartCopy(store: BucketStore, uploads: MultipartUploads): Operation {
  return {
    service: 's3',
    resources: objectArn,
    ...ruledByBucket(store),
    action: 's3:PutObject',
    name: 'UploadPartCopy',
    handle: async (input, context) => {
      const bucket = await openBucket(store, input, context);
      const source = parseCopySource(text(input, 'CopySource'));
      await authorizeObject(store, context, {
        action: 's3:GetObject',
        bucket: source.Bucket,
        key: source.Key,
      });
      const from = await openBucket(store, source, context);
      const object = await store.object(source.Bucket, source.Key);
      const range = parseRange(text(input, 'CopySourceRange'), object.size);
      const upload = await uploads.find(bucketOf(input), text(input, 'Key'), text(input, 'UploadId'));
      const read = await dataKeyOf(store, context, { sse: object.properties.sse, bucket: from });
      const dataKey = await dataKeyOfUpload(store, context, { upload, bucket });
      const body = store.blobs.read(object, { ...(range ? { range } : {}), dataKey: read?.key });
      const part = await uploads.putPart(upload, Number(input['PartNumber']), body, { dataKey });
      const result = { ETag: part.etag, LastModified: new Date(part.modified_at) };
      return { output: { CopyPartResult: result, ...encryptionHeaders(dataKey?.stored) } };
    },
  };
}

/** Its parts have one data key, which who uploads them must be allowed to read: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions */
function dataKeyOfUpload(
  store: BucketStore,
  context: CallContext,
  { upload, bucket }: { readonly upload: UploadRow; readonly bucket: BucketRow },
): Promise<DataKey | undefined> {
  return dataKeyOf(store, context, { sse: propertiesOfUpload(upload).sse, bucket });
}

/** How an upload ends: joined into an object, or forgotten. */
function endings(store: BucketStore, uploads: MultipartUploads): Operation[] {
  const onObject = { service: 's3', resources: objectArn, ...ruledByBucket(store) } as const;
  const find = (input: OperationInput) =>
    uploads.find(bucketOf(input), text(input, 'Key'), text(input, 'UploadId'));
  return [
    {
      ...onObject,
      action: 's3:PutObject',
      name: 'CompleteMultipartUpload',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        const wanted = (input['MultipartUpload'] as { Parts?: CompletedPart[] } | undefined)?.Parts ?? [];
        const upload = await find(input);
        const dataKey = await dataKeyOfUpload(store, context, { upload, bucket });
        const stored = await uploads.complete(upload, wanted, {
          dataKey,
          change: changeOf('ObjectCreated:CompleteMultipartUpload', context),
        });
        const location = `${context.origin}/${bucketOf(input)}/${stored.key}`;
        const output = { Location: location, Bucket: bucketOf(input), Key: stored.key, ETag: stored.etag };
        return { output: { ...output, ...encryptionHeaders(dataKey?.stored) } };
      },
    },
    {
      ...onObject,
      name: 'AbortMultipartUpload',
      handle: async (input, context) => {
        await openBucket(store, input, context);
        await uploads.forget(await find(input));
        return { status: 204 };
      },
    },
  ];
}

function listParts(store: BucketStore, uploads: MultipartUploads): Operation {
  return {
    service: 's3',
    name: 'ListParts',
    action: 's3:ListMultipartUploadParts',
    resources: objectArn,
    ...ruledByBucket(store),
    handle: async (input, context) => {
      await openBucket(store, input, context);
      const upload = await uploads.find(bucketOf(input), text(input, 'Key'), text(input, 'UploadId'));
      const after = Number(input['PartNumberMarker'] ?? 0);
      const limit = pageSize(input['MaxParts']);
      const rest = (await uploads.parts(upload)).filter((part) => part.part_number > after);
      const page = rest.slice(0, limit);
      const parts = page.map((part) => ({
        PartNumber: part.part_number,
        ETag: part.etag,
        Size: part.size,
        LastModified: new Date(part.modified_at),
      }));
      return {
        output: {
          Bucket: upload.bucket,
          Key: upload.key,
          UploadId: upload.upload_id,
          PartNumberMarker: String(after),
          NextPartNumberMarker:
            rest.length > page.length ? String(page.at(-1)?.part_number ?? after) : undefined,
          MaxParts: limit,
          IsTruncated: rest.length > page.length,
          Parts: parts,
          StorageClass: 'STANDARD',
          Owner: owner(context.accountId),
          Initiator: owner(context.accountId),
        },
      };
    },
  };
}

function listUploads(store: BucketStore, uploads: MultipartUploads): Operation {
  return {
    service: 's3',
    name: 'ListMultipartUploads',
    action: 's3:ListBucketMultipartUploads',
    resources: bucketArn,
    ...ruledByBucket(store),
    handle: async (input, context) => {
      await openBucket(store, input, context);
      const limit = pageSize(input['MaxUploads']);
      const after = `${text(input, 'KeyMarker')}\0${text(input, 'UploadIdMarker')}`;
      const all = (await uploads.uploads(bucketOf(input))).filter((upload) =>
        upload.key.startsWith(text(input, 'Prefix')),
      );
      const ordered = all
        .map((upload) => ({ upload, mark: `${upload.key}\0${upload.upload_id}` }))
        .sort((a, b) => (a.mark < b.mark ? -1 : 1));
      const rest = text(input, 'KeyMarker') === '' ? ordered : ordered.filter(({ mark }) => mark > after);
      const page = rest.slice(0, limit);
      const last = rest.length > page.length ? page.at(-1)?.upload : undefined;
      return {
        output: {
          Bucket: bucketOf(input),
          Prefix: text(input, 'Prefix'),
          MaxUploads: limit,
          IsTruncated: last !== undefined,
          NextKeyMarker: last?.key,
          NextUploadIdMarker: last?.upload_id,
          Uploads: page.map(({ upload }) => ({
            Key: upload.key,
            UploadId: upload.upload_id,
            Initiated: new Date(upload.started_at),
            StorageClass: 'STANDARD',
          })),
        },
      };
    },
  };
}

function pageSize(value: unknown): number {
  const size = value === undefined ? 1000 : Number(value);
  if (!Number.isInteger(size) || size < 0)
    throw new AwsError(
      'InvalidArgument',
      `Argument must be an integer between 0 and 2147483647 (got ${String(value)})`,
    );
  return Math.min(size, 1000);
}
