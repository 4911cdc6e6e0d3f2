import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { IngestChannel } from '../../capture/ingest/activity/activity.ts';
import { failure } from '../../capture/ingest/activity/activity.ts';
import { takeWithReport, type ReportDeps, type SentActivity } from '../../capture/ingest/activity/report.ts';
import type { CloudEvent, Problem } from '../../capture/ingest/cloudevents/cloud-event.ts';
import { cloudEventActivity } from '../../capture/ingest/cloudevents/cloud-event-activity.ts';
import { readCloudEvents } from '../../capture/ingest/cloudevents/read-cloud-events.ts';
import type { Channels } from '../channels.ts';
import { expandBody } from './expand-body.ts';
import { channelOfSender } from './sender.ts';

export type CloudEventsDeps = ReportDeps & {
  readonly channels: Pick<Channels, 'senders' | 'table'>;
  readonly clock: Clock;
};

const LIMITS = { body: 8 * 1024 * 1024, expanded: 32 * 1024 * 1024 };

/**
 * `POST /_ingest/cloudevents`: CloudEvents 1.0 over HTTP. 200 only when every event is journalled; 400 when some are no good, and names them,
 * after the others were taken; 503 when the journal takes none now. To send everything again harms nothing.
 */
export function cloudEventsRoute(deps: CloudEventsDeps): InternalRoute {
  return {
    method: 'POST',
    path: '/_ingest/cloudevents',
    auth: 'none',
    handle: async (request, reply) => {
      const channel = channelOfSender(deps.channels, request);
      const body = await expandBody(request, LIMITS);
      const read = readCloudEvents({ headers: request.headers, body });
      if ('unsupported' in read)
        throw new AwsError('UnsupportedMediaType', `${read.unsupported}.`, { status: 415 });
      if ('problem' in read)
        throw new AwsError('InvalidCloudEvent', `The event is not valid: ${read.problem}.`);
      const sent = read.events.map((event, at) => sentOf(event, at, { channel, now: deps.clock.now() }));
      const report = await takeWithReport(deps, channel, sent);
      reply.json(statusOf(report), report);
    },
  };
}

function sentOf(
  event: CloudEvent | Problem,
  at: number,
  { channel, now }: { readonly channel: IngestChannel; readonly now: number },
): SentActivity {
  if ('problem' in event)
    return { id: `[${at}]`, read: failure('InvalidData', `[${at}]: ${event.problem}.`) };
  return { id: event.id, read: cloudEventActivity(event, channel, now) };
}

function statusOf({ failed }: { readonly failed: readonly { readonly errorCode: string }[] }): number {
  if (failed.length === 0) return 200;
  return failed.some(({ errorCode }) => errorCode === 'InternalFailure') ? 503 : 400;
}
