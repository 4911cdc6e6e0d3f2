import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createModels, modelOf, type KnownPackage } from './index.ts';

describe('createModels', () => {
  it('knows of every installed package, without loading it, what its client says of itself', async () => {
    const models = createModels();
    expect(models.installed()).toContain('cloudtrail');
    expect(models.packages().length).toBeGreaterThanOrEqual(40);
    for (const known of models.packages().filter(({ folder }) => folder !== '')) {
      expect(models.loaded(known.signingName)?.service).toBe(undefined);
    }
    for (const known of models.packages().filter(({ folder }) => folder !== '')) {
      const service = await models.load(known.signingName);
      const found = service?.packages.find(
        ({ package: one }) => one.apiVersion === known.apiVersion,
      )?.package;
      expect(found, known.specifier).toMatchObject({
        protocol: known.protocol,
        targetPrefix: known.targetPrefix,
      });
    }
  });

  it('reads out of the packages what they would do when run', async () => {
    const models = createModels();
    for (const known of models.packages().filter(({ folder }) => folder !== '')) {
      const run = (await import(known.specifier)) as Readonly<Record<string, unknown>>;
      const { config } = new (clientOf(run))({});
      expect(known, known.specifier).toMatchObject(settingsOf(config));
      const service = await models.load(known.signingName);
      const read = service?.packages.find(
        ({ package: one }) => one.serviceId === known.serviceId,
      )?.operations;
      const schemas = Object.values(run).filter(
        (value) => Array.isArray(value) && value[0] === 9,
      ) as Schema[];
      expect([...(read?.keys() ?? [])].sort(), known.specifier).toEqual(
        schemas.map(([, , name]) => name).sort(),
      );
      const seen = new Set<unknown>();
      for (const [, , name, , input, output] of schemas) {
        const model = read?.get(name);
        expectSame(model?.input.getSchema(), input(), { seen, at: `${known.specifier} ${name}` });
        expectSame(model?.output.getSchema(), output(), { seen, at: `${known.specifier} ${name}` });
      }
    }
  }, 60_000);

  it('has packages of other folders, ours first, and leaves out what it cannot read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'models-'));
    await writePackage(folder, 'client-made-up', { service: 'made-up', schemas: MADE_UP });
    await writePackage(folder, 'client-sts', { service: 'not-sts', schemas: MADE_UP });
    await writePackage(folder, 'client-strange', { service: 'strange', schemas: 'export var A$ = f(1);' });
    const models = createModels({ folders: [folder, join(folder, 'missing')] });
    expect(models.installed()).toEqual(expect.arrayContaining(['made-up', 'sts', 'strange']));
    expect(models.installed()).not.toContain('not-sts');
    const madeUp = await models.load('made-up');
    expect(madeUp).toMatchObject({ protocol: 'json', apiVersion: '2020-01-02' });
    expect(madeUp?.packages[0]?.package).toMatchObject({
      jsonVersion: '1.0',
      targetPrefix: 'MadeUp',
      errorNames: new Map([['Gone', 'GoneException']]),
    });
    const [name, member] = [...(madeUp?.operations.get('Do')?.input.structIterator() ?? [])][0] ?? [];
    expect([name, member?.isListSchema(), member?.getMergedTraits()]).toEqual([
      'Names',
      true,
      { xmlName: 'N' },
    ]);
    expect(await models.load('strange')).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  it('loads a service once', async () => {
    const models = createModels();
    expect(models.loaded('sts')).toBeUndefined();
    const [first, second] = await Promise.all([models.load('sts'), models.load('sts')]);
    expect(first).toBe(second);
    expect(models.loaded('sts')).toBe(first);
  });

  it('has no model for a service without a package', async () => {
    const models = createModels();
    for (const name of ['cloudtrail-metadata', 'unknown', '__proto__', '../x', '']) {
      expect(await models.load(name)).toBeUndefined();
    }
  });

  it('describes operations: binding, bucket included, input and output', async () => {
    const s3 = await createModels().load('s3');
    expect(s3).toMatchObject({ service: 's3', apiVersion: '2006-03-01', protocol: 'rest-xml' });
    expect(s3?.operations.get('GetObject')?.http).toEqual({
      method: 'GET',
      uri: '/{Bucket}/{Key+}?x-id=GetObject',
      code: 200,
    });
    expect(s3?.operations.get('GetBucketAcl')?.http?.uri).toBe('/{Bucket}?acl');
    expect(s3?.operations.get('ListBuckets')?.http?.uri).toBe('/?x-id=ListBuckets');
    const members = [...(s3?.operations.get('GetBucketAcl')?.input.structIterator() ?? [])].map(
      ([name]) => name,
    );
    expect(members).toContain('Bucket');
  });
});

describe('modelOf', () => {
  it('gives an operation under the protocol that a request shows', async () => {
    const sqs = await createModels().load('sqs');
    if (sqs === undefined) expect.unreachable('sqs is not installed');
    expect(modelOf(sqs, 'SendMessage', 'query')?.protocol).toBe('query');
    expect(modelOf(sqs, 'SendMessage', 'json')?.protocol).toBe('json');
    expect(modelOf(sqs, 'SendMessage', 'unknown')?.protocol).toBe('json');
    expect(modelOf(sqs, 'NoSuchOperation', 'json')).toBeUndefined();
  });

  it('tells packages that share a signing name apart by the protocol', async () => {
    const ses = await createModels().load('ses');
    if (ses === undefined) expect.unreachable('ses is not installed');
    expect(modelOf(ses, 'SendEmail', 'query')?.package.serviceId).toBe('SES');
    expect(modelOf(ses, 'SendEmail', 'rest-json')?.package.serviceId).toBe('SESv2');
    expect(modelOf(ses, 'CreateReceiptRule', 'query')?.package.serviceId).toBe('SES');
    expect(modelOf(ses, 'CreateContactList', 'rest-json')?.package.serviceId).toBe('SESv2');
  });
});

type Schema = readonly [9, string, string, unknown, () => unknown, () => unknown];
type ClientConfig = {
  readonly apiVersion: string;
  readonly serviceId: string;
  readonly protocolSettings: {
    readonly defaultNamespace: string;
    readonly xmlNamespace?: string;
    readonly serviceTarget?: string;
    readonly awsQueryCompatible?: boolean;
  };
};

function clientOf(run: Readonly<Record<string, unknown>>) {
  const name = Object.keys(run).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
  return run[name] as new (config: object) => { config: ClientConfig };
}

function settingsOf({ apiVersion, serviceId, protocolSettings }: ClientConfig): Partial<KnownPackage> {
  return {
    apiVersion,
    serviceId,
    namespace: protocolSettings.defaultNamespace,
    xmlNamespace: protocolSettings.xmlNamespace,
    targetPrefix: protocolSettings.serviceTarget,
    queryCompatible: protocolSettings.awsQueryCompatible === true,
  };
}

/** Two static schemas with all that they lead to; `seen` ends circles. */
function expectSame(a: unknown, b: unknown, { seen, at }: { seen: Set<unknown>; at: string }): void {
  if (typeof a === 'function' && typeof b === 'function')
    return expectSame((a as () => unknown)(), (b as () => unknown)(), { seen, at });
  if (!Array.isArray(a) || !Array.isArray(b)) return expect(a, at).toEqual(b);
  if (seen.has(a)) return;
  seen.add(a);
  expect(a.length, at).toBe(b.length);
  for (const [index, one] of (a as unknown[]).entries())
    expectSame(one, b[index], { seen, at: `${at}.${index}` });
}

const MADE_UP = `const _D = "Do";
const _N = "Names";
const _xN = "xmlName";
const n0 = "com.example";
import { TypeRegistry } from "@smithy/core/schema";
const n0_registry = TypeRegistry.for(n0);
export var GoneException$ = [-3, n0, "GoneException",
    { ["awsQueryError"]: [\`Gone\`, 404] },
    [],
    []
];
export const errorTypeRegistries = [
    n0_registry,
];
export var DoInput$ = [3, n0, "DoInput", 0, [_N], [[() => Names, { [_xN]: "N" }]]];
var __Unit = "unit";
var Names = 64 | 0;
export var Do$ = [9, n0, _D, 0, () => DoInput$, () => __Unit];
`;

async function writePackage(
  folder: string,
  name: string,
  { service, schemas }: { service: string; schemas: string },
) {
  const files = {
    'dist-es/endpoint/EndpointParameters.js': `defaultSigningName: "${service}",`,
    'dist-es/runtimeConfig.shared.js': `apiVersion: "2020-01-02", protocol: config?.protocol ?? AwsJson1_0Protocol, serviceTarget: "MadeUp",`,
    'dist-es/schemas/schemas_0.js': schemas,
    'package.json': '{"main":"missing.js"}',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), text);
  }
}
