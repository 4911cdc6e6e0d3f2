import { Readable } from 'node:stream';

import { S3Client } from '@aws-sdk/client-s3';

import type { Models, OperationModel } from '../../../src/aws/models/index.ts';
import type { Credentials, TestServer } from '../../kit/server.ts';
import { eventsOf } from './event-stream.ts';
import { plant, plantedVariants } from './plant.ts';
import { ASK } from './upstream.ts';

type Package = Readonly<Record<string, unknown>>;
type Client = {
  readonly send: (command: object) => Promise<unknown>;
  readonly destroy: () => void;
  readonly middlewareStack: { readonly add: (middleware: unknown, options: object) => void };
};
type Sent = { readonly request: { headers: Record<string, string> } };

export type Call = { readonly service: string; readonly operation: string };

/** Every operation of the installed models with a secret in its input or output, by the package that sends it. */
export async function plantedOperations(models: Models, without: ReadonlySet<string>) {
  const found = new Map<string, OperationModel[]>();
  for (const { specifier, signingName, serviceId } of models.packages()) {
    if (without.has(signingName)) continue;
    const service = await models.load(signingName);
    const own = service?.packages.find((one) => one.package.serviceId === serviceId);
    found.set(
      specifier,
      [...(own?.operations.values() ?? [])].filter(
        (model) => plantedVariants(model).length > 0 || eventsOf(model) !== undefined,
      ),
    );
  }
  return found;
}

/** Sends each operation by the official client, to be answered well and badly; the calls that left the client. */
export async function sendAll(
  server: Pick<TestServer, 'url'>,
  operations: ReadonlyMap<string, readonly OperationModel[]>,
  credentials: Credentials,
): Promise<{ readonly sent: readonly Call[]; readonly refused: readonly string[] }> {
  const sent: Call[] = [];
  const refused: string[] = [];
  for (const [specifier, models] of operations) {
    if (models.length === 0) continue;
    const loaded = (await import(specifier)) as Package;
    const { client, left } = openClient(loaded, server.url, credentials);
    for (const model of models) {
      for (const { how, variant } of turns(model)) {
        left.ask = `${how} ${model.service} ${model.name} ${model.protocol} ${variant}`;
        left.count = 0;
        const Command = loaded[`${model.name}Command`] as new (input: object) => object;
        const told = await client
          .send(new Command(plant(model.service, model.input, variant).value))
          .then(readEvents)
          .catch((error: Error) => error.message);
        if (left.count > 0) sent.push({ service: model.service, operation: model.name });
        else refused.push(`${model.service} ${model.name}: ${told.slice(0, 200)}`);
      }
    }
    client.destroy();
  }
  return { sent, refused };
}

/** An answer of events is sent while it is read. */
async function readEvents(output: unknown): Promise<string> {
  const members = Object.values(output as Record<string, unknown>);
  const stream = members.find(
    (member) => typeof member === 'object' && Symbol.asyncIterator in Object(member),
  );
  if (stream !== undefined) await Readable.from(stream as AsyncIterable<unknown>).toArray();
  return '';
}

/** Each member of a union once, answered well; the first one also badly. */
function turns(model: OperationModel) {
  const [first = 0, ...others] = plantedVariants(model);
  const well = [first, ...others].map((variant) => ({ how: 'well', variant }));
  return [...well, { how: 'badly', variant: first }];
}

function openClient(loaded: Package, endpoint: string, credentials: Credentials) {
  const name = Object.keys(loaded).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
  const left = { ask: '', count: 0 };
  const client = new (loaded[name] as new (config: object) => Client)({
    endpoint,
    credentials,
    region: 'us-east-1',
    maxAttempts: 1,
    disableHostPrefix: true,
    forcePathStyle: true,
    useQueueUrlAsEndpoint: false,
    // SQS would check a sum that only a queue can make; S3 needs it for its customers' keys.
    ...(name === 'SQSClient' ? { md5: false } : {}),
    customUserAgent: 'planted',
    // Kinesis would speak HTTP/2.
    requestHandler: new S3Client({}).config.requestHandler,
  });
  const ask = (next: (args: Sent) => Promise<unknown>) => (args: Sent) => {
    args.request.headers[ASK] = left.ask;
    left.count++;
    return next(args);
  };
  // After signing, so that it is not signed.
  client.middlewareStack.add(ask, { step: 'finalizeRequest', priority: 'low', name: 'ask' });
  return { client, left };
}
