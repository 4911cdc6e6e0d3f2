import { describe, expect, it } from 'vitest';

import { createModels, modelOf } from '../models/index.ts';
import { parseRequest } from './parse-request.ts';
import { openSdk, sampleInput } from './testing/sdk-requests.ts';

const models = createModels();

/** Every operation of these, and of the others every twelfth. */
const WHOLE = new Set(['cloudtrail', 's3', 'sts', 'sns', 'sqs', 'monitoring', 'kms', 'lambda']);

/** A payload that streams is passed through as it is, not read. */
const STREAMED = new Set(['PutObject', 'UploadPart', 'PutObjectAnnotation', 'InvokeAsync']);

/** Puts the value of a member in front of the host, which not every value can stand. */
const ODD_HOST = new Set(['WriteGetObjectResponse']);

describe('requests of the official clients read back as what was given', () => {
  for (const known of models.packages()) {
    it(`${known.specifier}`, async () => {
      const service = await models.load(known.signingName);
      const loaded = (await import(known.specifier)) as Readonly<Record<string, unknown>>;
      const operations =
        service?.packages.find((one) => one.package.apiVersion === known.apiVersion)?.operations ?? new Map();
      const send = openSdk(loaded);
      const step = WHOLE.has(known.signingName) ? 1 : 12;
      for (const [index, name] of [...operations.keys()].entries()) {
        if (index % step !== 0 || ODD_HOST.has(name)) continue;
        const model = service && modelOf(service, name, known.protocol);
        if (model === undefined) expect.unreachable(`${name} has no model`);
        const input = sampleInput(model);
        const request = await send(name, input);
        const expected = STREAMED.has(name) ? { ...input, ...streamed(request.body, input) } : input;
        expect(plain(parseRequest(model, request)), name).toEqual(plain(expected));
      }
    }, 30_000);
  }
});

function streamed(body: Uint8Array | undefined, input: Record<string, unknown>) {
  const member = ['Body', 'AnnotationPayload', 'InvokeArgs'].find((name) => name in input);
  return member === undefined ? {} : { [member]: body };
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
