import { buffer } from 'node:stream/consumers';

import type { BucketCaller, CallerBucketPort, ListedObject } from '../../aws/ports.ts';
import { accessDenied, bucketRules } from './access.ts';
import { checkKey } from './bucket-name.ts';
import { encryptionFacts } from './bucket-port.ts';
import type { BucketStore, StoredObject } from './bucket-store.ts';
import { defaultWish, type Wish } from './encryption.ts';
import { listKeys } from './list-keys.ts';
import { changeByService } from './notifications/change.ts';
import type { BucketRow } from './settings.ts';

const ATHENA = 'athena.amazonaws.com';
/** Longer ones are streamed. */
const WHOLE_BYTES = 4 * 1024 * 1024;

/** The embedded buckets as a caller uses them by way of a service: all policies are asked about each object. */
export function createCallerBuckets(store: BucketStore): CallerBucketPort {
  return {
    name: 'embedded',
    readable: (query, caller) => readable(store, query, caller),
    get: async ({ bucket, key }, caller) => {
      const row = await openFor(store, bucket, caller);
      ask(caller, 's3:GetObject', { row, key });
      const object = await store.object(bucket, key);
      const dataKey = await store.encryptions.open(object.properties.sse, userOf(caller, row));
      if (object.size <= WHOLE_BYTES) return store.blobs.readWhole(object, dataKey?.key);
      return buffer(store.blobs.read(object, { dataKey: dataKey?.key }));
    },
    put: async ({ bucket, key, body, contentType, metadata, kms }, caller) => {
      const row = await openFor(store, bucket, caller);
      checkKey(key);
      ask(caller, 's3:PutObject', { row, key, facts: encryptionFacts(kms) });
      const place = { bucket: row, key, account: caller.accountId, user: userOf(caller, row) };
      const wish: Wish | undefined =
        kms === undefined
          ? defaultWish(row)
          : { algorithm: 'aws:kms', keyId: kms.keyArn, context: kms.context };
      const dataKey = await store.encryptions.make(wish, place);
      const change = changeByService('ObjectCreated:Put', ATHENA, row.account_id);
      await store.put({ bucket, key, properties: { contentType, metadata } }, body, { dataKey, change });
    },
    checkPut: async ({ bucket, key, kms, expectedOwner }, caller) => {
      const row = await openFor(store, bucket, caller);
      if (expectedOwner !== undefined && expectedOwner !== row.account_id) throw accessDenied();
      ask(caller, 's3:PutObject', { row, key, facts: encryptionFacts(kms) });
    },
  };
}

async function* readable(
  store: BucketStore,
  { bucket, prefix, startAfter, wanted, before }: Parameters<CallerBucketPort['readable']>[0],
  caller: BucketCaller,
): AsyncGenerator<ListedObject> {
  const row = await openFor(store, bucket, caller);
  caller.authorize('s3:ListBucket', `arn:aws:s3:::${bucket}`, {
    ...bucketRules(row),
    conditionKeys: { 's3:prefix': prefix },
  });
  let after: string | undefined = startAfter ?? '';
  while (after !== undefined) {
    const page = await listKeys(store, { bucket, prefix, delimiter: '', after, limit: 1000 });
    for (const object of page.objects) {
      if (before !== undefined && object.key > before) return;
      const listed = {
        key: object.key,
        size: object.size,
        lastModified: object.modifiedAt,
        etag: object.etag,
      };
      if (!wanted(listed)) continue;
      await mayRead(store, caller, { row, object });
      yield listed;
    }
    after = page.next;
  }
}

async function mayRead(
  store: BucketStore,
  caller: BucketCaller,
  { row, object }: { readonly row: BucketRow; readonly object: StoredObject },
): Promise<void> {
  ask(caller, 's3:GetObject', { row, key: object.key });
  const { sse } = object.properties;
  if (sse?.algorithm === 'aws:kms') await store.encryptions.open(sse, userOf(caller, row));
}

/** Of another account only where the bucket has a policy. */
async function openFor(store: BucketStore, bucket: string, caller: BucketCaller): Promise<BucketRow> {
  const row = await store.bucket(bucket);
  if (caller.accountId !== row.account_id && row.policy === null) throw accessDenied();
  return row;
}

type Facts = Readonly<Record<string, string>>;

function ask(
  caller: BucketCaller,
  action: string,
  { row, key, facts }: { readonly row: BucketRow; readonly key: string; readonly facts?: Facts },
): void {
  const rules = { ...bucketRules(row), ...(facts === undefined ? {} : { conditionKeys: facts }) };
  caller.authorize(action, `arn:aws:s3:::${row.name}/${key}`, rules);
}

function userOf(call: BucketCaller, { region }: BucketRow) {
  return { kind: 'caller', call, viaService: `s3.${region}.amazonaws.com` } as const;
}
