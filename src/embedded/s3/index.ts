import { join } from 'node:path';

import type { Operation } from '../../aws/operation.ts';
import type { BucketPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { openBlobs } from './blobs.ts';
import { createBucketPort } from './bucket-port.ts';
import { BucketStore } from './bucket-store.ts';
import { Encryptions, type EncryptionDeps } from './encryption.ts';
import { MultipartUploads } from './multipart.ts';
import { bucketOperations } from './operations/buckets.ts';
import { bucketEncryptionOperations } from './operations/bucket-encryption.ts';
import { listingOperations } from './operations/listing.ts';
import { multipartOperations } from './operations/multipart.ts';
import { objectOperations } from './operations/objects.ts';
import type { BucketTables } from './settings.ts';

export { bucketMigrations, type BucketTables } from './settings.ts';

export type EmbeddedS3 = { readonly operations: readonly Operation[]; readonly buckets: BucketPort };

/** Buckets on the local disk, below `dir`: the S3 API's operations, and the port that trails deliver to. */
export async function openEmbeddedS3(deps: {
  readonly settings: Settings<BucketTables>;
  readonly dir: string;
  readonly clock: Clock;
  /** Keys of KMS, and the store's own sealing. */
  readonly encryption: EncryptionDeps;
}): Promise<EmbeddedS3> {
  const blobs = await openBlobs(join(deps.dir, 'buckets'));
  const { settings, clock } = deps;
  const encryptions = new Encryptions(deps.encryption);
  const store = new BucketStore({ settings, blobs, encryptions, clock });
  const uploads = new MultipartUploads(store);
  await store.sweep();
  return {
    operations: [
      ...bucketOperations(store),
      ...bucketEncryptionOperations(store),
      ...objectOperations(store),
      ...listingOperations(store),
      ...multipartOperations(store, uploads),
    ],
    buckets: createBucketPort(store),
  };
}
