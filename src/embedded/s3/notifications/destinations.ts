import type { EventBusPort, FunctionPort, QueuePort, ServiceSource, TopicPort } from '../../../aws/ports.ts';
import type { BucketRow, NotificationRow } from '../settings.ts';
import type { DestinationKind } from './configuration.ts';

/** Where notifications of buckets can go. */
export type Destinations = {
  readonly queues: QueuePort;
  readonly topics: TopicPort;
  /** Undefined where nobody serves lambda. */
  readonly functions: FunctionPort | undefined;
  /** Undefined where there are no buses. */
  readonly buses: () => EventBusPort | undefined;
};

const SUBJECT = 'Amazon S3 Notification';

export function sourceOf(bucket: Pick<BucketRow, 'name' | 'account_id'>): ServiceSource {
  return { service: 's3.amazonaws.com', arn: `arn:aws:s3:::${bucket.name}`, accountId: bucket.account_id };
}

/** Hands a notification over. Throws what the destination says, AwsError for the most part. */
export async function send(
  { queues, topics, functions, buses }: Destinations,
  {
    kind,
    arn,
    body,
    created_at: time,
  }: Pick<NotificationRow, 'arn' | 'body' | 'created_at'> & { readonly kind: DestinationKind },
  bucket: Pick<BucketRow, 'name' | 'account_id' | 'region'>,
): Promise<void> {
  const source = sourceOf(bucket);
  switch (kind) {
    case 'queue':
      return queues.send({ queueArn: arn, body, attributes: {}, source });
    case 'topic':
      return topics.publish({ topicArn: arn, message: body, subject: SUBJECT, source });
    case 'function':
      if (functions === undefined) throw new TypeError('nobody serves lambda: set OPENTRAIL_FUNCTIONS');
      return functions.invoke({ functionArn: arn, payload: body, source });
    case 'bus': {
      const bus = buses();
      if (bus === undefined) throw new TypeError('there are no event buses');
      const { detailType, detail } = JSON.parse(body) as {
        detailType: string;
        detail: Record<string, unknown>;
      };
      const { account_id: account, region } = bucket;
      return bus.put({
        account,
        region,
        source: 'aws.s3',
        detailType,
        resources: [source.arn],
        time,
        detail,
      });
    }
  }
}
