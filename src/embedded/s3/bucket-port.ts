import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { letsCloudTrail } from '../../aws/policy/lets-cloudtrail.ts';
import type { BucketPort, ListedObject, PutObject } from '../../aws/ports.ts';
import { accessDenied } from './access.ts';
import { checkKey } from './bucket-name.ts';
import type { BucketStore } from './bucket-store.ts';
import { listKeys } from './list-keys.ts';

/** The embedded buckets as a trail's delivery sees them: in process, and only what the bucket's policy grants to CloudTrail. */
export function createBucketPort(store: BucketStore): BucketPort {
  return {
    exists: async (bucket) => (await store.findBucket(bucket)) !== undefined,
    put: async ({ bucket, key, body, contentType, contentEncoding, metadata, acl, source }) => {
      const row = await store.bucket(bucket);
      checkKey(key);
      const facts = { ...sourceFacts(source), 's3:x-amz-acl': acl };
      const allowed = letsCloudTrail(
        row.policy,
        { action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` },
        facts,
      );
      if (!allowed) throw accessDenied();
      await store.put({ bucket, key, properties: { contentType, contentEncoding, metadata } }, body);
    },
    get: async ({ bucket, key }) => {
      await store.bucket(bucket);
      const object = await store.object(bucket, key);
      const body = await buffer(store.blobs.read(object.blob) as Readable);
      return { body, metadata: object.properties.metadata ?? {} };
    },
    list: ({ bucket, prefix, startAfter }) =>
      listAll(store, { bucket, prefix, startAfter: startAfter ?? '' }),
    checkDelivery: async ({ bucket, keyPrefix, trailArn, accountId }) => {
      const { policy } = await store.bucket(bucket);
      const facts = {
        ...sourceFacts({ arn: trailArn, accountId }),
        's3:x-amz-acl': 'bucket-owner-full-control',
      };
      const mayRead = letsCloudTrail(
        policy,
        { action: 's3:GetBucketAcl', resource: `arn:aws:s3:::${bucket}` },
        facts,
      );
      const folder = `${keyPrefix === '' ? '' : `${keyPrefix}/`}AWSLogs/${accountId}/`;
      const mayWrite = letsCloudTrail(
        policy,
        { action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${folder}CloudTrail/x` },
        facts,
      );
      if (!mayRead || !mayWrite) throw accessDenied();
    },
  };
}

function sourceFacts(source: PutObject['source']): Record<string, string | undefined> {
  return { 'aws:SourceArn': source?.arn, 'aws:SourceAccount': source?.accountId };
}

async function* listAll(
  store: BucketStore,
  query: { bucket: string; prefix: string; startAfter: string },
): AsyncGenerator<ListedObject> {
  await store.bucket(query.bucket);
  let after = query.startAfter;
  for (;;) {
    const page = await listKeys(store, {
      bucket: query.bucket,
      prefix: query.prefix,
      delimiter: '',
      after,
      limit: 1000,
    });
    for (const object of page.objects) {
      yield { key: object.key, size: object.size, lastModified: object.modifiedAt, etag: object.etag };
    }
    if (page.next === undefined) return;
    after = page.next;
  }
}
