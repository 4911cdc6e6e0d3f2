import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** An object as it lies in a bucket, to be put back as it was. */
export type Stored = {
  readonly key: string;
  readonly body: Uint8Array;
  readonly metadata: Record<string, string>;
};

/** All keys below a prefix, in order. */
export async function keysIn(s3: S3Client, bucket: string, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix }))
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
  return keys;
}

export async function readObject(s3: S3Client, bucket: string, key: string): Promise<Stored> {
  const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { key, body: await Body!.transformToByteArray(), metadata: Metadata ?? {} };
}

export function writeObject(s3: S3Client, bucket: string, { key, body, metadata }: Stored) {
  return s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: metadata }));
}
