import type { Readable } from 'node:stream';

import { rememberingSink } from '../../test/kit/wire.ts';
import { AwsError } from '../aws/errors.ts';
import { createModels } from '../aws/models/index.ts';
import type { Models } from '../aws/models/operation-model.ts';
import type { Operation, PolicyDocument, Principal } from '../aws/operation.ts';
import { signRequest } from '../aws/sigv4/sign-request.ts';
import { createSigningKeys } from '../aws/sigv4/signing-key.ts';
import { createLogger, type Logger } from '../base/log.ts';
import type { CapturedCall, CaptureSink } from '../capture/captured-call.ts';
import { createEndpoint } from './endpoint.ts';
import type { CallNamer, EndpointDeps, EndpointTls, InternalRoute } from './endpoint-contract.ts';

export { talk } from '../../test/kit/wire.ts';

/** For the tests of the endpoint: two users, a few operations, and everything that was recorded. */

export const ADMIN = { accessKeyId: 'AKIAADMIN00000000001', secretAccessKey: 'admin-secret' };
export const NOBODY = { accessKeyId: 'AKIANOBODY0000000001', secretAccessKey: 'nobody-secret' };

const ALLOW_ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function principal(userName: string, accessKeyId: string, policies: readonly PolicyDocument[]): Principal {
  return {
    type: 'IAMUser',
    accountId: '123456789012',
    arn: `arn:aws:iam::123456789012:user/${userName}`,
    principalId: `AIDA${userName.toUpperCase()}`,
    userName,
    accessKeyId,
    sessionContext: undefined,
    fromConsole: false,
    policies,
    expiresAt: undefined,
  };
}

const ISSUED = new Map([
  [ADMIN.accessKeyId, { ...ADMIN, principal: principal('admin', ADMIN.accessKeyId, [ALLOW_ALL]) }],
  [NOBODY.accessKeyId, { ...NOBODY, principal: principal('nobody', NOBODY.accessKeyId, []) }],
]);

export type Endpoint = {
  readonly url: string;
  readonly port: number;
  readonly calls: CapturedCall[];
  readonly forwarded: string[];
  /** What PutObject stored, by `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  readonly renewTls: (tls: EndpointTls) => void;
  readonly stop: () => Promise<void>;
};

export type Overrides = {
  readonly sink?: Partial<CaptureSink>;
  readonly settings?: Partial<EndpointDeps['settings']>;
  readonly routes?: readonly InternalRoute[];
  readonly operations?: readonly Operation[];
  readonly namer?: Partial<CallNamer>;
  readonly log?: Logger;
};

const models = createModels();

export async function startEndpoint(
  createNamer: (deps: { models: Models; defaultRegion: string }) => CallNamer,
  { sink: sinkOverrides, settings = {}, routes = [], operations = [], namer = {}, log }: Overrides = {},
): Promise<Endpoint> {
  const { sink, calls } = rememberingSink(sinkOverrides);
  const forwarded: string[] = [];
  const objects = new Map<string, Buffer>();
  let next = 0;
  const endpoint = createEndpoint({
    settings: { maxHeaderBytes: 65_536, upstreamTimeout: 60_000, trustedProxies: [], ...settings },
    routes,
    operations: [...operations, ...jsonOperations(), ...objectOperations(objects)],
    models,
    namer: { ...createNamer({ models, defaultRegion: 'us-east-1' }), ...namer },
    serving: ({ service }) =>
      service === 'ec2'
        ? { kind: 'upstream', url: 'http://upstream' }
        : { kind: OWN.has(service) ? 'opentrail' : 'nobody' },
    gateway: {
      forward: ({ incoming, res, bodyStart }) => {
        forwarded.push(`${incoming.named.operation} ${Buffer.concat(bodyStart).toString()}`);
        res.end('forwarded');
      },
    },
    sink,
    credentials: {
      resolve: (key) => Promise.resolve(ISSUED.get(key)),
      issued: (key) => ISSUED.has(key),
    },
    signingKeys: createSigningKeys(),
    clock: { now: () => Date.now() },
    newEventId: () => `00000000-0000-4000-8000-${String(++next).padStart(12, '0')}`,
    log: log ?? createLogger('silent'),
  });
  const { host, port } = await endpoint.listen('127.0.0.1', 0);
  const url = `${settings.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  const { stop, renewTls } = endpoint;
  return { url, port, calls, forwarded, objects, stop, renewTls };
}

const OWN = new Set(['cloudtrail', 's3', 'sts', 'iam']);

function jsonOperations(): readonly Operation[] {
  return [
    {
      service: 'sts',
      name: 'GetCallerIdentity',
      action: false,
      handle: (_input, { principal: { arn, accountId } }) =>
        Promise.resolve({ output: { Arn: arn, Account: accountId, UserId: 'u' } }),
    },
    {
      service: 'cloudtrail',
      name: 'LookupEvents',
      handle: (input, context) =>
        Promise.resolve({
          output: { Events: [{ EventName: String(input['MaxResults']), Username: context.sourceIp }] },
          extensions: { Seen: context.extensions['Scope'] },
        }),
    },
    {
      service: 'cloudtrail',
      name: 'GetTrail',
      handle: () => Promise.reject(new AwsError('TrailNotFoundException', 'Unknown trail', { status: 404 })),
    },
    {
      service: 'cloudtrail',
      name: 'ListTrails',
      handle: () => Promise.reject(new TypeError('a bug of ours')),
    },
  ];
}

function objectOperations(objects: Map<string, Buffer>): readonly Operation[] {
  const nameOf = (input: Readonly<Record<string, unknown>>) =>
    `${String(input['Bucket'])}/${String(input['Key'])}`;
  return [
    {
      service: 's3',
      name: 'PutObject',
      anonymous: true,
      resources: (input) => [`arn:aws:s3:::${nameOf(input)}`],
      resourcePolicy: (input) => Promise.resolve(input['Bucket'] === 'public' ? PUBLIC : undefined),
      handle: async (input) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of input['Body'] as Readable) chunks.push(chunk as Uint8Array);
        objects.set(nameOf(input), Buffer.concat(chunks));
        return { output: { ETag: '"e"' } };
      },
    },
    {
      service: 's3',
      name: 'GetObject',
      handle: async (input) => {
        const { Readable } = await import('node:stream');
        const body = objects.get(nameOf(input));
        if (body === undefined)
          throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
        const pieces = input['Key'] === 'broken' ? broken(body) : [body];
        return { output: { Body: Readable.from(pieces, { objectMode: false }), ContentLength: body.length } };
      },
    },
    {
      service: 's3',
      name: 'HeadObject',
      handle: (input) =>
        Promise.resolve({ output: { ContentLength: objects.get(nameOf(input))?.length, ETag: '"e"' } }),
    },
  ];
}

async function* broken(body: Buffer): AsyncGenerator<Buffer> {
  yield body.subarray(0, 1);
  yield body.subarray(1, 2);
  await Promise.resolve();
  throw new TypeError('the disk is gone');
}

const PUBLIC = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::public/*' }],
};

export type Signing = {
  readonly credentials?: typeof ADMIN;
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer<ArrayBuffer>;
  readonly now?: number;
};

/** Signs a request as a client does, and sends it. */
export async function call(
  url: string,
  options: Signing,
): Promise<{ status: number; body: string; headers: Headers }> {
  const {
    credentials = ADMIN,
    service = 'cloudtrail',
    method = 'POST',
    path = '/',
    body,
    now = Date.now(),
  } = options;
  const headers = signRequest(
    { credentials, service, region: 'us-east-1', now },
    { method, url: `${url}${path}`, headers: options.headers ?? {}, body: body ?? '' },
  );
  delete headers['host'];
  const answer = await fetch(`${url}${path}`, { method, headers, body: body ?? null });
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
}

export function json(operation: string): Readonly<Record<string, string>> {
  return {
    'x-amz-target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`,
    'content-type': 'application/x-amz-json-1.1',
  };
}
