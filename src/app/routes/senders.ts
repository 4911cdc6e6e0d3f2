import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { SenderOperation } from '../../use/lake/channels/operations/senders.ts';
import { jsonInput } from './json-operations.ts';

const LARGEST_BODY = 64 * 1024;

/** `POST /_channels/NAME`: JSON in and out, by whoever may `opentrail:NAME` on the channel. */
export function senderRoutes(operations: readonly SenderOperation[]): readonly InternalRoute[] {
  return operations.map(({ name, handle }) => ({
    method: 'POST',
    path: `/_channels/${name}`,
    auth: 'sigv4',
    operation: name,
    recordsBody: true,
    handle: async (request, reply) => {
      if (!request.context) throw new AwsError('AccessDenied', 'not signed', { status: 403 });
      reply.json(200, await handle(jsonInput(await request.body(LARGEST_BODY)), request.context));
    },
  }));
}
