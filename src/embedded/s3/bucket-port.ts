import { buffer } from 'node:stream/consumers';

import { AwsError } from '../../aws/errors.ts';
import type { PolicyDocument } from '../../aws/operation.ts';
import { evaluate } from '../../aws/policy/evaluate.ts';
import { letsService } from '../../aws/policy/lets-service.ts';
import type { BucketPort, KeyUser, ListedObject, PutObject } from '../../aws/ports.ts';
import { accessDenied } from './access.ts';
import { checkKey } from './bucket-name.ts';
import type { BucketStore } from './bucket-store.ts';
import type { Wish } from './encryption.ts';
import { listKeys } from './list-keys.ts';
import { changeByService } from './notifications/change.ts';
import type { BucketRow } from './settings.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** The embedded buckets as a trail's delivery sees them: in process, and only what the bucket's policy grants to CloudTrail. */
export function createBucketPort(store: BucketStore): BucketPort {
  return {
    exists: async (bucket) => (await store.findBucket(bucket)) !== undefined,
    region: async (bucket) => (await store.findBucket(bucket))?.region,
    put: async ({ bucket, key, body, contentType, contentEncoding, metadata, acl, source, kms }) => {
      const row = await store.bucket(bucket);
      checkKey(key);
      const facts = { ...encryptionFacts(kms), 's3:x-amz-acl': acl };
      const asked = { action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}` };
      if (!letsService(row.policy, asked, { service: CLOUDTRAIL, ...source }, facts)) throw accessDenied();
      const wish = deliveryWish(row, kms);
      const dataKey = await store.encryptions.make(wish, { bucket: row, key, ...cloudTrail(row, source) });
      const target = { bucket, key, properties: { contentType, contentEncoding, metadata } };
      const change = changeByService('ObjectCreated:Put', CLOUDTRAIL, row.account_id);
      await store.put(target, body, { dataKey, change });
    },
    get: async ({ bucket, key }) => {
      const row = await store.bucket(bucket);
      const object = await store.object(bucket, key);
      const { user } = cloudTrail(row, undefined);
      const dataKey = await store.encryptions.open(object.properties.sse, user);
      const body = await buffer(store.blobs.read(object, { dataKey: dataKey?.key }));
      return { body, metadata: object.properties.metadata ?? {} };
    },
    list: ({ bucket, prefix, startAfter }) =>
      listAll(store, { bucket, prefix, startAfter: startAfter ?? '' }),
    checkRead: (check) => checkRead(store, check),
    checkDelivery: async ({ bucket, keyPrefix, trailArn, accountId, organization, kms, kind }) => {
      const { policy } = await store.bucket(bucket);
      const facts = { ...encryptionFacts(kms), 's3:x-amz-acl': 'bucket-owner-full-control' };
      const source = { service: CLOUDTRAIL, arn: trailArn, accountId };
      const lets = (action: string, resource: string) =>
        letsService(policy, { action, resource }, source, facts);
      const mayRead = lets('s3:GetBucketAcl', `arn:aws:s3:::${bucket}`);
      const root = `${keyPrefix === '' ? '' : `${keyPrefix}/`}AWSLogs`;
      const folders = [accountId, ...(organization === undefined ? [] : [organization])];
      const mayWrite = folders.every((folder) =>
        lets('s3:PutObject', `arn:aws:s3:::${bucket}/${root}/${folder}/${kind ?? 'CloudTrail'}/x`),
      );
      if (!mayRead || !mayWrite) throw accessDenied();
    },
  };
}

/** What the principal may by its own policies is somebody else's to say: here only the bucket's policy is asked. */
async function checkRead(
  store: BucketStore,
  { bucket, prefix, account, principal, region }: Parameters<BucketPort['checkRead']>[0],
): Promise<void> {
  const row = await store.bucket(bucket);
  if (region !== undefined && region !== row.region)
    throw new AwsError('PermanentRedirect', `The bucket ${bucket} is in ${row.region}, not in ${region}.`, {
      status: 301,
    });
  const policies = row.policy === null ? [] : [JSON.parse(row.policy) as PolicyDocument];
  const who = { type: 'AssumedRole', arn: principal ?? '', accountId: account, principalId: '' };
  for (const [action, resource] of [
    ['s3:ListBucket', `arn:aws:s3:::${bucket}`],
    ['s3:GetObject', `arn:aws:s3:::${bucket}/${prefix}x`],
  ] as const) {
    const request = { principal: who, action, resource, context: {}, resourceAccount: row.account_id };
    const given = { identityPolicies: [EVERYTHING], resourcePolicies: policies };
    if (evaluate(request, given) !== 'allow') throw accessDenied();
  }
}

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** The request's headers as conditions know them. */
/** What a policy may ask of how an object is to be encrypted. */
export function encryptionFacts(kms: PutObject['kms']): Record<string, string> {
  if (kms === undefined) return {};
  return {
    's3:x-amz-server-side-encryption': 'aws:kms',
    's3:x-amz-server-side-encryption-aws-kms-key-id': kms.keyArn,
  };
}

/** Without a key of its own a delivery asks for S3's, as CloudTrail does: where a bucket encrypts at all, with no key that CloudTrail may not use. */
function deliveryWish(row: BucketRow, kms: PutObject['kms']): Wish | undefined {
  if (kms !== undefined) return { algorithm: 'aws:kms', keyId: kms.keyArn, context: kms.context };
  return row.encryption === null ? undefined : { algorithm: 'AES256' };
}

function cloudTrail(row: BucketRow, source: PutObject['source']) {
  const user: KeyUser = {
    kind: 'service',
    service: CLOUDTRAIL,
    source: source ?? { arn: `arn:aws:s3:::${row.name}`, accountId: row.account_id },
  };
  return { account: row.account_id, user };
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
