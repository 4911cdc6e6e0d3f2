import type { InternalRoute } from '../../api/endpoint-contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { CallContext } from '../../aws/operation.ts';

const LARGEST_BODY = 8 * 1024 * 1024;

/** An operation of our own. */
export type JsonOperation = {
  readonly name: string;
  readonly handle: (input: Json, context: CallContext) => Promise<Json>;
};

type Json = Readonly<Record<string, unknown>>;

/** `POST /FOLDER/NAME`: JSON in and out, by whoever may `opentrail:NAME`. */
export function jsonOperationRoutes(
  folder: string,
  operations: readonly JsonOperation[],
): readonly InternalRoute[] {
  return operations.map(({ name, handle }) => ({
    method: 'POST',
    path: `/${folder}/${name}`,
    auth: 'sigv4',
    action: `opentrail:${name}`,
    operation: name,
    recordsBody: true,
    handle: async (request, reply) => {
      if (!request.context) throw new AwsError('AccessDenied', 'not signed', { status: 403 });
      reply.json(200, await handle(jsonInput(await request.body(LARGEST_BODY)), request.context));
    },
  }));
}

/** An object; `{}` of no body. Throws SerializationException. */
export function jsonInput(body: Uint8Array): Json {
  if (body.length === 0) return {};
  try {
    const input: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Json;
  } catch (cause) {
    throw new AwsError('SerializationException', 'The body is not JSON.', { cause });
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.');
}
