import { join } from 'node:path';

import type { Operation } from '../../aws/operation.ts';
import type { BucketPort, CallerBucketPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { openBlobs } from './blobs.ts';
import { createBucketPort } from './bucket-port.ts';
import { BucketStore } from './bucket-store.ts';
import { createCallerBuckets } from './caller-buckets.ts';
import { Encryptions, type EncryptionDeps } from './encryption.ts';
import { MultipartUploads } from './multipart.ts';
import { bucketOperations } from './operations/buckets.ts';
import { createNotificationSender } from './notifications/deliver.ts';
import type { Destinations } from './notifications/destinations.ts';
import { bucketEncryptionOperations } from './operations/bucket-encryption.ts';
import { bucketNotificationOperations } from './operations/bucket-notifications.ts';
import { listingOperations } from './operations/listing.ts';
import { multipartOperations } from './operations/multipart.ts';
import { objectOperations } from './operations/objects.ts';
import type { BucketTables } from './settings.ts';

export { bucketMigrations, type BucketTables } from './settings.ts';

export type EmbeddedS3 = {
  readonly operations: readonly Operation[];
  readonly buckets: BucketPort;
  readonly callerBuckets: CallerBucketPort;
  /** Tells of changes from now on. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

/** Buckets on the local disk, below `dir`: the S3 API's operations, and the port that trails deliver to. */
export async function openEmbeddedS3(deps: {
  readonly settings: Settings<BucketTables>;
  readonly dir: string;
  readonly clock: Clock;
  /** Keys of KMS, and the store's own sealing. */
  readonly encryption: EncryptionDeps;
  /** Where notifications of buckets go. */
  readonly destinations: Destinations;
  readonly log: Logger;
}): Promise<EmbeddedS3> {
  const blobs = await openBlobs(join(deps.dir, 'buckets'));
  const { settings, clock, destinations, log } = deps;
  const sender = createNotificationSender({ settings, destinations, clock, log });
  const encryptions = new Encryptions(deps.encryption);
  const store = new BucketStore({ settings, blobs, encryptions, clock, tell: sender.wake });
  const uploads = new MultipartUploads(store);
  await store.sweep();
  return {
    operations: [
      ...bucketOperations(store),
      ...bucketEncryptionOperations(store),
      ...bucketNotificationOperations(store, destinations),
      ...objectOperations(store),
      ...listingOperations(store),
      ...multipartOperations(store, uploads),
    ],
    buckets: createBucketPort(store),
    callerBuckets: createCallerBuckets(store),
    start: sender.start,
    stop: sender.stop,
  };
}
