import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

import { AwsError } from '../../../src/aws/errors.ts';
import { modelOf, type Models } from '../../../src/aws/models/index.ts';
import { serializeError, serializeResponse } from '../../../src/aws/protocols/index.ts';
import { eventsOf, plantedEvents } from './event-stream.ts';
import { plant, PLANTED, SHOWN } from './plant.ts';

/** Asks the upstream for an answer: `well ssm PutParameter json 0` (0: the first member of each union) or `badly …`. Not signed. */
export const ASK = 'x-test-answer';

/**
 * Answers every service: well, with the secret in each member of the output that must not be seen, or badly, with a message that repeats the
 * secret that was sent. Remembers which calls brought the secret here, and the signatures and tokens it saw.
 */
export async function startLeakyUpstream(models: Models) {
  const carried = new Set<string>();
  const signatures = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks = (await Readable.from(request).toArray()) as Buffer[];
    const sent = `${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(chunks).toString('latin1')}`;
    for (const [, signature = ''] of sent.matchAll(/Signature=([0-9a-f]{64})/g)) signatures.add(signature);
    const asked = request.headers[ASK];
    const [how, service = '', operation = '', protocol, variant = '0'] =
      typeof asked === 'string' ? asked.split(' ') : [];
    const carries = sent.includes(PLANTED) || sent.includes(Buffer.from(PLANTED).toString('base64'));
    if (carries) carried.add(`${service} ${operation}`);
    const loaded = await models.load(service);
    const model = loaded === undefined ? undefined : modelOf(loaded, operation, protocol as never);
    if (model === undefined) return void response.writeHead(404).end();
    const message = `1 validation error detected: Value '${carries ? PLANTED : SHOWN}' at 'x' failed to satisfy constraint`;
    const written =
      how === 'badly'
        ? serializeError(
            { protocol: model.protocol, service },
            new AwsError('ValidationException', message),
            'r-1',
          )
        : serializeResponse(model, { output: plant(service, model.output, Number(variant)).value }, 'r-1');
    const events = how === 'well' ? eventsOf(model) : undefined;
    if (events !== undefined) {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      return void response.end(plantedEvents(events));
    }
    response.writeHead(written.status, { ...written.headers });
    response.end(written.body instanceof Uint8Array ? written.body : undefined);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    carried,
    signatures,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
