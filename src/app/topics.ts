import type { TopicPort } from '../aws/ports.ts';
import { createSnsTopics } from '../aws/sns-topics.ts';
import { elsewhere, type ElsewhereDeps } from './elsewhere.ts';

/** Which SNS hears of deliveries and of changes in buckets: the one that was named, else where sns is served. */
export async function topicsOf(deps: ElsewhereDeps, embedded: TopicPort): Promise<TopicPort> {
  const there = await elsewhere('sns', deps);
  return there === undefined
    ? embedded
    : createSnsTopics({ ...there, timeout: deps.config.delivery_timeout });
}
