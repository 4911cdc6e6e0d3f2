import { randomUUID } from 'node:crypto';

import { regionOfArn } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation } from '../../../aws/operation.ts';
import { hostId } from '../../../aws/protocols/request-id.ts';
import { bucketArn, openBucket, ruledByBucket } from '../access.ts';
import type { BucketStore } from '../bucket-store.ts';
import { notBuilt } from '../encryption-input.ts';
import { rulesOf, type NotificationRule } from '../notifications/configuration.ts';
import { send, sourceOf, type Destinations } from '../notifications/destinations.ts';
import { invalid, readConfiguration, shownConfiguration } from '../notifications/read-configuration.ts';
import type { BucketRow } from '../settings.ts';

/** Whom a bucket tells of its changes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html */
export function bucketNotificationOperations(store: BucketStore, destinations: Destinations): Operation[] {
  const onBucket = { service: 's3', resources: bucketArn, ...ruledByBucket(store) } as const;
  return [
    {
      ...onBucket,
      name: 'PutBucketNotificationConfiguration',
      action: 's3:PutBucketNotification',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        const rules = readConfiguration(input['NotificationConfiguration']);
        checkPlaces(rules, bucket, destinations);
        if (input['SkipDestinationValidation'] !== true)
          await tryOut(rules, { bucket, destinations, context });
        const notifications = rules.length === 0 ? null : JSON.stringify(rules);
        await store.setBucket(bucket.name, { notifications });
        return {};
      },
    },
    {
      ...onBucket,
      name: 'GetBucketNotificationConfiguration',
      action: 's3:GetBucketNotification',
      handle: async (input, context) => {
        const bucket = await openBucket(store, input, context);
        return { output: shownConfiguration(rulesOf(bucket.notifications)) };
      },
    },
  ];
}

/** Throws InvalidArgument for a destination of another region, NotImplemented where there is none of its kind. */
function checkPlaces(
  rules: readonly NotificationRule[],
  { region }: BucketRow,
  { functions, buses }: Destinations,
): void {
  for (const { kind, arn } of rules) {
    if (kind === 'bus') {
      if (buses() === undefined) throw notBuilt('EventBridgeConfiguration');
    } else if (regionOfArn(arn) !== region)
      throw invalid(
        'The notification destination service region is not valid for the bucket location constraint',
        arn,
      );
    if (kind === 'function' && functions === undefined)
      throw notBuilt('LambdaFunctionConfiguration without OPENTRAIL_FUNCTIONS');
  }
}

type Trial = {
  readonly bucket: BucketRow;
  readonly destinations: Destinations;
  readonly context: CallContext;
};

/** Queues and topics get a test event; functions are asked whether they would be invoked. Throws InvalidArgument with what each said. */
async function tryOut(
  rules: readonly NotificationRule[],
  { bucket, destinations, context }: Trial,
): Promise<void> {
  const body = JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(context.now).toISOString(),
    Bucket: bucket.name,
    RequestId: context.requestId,
    HostId: hostId(randomUUID()),
  });
  const refusals: string[] = [];
  for (const { kind, arn } of rules) {
    if (kind === 'bus') continue;
    try {
      if (kind === 'function')
        await destinations.functions?.checkInvoke({ functionArn: arn, source: sourceOf(bucket) });
      else await send(destinations, { kind, arn, body, created_at: context.now }, bucket);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refusals.push(`${arn}: ${error.message}`);
    }
  }
  if (refusals.length > 0)
    throw invalid(`Unable to validate the following destination configurations: ${refusals.join('; ')}`);
}
