import { parseLogGroupArn } from '../aws/log-arns.ts';
import type { LogSinkPort } from '../aws/ports.ts';
import { newEventId } from '../base/ids.ts';
import type { CapturedCall } from '../capture/captured-call.ts';
import type { RecordDeliveriesDeps } from './record-deliveries.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/**
 * A log stream that Opentrail makes is recorded like any other call, as a call of the service's own. The events that it puts there are not, as AWS
 * records nobody's PutLogEvents: else each delivery would bring about the next.
 */
export function recordLogStreams(sink: LogSinkPort, deps: RecordDeliveriesDeps): LogSinkPort {
  return {
    ...sink,
    ensureStream: async (to) => {
      const startedAt = deps.clock.now();
      const made = await sink.ensureStream(to);
      if (made) await deps.sink.outcome(streamCall(deps, { ...to, startedAt })).catch(() => undefined);
      return made;
    },
  };
}

function streamCall(
  { clock, config }: RecordDeliveriesDeps,
  made: { readonly groupArn: string; readonly stream: string; readonly startedAt: number },
): CapturedCall {
  const group = parseLogGroupArn(made.groupArn);
  const body = Buffer.from(JSON.stringify({ logGroupName: group?.group, logStreamName: made.stream }));
  return {
    eventId: newEventId(),
    startedAt: made.startedAt,
    completedAt: clock.now(),
    named: {
      service: 'logs',
      eventSource: 'logs.amazonaws.com',
      operation: 'CreateLogStream',
      protocol: 'json',
      region: group?.region ?? config.region,
      accessKeyId: undefined,
      sessionToken: undefined,
      auth: 'none',
      evidence: 'delivery',
    },
    sourceIp: CLOUDTRAIL,
    tls: undefined,
    request: {
      method: 'POST',
      path: '/',
      query: '',
      headers: {
        host: 'logs.amazonaws.com',
        'user-agent': CLOUDTRAIL,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'Logs_20140328.CreateLogStream',
      },
      body,
      bodyBytes: body.length,
    },
    response: { status: 200, headers: {}, body: new Uint8Array(0), bodyBytes: 0 },
    outcome: 'allowed',
    servedBy: 'opentrail',
    caller: { type: 'AWSService', invokedBy: CLOUDTRAIL },
    failure: undefined,
    overrides: { recipientAccountId: group?.account ?? config.account_id },
  };
}
