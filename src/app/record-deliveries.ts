import { AwsError } from '../aws/errors.ts';
import type { BucketPort, PutObject } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import { messageOf } from '../base/errors.ts';
import type { CapturedCall, CaptureSink, NamedCall } from '../capture/captured-call.ts';
import type { Config } from '../config.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

export type RecordDeliveriesDeps = {
  readonly sink: CaptureSink;
  readonly clock: Clock;
  readonly config: Pick<Config, 'account_id' | 'region'>;
};

/** What Opentrail puts into a bucket is recorded like any other call, as a call of the service's own. */
export function recordDeliveries(buckets: BucketPort, deps: RecordDeliveriesDeps): BucketPort {
  return {
    ...buckets,
    put: async (object) => {
      const startedAt = deps.clock.now();
      const failure = await buckets.put(object).then(
        () => undefined,
        (error: unknown) =>
          error instanceof Error ? error : new AwsError('InternalError', messageOf(error)),
      );
      await deps.sink.outcome(deliveryCall(deps, { object, startedAt, failure })).catch(() => undefined);
      if (failure !== undefined) throw failure;
    },
  };
}

function encryptionHeaders({ kms }: PutObject): Record<string, string> {
  if (kms === undefined) return {};
  return {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': kms.keyArn,
    'x-amz-server-side-encryption-context': Buffer.from(JSON.stringify(kms.context)).toString('base64'),
  };
}

type Delivery = { readonly object: PutObject; readonly startedAt: number; readonly failure: unknown };

function deliveryCall(
  { clock, config }: RecordDeliveriesDeps,
  { object, startedAt, failure }: Delivery,
): CapturedCall {
  const named: NamedCall = {
    service: 's3',
    eventSource: 's3.amazonaws.com',
    operation: 'PutObject',
    protocol: 'rest-xml',
    region: config.region,
    accessKeyId: undefined,
    sessionToken: undefined,
    auth: 'none',
    evidence: 'delivery',
  };
  const status = failure === undefined ? 200 : failure instanceof AwsError ? failure.status : 503;
  const body =
    failure instanceof AwsError
      ? `<Error><Code>${failure.code}</Code><Message>${failure.message}</Message></Error>`
      : '';
  return {
    eventId: newEventId(),
    startedAt,
    completedAt: clock.now(),
    named,
    sourceIp: CLOUDTRAIL,
    tls: undefined,
    request: {
      method: 'PUT',
      path: `/${object.bucket}/${object.key.split('/').map(encodeURIComponent).join('/')}`,
      query: '',
      headers: {
        host: 's3.amazonaws.com',
        'user-agent': CLOUDTRAIL,
        'content-type': object.contentType,
        'x-amz-acl': object.acl ?? 'private',
        ...encryptionHeaders(object),
      },
      body: undefined,
      bodyBytes: object.body.length,
    },
    response: { status, headers: {}, body: Buffer.from(body), bodyBytes: body.length },
    outcome: failure === undefined ? 'allowed' : status === 403 ? 'denied' : 'failed',
    servedBy: 'opentrail',
    caller: { type: 'AWSService', invokedBy: CLOUDTRAIL },
    failure: failure === undefined ? undefined : messageOf(failure),
    overrides: { recipientAccountId: object.source?.accountId ?? config.account_id },
  };
}
