import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { LiveStream } from '../../use/history/stream.ts';

/** `GET /_stream[?scope=all]`: records as they are stored, one JSON object a line. */
export function streamRoute(live: LiveStream): InternalRoute {
  return {
    method: 'GET',
    path: '/_stream',
    auth: 'sigv4',
    action: 'opentrail:StreamEvents',
    operation: 'StreamEvents',
    handle: (request, reply) => {
      if (!request.context) throw new AwsError('AccessDenied', 'not signed', { status: 403 });
      live.serve(request.raw, reply.raw, request.context);
    },
  };
}
