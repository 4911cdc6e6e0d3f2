import type { BucketPort } from '../aws/ports.ts';
import { createS3Buckets } from '../aws/s3-buckets.ts';
import type { Clock } from '../base/clock.ts';
import type { CaptureSink } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';
import { elsewhere } from './elsewhere.ts';
import { recordDeliveries } from './record-deliveries.ts';
import type { ServingTable } from './serving.ts';

export type BucketsDeps = {
  readonly config: Config;
  /** The embedded buckets. */
  readonly s3: BucketPort;
  readonly sink: CaptureSink;
  readonly serving: ServingTable;
  readonly clock: Clock;
};

/** Where log files go: the S3 that was named, else where s3 is served. What is put there is recorded. */
export async function openBuckets(deps: BucketsDeps): Promise<BucketPort> {
  const { config, s3 } = deps;
  const there = await elsewhere('s3', deps);
  if (there === undefined) return recordDeliveries(s3, deps);
  const { region, delivery_timeout: timeout } = config;
  return recordDeliveries(createS3Buckets({ ...there, region, timeout }), deps);
}
