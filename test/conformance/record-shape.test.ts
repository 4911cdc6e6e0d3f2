import { existsSync, globSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { beforeAll, describe, expect, it } from 'vitest';

import { AwsError } from '../../src/aws/errors.ts';
import { createModels, modelOf, type OperationModel } from '../../src/aws/models/index.ts';
import { serializeError, serializeResponse } from '../../src/aws/protocols/index.ts';
import { shapeOf } from '../../src/aws/protocols/shape.ts';
import { openSdk, type SdkRequest } from '../../src/aws/protocols/testing/sdk-requests.ts';
import type { CallerIdentity, CapturedCall } from '../../src/capture/captured-call.ts';
import { createRecorder } from '../../src/record/recorder.ts';
import { eventNameOf } from '../../src/record/renames.ts';
import { parseRecords } from '../../src/record/slice-records.ts';
import { valuesFrom } from './record-shape/input-from-record.ts';
import { differences, typesOf } from './record-shape/json-types.ts';
import { s3RequestFor } from './record-shape/s3-request.ts';

/**
 * Each real record is made once more by us: its parameters and answer are turned back into what a client must have sent and a service
 * answered, written by the official serializers, and given to our recorder. The two records then differ where ours is not as AWS writes it.
 */

const vectors = '../shared/vectors/records/invictus';
const models = createModels();

type Json = Readonly<Record<string, unknown>>;
type Real = { readonly record: Json; readonly model: OperationModel; readonly specifier: string };

/** What newer clients send of themselves than those of 2023. */
const NEWER_CLIENTS = new Set(['ec2:CreateRouteTable requestParameters.clientToken']);

/** What only AWS's servers fill in, by path or by event name and path. */
const ONLY_AWS = new Map([
  ['vpcEndpointId', 'the endpoint of a VPC that the call came through'],
  ['sharedEventID', 'the copy that another account got'],
  ['ec2:CreateNetworkInterface requestParameters.denyAllIgwTraffic', 'a default, not in the model'],
  ['ec2:DeleteSnapshot requestParameters.force', 'a default, not in the model'],
  ['ec2:DeleteVolume requestParameters.reportVolumeFailure', 'a default, not in the model'],
  ['ssm:SendCommand requestParameters.interactive', 'a default, not in the model'],
  ['ssm:SendCommand responseElements.command.interactive', 'not in the model'],
  ['ssm:SendCommand responseElements.command.clientName', 'not in the model'],
  ['ssm:SendCommand responseElements.command.clientSourceId', 'not in the model'],
  ['ec2:CreateInternetGateway responseElements.internetGateway.association', 'not in the model'],
  ['ec2:DisassociateRouteTable responseElements.associationState', 'not in the model'],
  [
    'ec2:RunInstances responseElements.instancesSet.items[].networkInterfaceSet.items[].tagSet',
    'an empty list, which our serializer of answers does not write',
  ],
  [
    'ec2:RunInstances responseElements.instancesSet.items[].metadataOptions.httpProtocolIpv4',
    'not in the model',
  ],
  ['rds:CreateDBInstance responseElements.httpEndpointEnabled', 'not in the model'],
  ['rds:DeleteDBInstance responseElements.httpEndpointEnabled', 'not in the model'],
  ['lambda:UpdateFunctionCode requestParameters.fullyQualifiedArn', 'made by the service'],
]);

/** What makes answers unequal: dates that some of AWS's servers write without a comma, and what is listed above. */
const equal = { records: 0, requestParameters: 0, responseElements: 0 };

const realByName = new Map<string, Real[]>();
const oursByName = new Map<string, Json[]>();

function* realRecords(): Generator<Json> {
  for (const file of globSync(`${vectors}/**/*.json.gz`)) {
    for (const one of parseRecords(gunzipSync(readFileSync(file)))) {
      if ('record' in one && one.record['eventType'] === 'AwsApiCall') yield one.record;
    }
  }
}

async function realOf(record: Json): Promise<Real | undefined> {
  const service = String(record['eventSource']).split('.')[0] ?? '';
  const loaded = await models.load(service);
  const name = String(record['eventName']);
  const operation = [...(loaded?.operations.keys() ?? [])].find(
    (one) => eventNameOf({ service, operation: one }) === name,
  );
  const model =
    operation === undefined || loaded === undefined ? undefined : modelOf(loaded, operation, 'unknown');
  const known = models
    .packages()
    .find(
      ({ signingName, apiVersion }) => signingName === service && apiVersion === model?.package.apiVersion,
    );
  return model === undefined || known === undefined
    ? undefined
    : { record, model, specifier: known.specifier };
}

async function requestFor({ record, model, specifier }: Real): Promise<SdkRequest> {
  const parameters = (record['requestParameters'] ?? {}) as Json;
  if (model.service === 's3') return s3RequestFor(parameters, record['readOnly'] === true);
  const loaded = (await import(specifier)) as Readonly<Record<string, unknown>>;
  const input = valuesFrom(shapeOf(model.input), parameters);
  return openSdk(loaded, { region: 'us-east-1' })(model.name, input);
}

function answerFor({ record, model }: Real) {
  const id = String(record['requestID']);
  const code = record['errorCode'];
  if (typeof code === 'string') {
    const bare = code.replace(/^(Client|Server)\./, '');
    return serializeError(model, new AwsError(bare, String(record['errorMessage'] ?? '')), id);
  }
  const elements = record['responseElements'] as Json | null;
  const unwrapped = UNWRAPPED.has(model.service) && elements !== null ? wrapped(model, elements) : elements;
  const output = { ...valuesFrom(shapeOf(model.output), unwrapped), ...keyOf(record, model) };
  const answer = serializeResponse(model, { output }, id);
  const written = shapeOf(model.output)
    .members()
    .some(({ name }) => name === 'Return');
  return written || elements?.['_return'] === undefined
    ? answer
    : { ...answer, body: withReturn(answer.body) };
}

/** KMS answers with the key, which its records show in the resources alone. */
function keyOf(record: Json, { service }: OperationModel): Json {
  const [key] = (record['resources'] ?? []) as { ARN: string }[];
  return service === 'kms' && key !== undefined ? { KeyId: key.ARN } : {};
}

/** EC2 says `<return>true</return>` where the models have no member for it. */
function withReturn(body: unknown): Uint8Array {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
  return Buffer.from(text.replace(/<\/\w+Response>$/, (end) => `<return>true</return>${end}`));
}

/** RDS records what its answer's only structure holds. */
const UNWRAPPED = new Set(['rds']);
function wrapped(model: OperationModel, elements: Json): Json {
  const [only] = shapeOf(model.output).members();
  return only === undefined ? elements : { [only.name]: elements };
}

function callOf(real: Real, request: SdkRequest): CapturedCall {
  const { record, model } = real;
  const answer = answerFor(real);
  const body = answer.body instanceof Uint8Array ? answer.body : new Uint8Array();
  const failed = record['errorCode'] !== undefined;
  return {
    eventId: String(record['eventID']),
    startedAt: Date.parse(String(record['eventTime'])),
    completedAt: Date.parse(String(record['eventTime'])),
    named: {
      service: model.service,
      eventSource: String(record['eventSource']),
      operation: model.name,
      protocol: model.protocol,
      region: String(record['awsRegion']),
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      sessionToken: undefined,
      auth: 'header',
      evidence: 'test',
    },
    sourceIp: '10.0.0.1',
    tls:
      record['tlsDetails'] === undefined
        ? undefined
        : { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
    request: {
      method: request.method,
      path: request.path,
      query: request.query,
      headers: { 'user-agent': 'aws-cli', ...request.headers },
      body: request.body ?? new Uint8Array(),
      bodyBytes: request.body?.length ?? 0,
    },
    response: { status: answer.status, headers: answer.headers, body, bodyBytes: body.length },
    outcome: failed ? 'failed' : 'allowed',
    servedBy: 'upstream',
    caller: identityOf(record['userIdentity'] as CallerIdentity, record),
    failure: undefined,
  };
}

function identityOf(identity: CallerIdentity, record: Json): CallerIdentity {
  return { ...identity, fromConsole: record['sessionCredentialFromConsole'] === 'true' };
}

beforeAll(async () => {
  if (!existsSync(vectors)) return;
  const recorder = createRecorder({
    models,
    identities: {
      identify: () => undefined,
      learnKey: () => undefined,
      learnPrincipal: () => undefined,
      principal: () => undefined,
      foreign: () => undefined,
    },
    defaultAccount: '123837392027',
  });
  for (const record of realRecords()) {
    const real = await realOf(record);
    if (real === undefined) continue;
    const name = `${real.model.service}:${real.model.name}`;
    const known = realByName.get(name) ?? [];
    realByName.set(name, [...known, real]);
    const event = await recorder.build(callOf(real, await requestFor(real)));
    const ours = JSON.parse(Buffer.from(event.raw).toString('utf8')) as Json;
    oursByName.set(name, [...(oursByName.get(name) ?? []), ours]);
    equal.records++;
    for (const part of ['requestParameters', 'responseElements'] as const)
      if (isDeepStrictEqual(ours[part], record[part])) equal[part]++;
  }
}, 120_000);

describe.skipIf(!existsSync(vectors))('our record of a call that AWS recorded too', () => {
  it('has the members of theirs and no others, but for what only AWS can know', () => {
    const found = { extra: new Set<string>(), typed: new Set<string>(), missing: new Set<string>() };
    let same = 0;
    for (const [name, ours] of oursByName) {
      const theirs = (realByName.get(name) ?? []).map(({ record }) => record);
      const { extra, typed, missing } = differences(typesOf(ours), typesOf(theirs));
      if (extra.length + typed.length + missing.length === 0) same++;
      for (const path of extra) found.extra.add(`${name} ${path}`);
      for (const path of typed) found.typed.add(`${name} ${path}`);
      for (const path of missing) found.missing.add(`${name} ${path}`);
    }
    print(found, same);
    console.log('parameters and answers that are equal to the last letter', equal);
    expect(equal.requestParameters / equal.records).toBeGreaterThan(0.99);
    expect(equal.responseElements / equal.records).toBeGreaterThan(0.96);
    const unlisted = [...found.missing].filter((one) => !isListed(one));
    expect([...found.extra].filter((one) => !NEWER_CLIENTS.has(one))).toEqual([]);
    expect([...found.typed]).toEqual([]);
    expect(unlisted).toEqual([]);
    expect(oursByName.size).toBeGreaterThan(200);
  });

  it('has its keys in the order of theirs', () => {
    const before = new Set<string>();
    for (const record of realRecords()) for (const pair of pairsOf(record)) before.add(pair);
    const reversed = new Set<string>();
    for (const ours of [...oursByName.values()].flat())
      for (const pair of pairsOf(ours))
        if (before.has(pair.split(' ').reverse().join(' '))) reversed.add(pair);
    expect([...reversed]).toEqual([]);
  });
});

function isListed(difference: string): boolean {
  const [name = '', path = ''] = difference.split(' ');
  return ONLY_AWS.has(path) || ONLY_AWS.has(`${name} ${path}`);
}

function pairsOf(record: Json): readonly string[] {
  const keys = Object.keys(record);
  return keys.flatMap((key, index) => keys.slice(index + 1).map((later) => `${key} ${later}`));
}

function print(found: Readonly<Record<string, ReadonlySet<string>>>, same: number): void {
  const records = [...oursByName.values()].flat().length;
  console.log(
    `${records} records of ${oursByName.size} event names made again, ${same} names without any difference`,
  );
  for (const [kind, differing] of Object.entries(found)) console.log(kind, [...differing]);
}
