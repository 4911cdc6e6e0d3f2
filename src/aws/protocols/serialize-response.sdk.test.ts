import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { createModels, modelOf } from '../models/index.ts';
import { OWN_PACKAGES } from '../models/own-packages.ts';
import { serializeResponse } from './serialize-response.ts';
import { readBySdk, sampleInput, sampleOutput } from './testing/sdk-requests.ts';

const models = createModels();

/** Every operation of these, and of the others every twelfth. */
const WHOLE = new Set(['cloudtrail', 's3', 'sts', 'sns', 'sqs', 'kms']);

/** Event streams are not written, since no service of ours answers so; the first puts a member in front of the host. */
const NOT_READ = new Set([
  'WriteGetObjectResponse',
  'SelectObjectContent',
  'StartLiveTail',
  'SubscribeToShard',
  'InvokeWithResponseStream',
]);

describe('answers are read by the official clients as what was given', () => {
  // Of a model of our own there is no client to ask; boto3 and the AWS CLI are asked by test/conformance.
  const ofClients = models
    .packages()
    .filter((one) => !OWN_PACKAGES.includes(one as (typeof OWN_PACKAGES)[number]));
  for (const known of ofClients) {
    it(`${known.specifier}`, async () => {
      const service = await models.load(known.signingName);
      const loaded = (await import(known.specifier)) as Readonly<Record<string, unknown>>;
      const operations =
        service?.packages.find((one) => one.package.apiVersion === known.apiVersion)?.operations ?? new Map();
      const step = WHOLE.has(known.signingName) ? 1 : 12;
      for (const [index, name] of [...operations.keys()].entries()) {
        if (index % step !== 0 || NOT_READ.has(name)) continue;
        const model = service && modelOf(service, name, known.protocol);
        if (model === undefined) expect.unreachable(`${name} has no model`);
        const output = sampleOutput(model, 3);
        const answer = serializeResponse(model, { output }, 'id-1');
        const {
          $metadata: _metadata,
          ExpiresString: _expires,
          ...read
        } = await readBySdk(loaded, name, sampleInput(model, 1), answer);
        expect(await plain(read), name).toEqual(await plain(output));
      }
    }, 30_000);
  }
});

type SdkStream = { readonly transformToString: () => Promise<string> };

/** Values as JSON has them; streams as their text. */
async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Readable) return (value as unknown as SdkStream).transformToString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await plain(item)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
