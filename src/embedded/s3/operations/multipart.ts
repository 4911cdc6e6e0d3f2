import { AwsError } from '../../../aws/errors.ts';
import type { Operation, OperationInput } from '../../../aws/operation.ts';
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
import type { CompletedPart, MultipartUploads } from '../multipart.ts';
import { parseRange } from '../range.ts';
import { owner } from './buckets.ts';
import { parseCopySource, propertiesOf } from './objects.ts';

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
      handle: async (input, context) => {
        await openBucket(store, input, context);
        const key = text(input, 'Key');
        checkKey(key);
        const uploadId = await uploads.begin(bucketOf(input), key, propertiesOf(input));
        return { output: { Bucket: bucketOf(input), Key: key, UploadId: uploadId } };
      },
    },
    {
      ...write,
      name: 'UploadPart',
      handle: async (input, context) => {
        await openBucket(store, input, context);
        const upload = await find(input);
        const part = await uploads.putPart(
          upload,
          Number(input['PartNumber']),
          input['Body'] as BlobBody,
          checksumCheck(input),
        );
        return { output: { ETag: part.etag } };
      },
    },
    {
      ...write,
      name: 'UploadPartCopy',
      handle: async (input, context) => {
        await openBucket(store, input, context);
        const source = parseCopySource(text(input, 'CopySource'));
        await authorizeObject(store, context, {
          action: 's3:GetObject',
          bucket: source.Bucket,
          key: source.Key,
        });
        await openBucket(store, source, context);
        const object = await store.object(source.Bucket, source.Key);
        const range = parseRange(text(input, 'CopySourceRange'), object.size);
        const part = await uploads.putPart(
          await find(input),
          Number(input['PartNumber']),
          store.blobs.read(object.blob, range),
        );
        return { output: { CopyPartResult: { ETag: part.etag, LastModified: new Date(part.modified_at) } } };
      },
    },
    ...endings(store, uploads),
    listParts(store, uploads),
    listUploads(store, uploads),
  ];
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
        await openBucket(store, input, context);
        const wanted = (input['MultipartUpload'] as { Parts?: CompletedPart[] } | undefined)?.Parts ?? [];
        const stored = await uploads.complete(await find(input), wanted);
        const location = `${context.origin}/${bucketOf(input)}/${stored.key}`;
        return {
          output: { Location: location, Bucket: bucketOf(input), Key: stored.key, ETag: stored.etag },
        };
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
