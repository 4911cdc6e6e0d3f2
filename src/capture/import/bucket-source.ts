import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

import { OpentrailError } from '../../base/errors.ts';
import type { LogFileSource, SourceFile } from './log-file-source.ts';

/** Files below `s3://bucket/prefix`. Throws BAD_ARGUMENT for another form. */
export function bucketSource(client: S3Client, uri: string): LogFileSource {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri);
  const bucket = match?.[1];
  if (!bucket) throw new OpentrailError('BAD_ARGUMENT', `"${uri}" is not s3://BUCKET[/PREFIX]`);
  const prefix = match[2] ?? '';
  return {
    name: uri,
    list: () => listBucket(client, { bucket, prefix }),
    read: async (file) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: file.path }));
      return Body ? Body.transformToByteArray() : new Uint8Array();
    },
  };
}

async function* listBucket(
  client: S3Client,
  { bucket, prefix }: { bucket: string; prefix: string },
): AsyncGenerator<SourceFile> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const object of page.Contents ?? []) {
      if (object.Key) yield { path: object.Key, size: object.Size ?? 0, version: object.ETag ?? '' };
    }
  }
}
