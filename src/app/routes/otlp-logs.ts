import type { InternalRoute, RouteReply, RouteRequest } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import { messageOf as textOfError } from '../../base/errors.ts';
import { takeWithReport, type ActivityReport } from '../../capture/ingest/activity/report.ts';
import { logActivity } from '../../capture/ingest/otlp/log-activity.ts';
import { MalformedOtlp } from '../../capture/ingest/otlp/log-record.ts';
import { messageOf } from '../../capture/ingest/otlp/protobuf.ts';
import { readJson } from '../../capture/ingest/otlp/read-json.ts';
import { readProtobuf } from '../../capture/ingest/otlp/read-protobuf.ts';
import type { CloudEventsDeps } from './cloud-events.ts';
import { expandBody } from './expand-body.ts';
import { channelOfSender } from './sender.ts';

const LIMITS = { body: 8 * 1024 * 1024, expanded: 32 * 1024 * 1024 };
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/** google.rpc.Code */
const CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 413: 3, 415: 3, 503: 14 };

/**
 * `POST /_ingest/v1/logs`: OTLP/HTTP logs, in protobuf or JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 * 200 when what is good is journalled; what is not is told as a partial success, which exporters do not send again.
 */
export function otlpLogsRoute(deps: CloudEventsDeps): InternalRoute {
  return {
    method: 'POST',
    path: '/_ingest/v1/logs',
    auth: 'none',
    handle: async (request, reply) => {
      const media = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
      const isJson = media !== PROTOBUF;
      try {
        if (media !== PROTOBUF && media !== JSON_TYPE)
          throw new AwsError('UnsupportedMediaType', `Content-Type must be ${PROTOBUF} or ${JSON_TYPE}.`, {
            status: 415,
          });
        send(reply, isJson, await take(deps, request, isJson));
      } catch (error) {
        sendError(reply, isJson, refusalOf(error));
      }
    },
  };
}

async function take(deps: CloudEventsDeps, request: RouteRequest, isJson: boolean): Promise<ActivityReport> {
  const channel = channelOfSender(deps.channels, request);
  const body = await expandBody(request, LIMITS);
  const now = deps.clock.now();
  const records = isJson ? readJson(body) : readProtobuf(body);
  const sent = records.map((record) => logActivity(record, channel, now));
  const report = await takeWithReport(deps, channel, sent);
  if (report.failed.some(({ errorCode }) => errorCode === 'InternalFailure'))
    throw new AwsError('ServiceUnavailable', 'The log records could not be stored now.', { status: 503 });
  return report;
}

function send(reply: RouteReply, isJson: boolean, { failed }: ActivityReport): void {
  const first = failed[0];
  const message = first && `${failed.length} not taken; the first: ${first.errorCode}: ${first.errorMessage}`;
  if (isJson) {
    const partialSuccess = { rejectedLogRecords: String(failed.length), errorMessage: message };
    reply.json(200, first === undefined ? {} : { partialSuccess });
    return;
  }
  const partial = messageOf([
    [1, failed.length],
    [2, message ?? ''],
  ]);
  const body = first === undefined ? new Uint8Array(0) : messageOf([[1, partial]]);
  reply.send(200, { 'content-type': PROTOBUF }, body);
}

/** A Status of google.rpc, in the encoding of the request. */
function sendError(reply: RouteReply, isJson: boolean, error: AwsError): void {
  const code = CODES[error.status] ?? 13;
  const retry: Record<string, string> = error.status === 503 ? { 'retry-after': '5' } : {};
  const body = isJson
    ? JSON.stringify({ code, message: error.message })
    : messageOf([
        [1, code],
        [2, error.message],
      ]);
  reply.send(error.status, { 'content-type': isJson ? JSON_TYPE : PROTOBUF, ...retry }, body);
}

function refusalOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof MalformedOtlp)
    return new AwsError('InvalidParameterException', `The body is not OTLP logs: ${textOfError(error)}.`);
  throw error;
}
