import type { BucketPort } from '../aws/ports.ts';
import { createS3Buckets } from '../aws/s3-buckets.ts';
import type { Clock } from '../base/clock.ts';
import type { CaptureSink } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';
import { recordDeliveries } from './record-deliveries.ts';
import type { ServingTable } from './serving.ts';
import { upstreamKey } from './upstream-key.ts';

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
  const { config, s3, serving } = deps;
  const endpoint = config.s3_endpoint ?? serving.upstreamOf('s3');
  if (endpoint === undefined || endpoint === 'embedded') return recordDeliveries(s3, deps);
  const foreign = createS3Buckets({
    endpoint,
    region: config.region,
    credentials: await upstreamKey(config),
    timeout: config.delivery_timeout,
  });
  return recordDeliveries(foreign, deps);
}
