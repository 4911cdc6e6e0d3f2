import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { describe, expect, it } from 'vitest';

import { createModels, modelOf, type KnownPackage, type OperationModel } from '../../src/aws/models/index.ts';
import { parseRequest } from '../../src/aws/protocols/index.ts';
import type { Protocol } from '../../src/aws/protocols/protocol.ts';
import { generateInput, VARIANTS, type Variant } from '../../src/aws/protocols/testing/generate-input.ts';
import { openSdk, type SdkRequest } from '../../src/aws/protocols/testing/sdk-requests.ts';
import { asTheWireHasIt } from '../../src/aws/protocols/testing/wire-form.ts';
import { createNamer } from '../../src/capture/naming/index.ts';

/**
 * Every operation of every installed official client, called with parameters made out of its schema: the request that the client's own
 * serializer writes and signs must be named as what was called, and its parameters must be what was given.
 */
const models = createModels();
const namer = createNamer({ models, defaultRegion: 'us-east-1' });

/** What a client adds to what it was given, besides idempotency tokens, by operation. */
const ADDED: Readonly<Record<string, readonly string[]>> = {
  's3 GetObject': ['ChecksumMode'],
  's3 PutObject': ['ChecksumAlgorithm', 'ChecksumCRC32', 'ContentType'],
  's3 PutObjectAnnotation': ['ChecksumCRC32'],
  's3 UploadPart': ['ChecksumAlgorithm', 'ChecksumCRC32'],
  'apigateway GetExport': ['accepts'],
  'ec2 CopySnapshot': ['DestinationRegion', 'PresignedUrl'],
};

type Score = { operations: Set<string>; requests: number; named: number; equal: number };

describe('requests of the official clients', () => {
  const scores = new Map<string, Score>();
  const misnamed: string[] = [];
  const different: string[] = [];

  const send = async (known: KnownPackage, client: Client) => {
    const score = scoreOf(scores, client.protocol);
    for (const model of await operationsOf(known, client.protocol)) {
      const input = generateInput(model, client.variant);
      const request = await client.send(model.name, input);
      const call = `${known.specifier} ${model.name} by ${client.protocol} (${client.variant})`;
      const wrong = namesOf(request).filter((name) => name !== `${known.signingName} ${model.name}`);
      const equal = sameParameters(model, request, input);
      misnamed.push(...wrong.map((name) => `${call} as ${name}`));
      if (!equal) different.push(call);
      score.operations.add(`${known.specifier} ${model.name}`);
      score.requests++;
      score.named += wrong.length === 0 ? 1 : 0;
      score.equal += equal ? 1 : 0;
    }
  };

  // Of a model of our own there is no client to ask.
  for (const known of models.packages().filter(({ folder }) => folder !== '')) {
    it(`of ${known.specifier} come back`, async () => {
      for (const client of await openClients(known)) await send(known, client);
    }, 120_000);
  }

  it('are all named as what was called, and have the parameters that were given', () => {
    for (const [protocol, { operations, requests, named, equal }] of scores)
      process.stdout.write(
        `${protocol}: ${operations.size} operations, ${requests} requests, ${named} named, ${equal} with equal parameters\n`,
      );
    expect(misnamed).toEqual([]);
    expect(different).toEqual([]);
    expect(scores.get('cbor')?.requests).toBeGreaterThan(1000);
  });
});

function scoreOf(scores: Map<string, Score>, protocol: string): Score {
  let score = scores.get(protocol);
  if (score === undefined)
    scores.set(protocol, (score = { operations: new Set(), requests: 0, named: 0, equal: 0 }));
  return score;
}

type Client = {
  readonly protocol: Protocol;
  readonly variant: Variant;
  readonly send: ReturnType<typeof openSdk>;
};

/**
 * Half of the calls go to Opentrail's address, half to where AWS would take them: there S3's buckets stand in the host. What speaks JSON is
 * called by CBOR too, and what once spoke Query by that.
 */
async function openClients({
  specifier,
  protocol,
  queryCompatible,
}: KnownPackage): Promise<readonly Client[]> {
  const loaded = (await import(specifier)) as Readonly<Record<string, unknown>>;
  const here = openSdk(loaded);
  const atAws = openSdk(loaded, { endpoint: undefined });
  const clients: Client[] = VARIANTS.map((variant) => ({
    protocol,
    variant,
    send: variant === 'odd' || variant === 'empty' ? atAws : here,
  }));
  if (protocol === 'json')
    clients.push({
      protocol: 'cbor',
      variant: 'odd',
      send: openSdk(loaded, { protocol: SmithyRpcV2CborProtocol }),
    });
  if (queryCompatible)
    clients.push({
      protocol: 'query',
      variant: 'odd',
      send: openSdk(loaded, { protocol: AwsQueryProtocol }),
    });
  return clients;
}

async function operationsOf(known: KnownPackage, protocol: Protocol): Promise<readonly OperationModel[]> {
  const service = await models.load(known.signingName);
  const own = service?.packages.find(({ package: one }) => one.serviceId === known.serviceId);
  if (service === undefined || own === undefined) throw new Error(`no model of ${known.specifier}`);
  return [...own.operations.keys()].flatMap((name) => modelOf(service, name, protocol) ?? []);
}

/** Signed in the header, presigned, and without any signature where the host tells the service. */
function namesOf(request: SdkRequest): readonly string[] {
  const { authorization = '', ...headers } = request.headers;
  const credential = /Credential=([^,]+)/.exec(authorization)?.[1];
  const forms = [request];
  if (credential !== undefined) {
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Expires=900`;
    forms.push({ ...request, headers, query: request.query === '' ? query : `${request.query}&${query}` });
  }
  if (request.headers['host']?.endsWith('.amazonaws.com')) forms.push({ ...request, headers });
  return forms.map((form) => {
    const bodyStart = namer.needsBodyStart(form) ? form.body?.subarray(0, 4096) : undefined;
    const { service, operation } = namer.name({ ...form, bodyStart });
    return `${service} ${operation}`;
  });
}

function sameParameters(model: OperationModel, request: SdkRequest, given: Record<string, unknown>): boolean {
  const read: Record<string, unknown> = { ...parseRequest(model, request) };
  for (const name of ADDED[`${model.service} ${model.name}`] ?? []) if (!(name in given)) delete read[name];
  try {
    expect(asTheWireHasIt(model, read, given)).toEqual(asTheWireHasIt(model, given, given));
    return true;
  } catch {
    return false;
  }
}
