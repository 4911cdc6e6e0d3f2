import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { AwsError } from '../../src/aws/errors.ts';
import type { Operation } from '../../src/aws/operation.ts';
import { callContext } from './trail-setup.ts';

/** Operations behind JSON 1.1 without signatures or policies: what the real AWS CLI needs to speak to trails alone. */
export async function startTrailEndpoint(
  operations: readonly Operation[],
  answered: (operation: string, eventId: string) => void = () => undefined,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const name = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const context = callContext({
      region:
        /Credential=[^/]+\/\d+\/([^/]+)/.exec(String(request.headers.authorization))?.[1] ?? 'us-east-1',
    });
    void answer(name, json(request), context)
      .catch((error: unknown) => {
        if (!(error instanceof AwsError)) throw error;
        response.statusCode = error.status;
        return { __type: error.code, message: error.message };
      })
      .then((body) => {
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify(wire(body)));
        answered(name, context.eventId);
      });
  });
  const answer = async (
    name: string,
    body: Promise<unknown>,
    context: ReturnType<typeof callContext>,
  ): Promise<unknown> => {
    const operation = operations.find((one) => one.name === name);
    if (operation === undefined) throw new AwsError('UnknownOperationException', name);
    return (await operation.handle(parsed(await body), context)).output ?? {};
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function parsed(input: unknown): Record<string, unknown> {
  const entries = Object.entries(input as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      name.endsWith('Time') && typeof value === 'number' ? new Date(value * 1000) : value,
    ]),
  );
}

function wire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, wire(member)]));
}
