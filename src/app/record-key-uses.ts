import { AwsError } from '../aws/errors.ts';
import { serializeError } from '../aws/protocols/index.ts';
import type { KeyPort, KeyUse } from '../aws/ports.ts';
import { messageOf } from '../base/errors.ts';
import { newEventId } from '../base/ids.ts';
import type { CapturedCall, NamedCall } from '../capture/captured-call.ts';
import type { RecordDeliveriesDeps } from './record-deliveries.ts';

export type RecordedKeys = {
  readonly keys: KeyPort;
  /** Where uses are recorded from now on: keys are needed before there is anything that records. */
  readonly recordTo: (deps: RecordDeliveriesDeps) => void;
};

type Use = 'GenerateDataKey' | 'Decrypt';

/**
 * What the embedded buckets ask of a key for a service (CloudTrail, for the files it puts there) is recorded like any other call, as a call of the
 * service's own: https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html. Trails deliver nothing for it alone
 * (use/trails/delivery/consequences.ts), else each delivery would bring about the next.
 */
export function recordKeyUses(keys: KeyPort): RecordedKeys {
  let deps: RecordDeliveriesDeps | undefined;
  const recorded = async <T>(operation: Use, use: KeyUse, work: () => Promise<T>): Promise<T> => {
    if (deps === undefined || use.user.kind !== 'service') return work();
    const { sink, clock } = deps;
    const startedAt = clock.now();
    const told = (failure?: AwsError) =>
      sink
        .outcome(useCall({ operation, use, startedAt, completedAt: clock.now(), failure }))
        .catch(() => undefined);
    try {
      const answer = await work();
      await told();
      return answer;
    } catch (error) {
      await told(error instanceof AwsError ? error : new AwsError('KMSInternalException', messageOf(error)));
      throw error;
    }
  };
  return {
    keys: {
      ...keys,
      generateDataKey: (use) => recorded('GenerateDataKey', use, () => keys.generateDataKey(use)),
      decrypt: (use) => recorded('Decrypt', use, () => keys.decrypt(use)),
    },
    recordTo: (given) => {
      deps = given;
    },
  };
}

type UseOfKey = {
  readonly operation: Use;
  readonly use: KeyUse;
  readonly startedAt: number;
  readonly completedAt: number;
  readonly failure: AwsError | undefined;
};

function useCall({ operation, use, startedAt, completedAt, failure }: UseOfKey): CapturedCall {
  const { keyArn, context } = use;
  const service = use.user.kind === 'service' ? use.user.service : '';
  const [, , , region = '', account = ''] = keyArn.split(':');
  const named: NamedCall = {
    service: 'kms',
    eventSource: 'kms.amazonaws.com',
    operation,
    protocol: 'json',
    region,
    accessKeyId: undefined,
    sessionToken: undefined,
    auth: 'none',
    evidence: 'delivery',
  };
  const eventId = newEventId();
  const spec = operation === 'GenerateDataKey' ? { KeySpec: 'AES_256' } : {};
  const body = Buffer.from(JSON.stringify({ KeyId: keyArn, ...spec, EncryptionContext: context }));
  return {
    eventId,
    startedAt,
    completedAt,
    named,
    sourceIp: service,
    tls: undefined,
    request: {
      method: 'POST',
      path: '/',
      query: '',
      headers: {
        host: `kms.${region}.amazonaws.com`,
        'user-agent': service,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `TrentService.${operation}`,
      },
      body,
      bodyBytes: body.length,
    },
    response: answerOf(named, { eventId, keyArn, failure }),
    outcome: failure === undefined ? 'allowed' : failure.status === 403 ? 'denied' : 'failed',
    servedBy: 'opentrail',
    caller: { type: 'AWSService', invokedBy: service },
    failure: failure?.message,
    overrides: { recipientAccountId: account },
  };
}

function answerOf(
  named: NamedCall,
  { eventId, keyArn, failure }: { eventId: string; keyArn: string; failure: AwsError | undefined },
): CapturedCall['response'] {
  if (failure !== undefined) {
    const { status, headers, body } = serializeError(named, failure, eventId);
    return { status, headers, body, bodyBytes: body.length };
  }
  const body = Buffer.from(JSON.stringify({ KeyId: keyArn }));
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': eventId },
    body,
    bodyBytes: body.length,
  };
}
