import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { SenderOperation } from '../../use/lake/channels/operations/senders.ts';

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
      reply.json(200, await handle(inputOf(await request.body(LARGEST_BODY)), request.context));
    },
  }));
}

function inputOf(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    const input: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof input === 'object' && input !== null && !Array.isArray(input))
      return input as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new AwsError('SerializationException', 'The body is not JSON.', { cause });
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.');
}
