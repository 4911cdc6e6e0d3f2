import type { QueuePort } from '../aws/ports.ts';
import { createSqsQueues } from '../aws/sqs-queues.ts';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config.ts';
import { elsewhere } from './elsewhere.ts';
import type { ServingTable } from './serving.ts';

/** Queues that topics and buckets send to: of the SQS that was named, else where sqs is served. */
export async function queuesOf(
  deps: { readonly config: Config; readonly serving: ServingTable; readonly clock: Clock },
  embedded: QueuePort,
): Promise<QueuePort> {
  const there = await elsewhere('sqs', deps);
  return there === undefined ? embedded : createSqsQueues({ ...there, clock: deps.clock });
}
