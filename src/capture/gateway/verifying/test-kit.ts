import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { AwsError } from '../../../aws/errors.ts';
import { createModels } from '../../../aws/models/index.ts';
import type { PolicyDocument, Principal } from '../../../aws/operation.ts';
import { sha256Hex } from '../../../aws/sigv4/canonical-request.ts';
import { presignRequest, signRequest } from '../../../aws/sigv4/sign-request.ts';
import { createSigningKeys, deriveSigningKey } from '../../../aws/sigv4/signing-key.ts';
import { createNamer } from '../../naming/index.ts';
import type { Headers, NamedCall } from '../../captured-call.ts';
import type { Verifying } from '../contract.ts';
import { get, startFront, type Front, type FrontOptions, type Got } from '../test-kit.ts';

/** For the tests of verifying forwarding: keys of ours, one for the upstream, and clients that sign. */

export const ADMIN = { accessKeyId: 'AKIAADMIN00000000001', secretAccessKey: 'admin-secret' };
export const READER = { accessKeyId: 'AKIAREADER0000000001', secretAccessKey: 'reader-secret' };
export const SESSION = {
  accessKeyId: 'ASIASESSION000000001',
  secretAccessKey: 'session-secret',
  sessionToken: 'good-token',
};
/** As `startVerifyingServer` knows it. */
export const UPSTREAM_KEY = { accessKeyId: 'AKID', secretAccessKey: 'secret' };

export function allow(action: string | string[], resource: string | string[] = '*'): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] };
}

export function principalOf(userName: string, policies: readonly PolicyDocument[]): Principal {
  return {
    type: 'IAMUser',
    accountId: '123456789012',
    arn: `arn:aws:iam::123456789012:user/${userName}`,
    principalId: `AIDA${userName.toUpperCase()}`,
    userName,
    accessKeyId: undefined,
    sessionContext: undefined,
    fromConsole: false,
    policies,
    expiresAt: undefined,
  };
}

const KEYS = new Map([
  [ADMIN.accessKeyId, { ...ADMIN, principal: principalOf('admin', [allow('*')]) }],
  [
    READER.accessKeyId,
    { ...READER, principal: principalOf('reader', [allow('s3:Get*', 'arn:aws:s3:::open/*')]) },
  ],
  [SESSION.accessKeyId, { ...SESSION, principal: principalOf('session', [allow('*')]) }],
]);

const VERIFYING: Verifying = {
  credentials: {
    issued: (key) => KEYS.has(key),
    resolve: (key, token) => {
      const found = KEYS.get(key);
      if (found !== undefined && 'sessionToken' in found && found.sessionToken !== token)
        return Promise.reject(new AwsError('InvalidClientTokenId', 'invalid'));
      return Promise.resolve(found);
    },
  },
  signingKeys: createSigningKeys(),
  upstreamKey: UPSTREAM_KEY,
};

export async function startVerifyingFront(upstream: string, options: FrontOptions = {}): Promise<Front> {
  const models = createModels();
  await models.load('s3');
  const namer = createNamer({ models, defaultRegion: 'us-east-1' });
  const name = (req: IncomingMessage): NamedCall => {
    const [path = '', query = ''] = (req.url ?? '').split('?');
    return namer.name({ method: req.method ?? '', path, query, headers: req.headers as Headers });
  };
  return startFront(upstream, { name, verifying: VERIFYING, ...options });
}

export type Signing = {
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly service?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Headers;
  readonly body?: string | Buffer;
  /** What is signed in place of the body's hash. */
  readonly hash?: string;
};

/** Headers as a client signs them; `host` is theirs to choose. */
export function signed(url: string, request: Signing = {}): Record<string, string> {
  const { credentials = ADMIN, service = 's3', method = 'GET', path = '/', body = '', hash } = request;
  const by = { credentials, service, region: 'us-east-1', now: Date.now() };
  const headers = { ...request.headers };
  const base = headers['host'] === undefined ? url : `http://${headers['host']}`;
  return signRequest(by, {
    method,
    url: `${base}${path}`,
    headers,
    body: hash === undefined ? body : { hash },
  });
}

export function send(url: string, request: Signing = {}): Promise<Got> {
  const { method = 'GET', path = '/', body } = request;
  const headers = signed(url, request);
  return get(url, { method, path, headers, ...(body === undefined ? {} : { body }) });
}

export function presigned(url: string, path: string, credentials = ADMIN): string {
  const by = { credentials, service: 's3', region: 'us-east-1', now: Date.now(), expiresIn: 60 };
  return presignRequest(by, { method: 'GET', url: `${url}${path}` }).slice(url.length);
}

/** An aws-chunked body, each chunk signed and chained to the request's signature. */
export function signedChunks(
  headers: Readonly<Record<string, string>>,
  chunks: readonly Buffer[],
  trailer?: string,
): Buffer {
  const [, seed = ''] = /Signature=(\w+)/.exec(headers['authorization'] ?? '') ?? [];
  const amzDate = headers['x-amz-date'] ?? '';
  const date = amzDate.slice(0, 8);
  const { secretAccessKey } = ADMIN;
  const key = deriveSigningKey({ secretAccessKey, date, region: 'us-east-1', service: 's3' });
  let previous = seed;
  const sign = (kind: string, rest: string): string => {
    const scope = `${date}/us-east-1/s3/aws4_request`;
    const text = `AWS4-HMAC-SHA256-${kind}\n${amzDate}\n${scope}\n${previous}\n${rest}`;
    return (previous = createHmac('sha256', key).update(text).digest('hex'));
  };
  const pieces = [...chunks, Buffer.alloc(0)].flatMap((chunk) => {
    const signature = sign('PAYLOAD', `${sha256Hex('')}\n${sha256Hex(chunk)}`);
    const head = Buffer.from(`${chunk.length.toString(16)};chunk-signature=${signature}\r\n`);
    return chunk.length === 0 ? [head] : [head, chunk, Buffer.from('\r\n')];
  });
  const last = trailer === undefined ? '' : `${trailer}\r\n`;
  const proof =
    trailer === undefined ? '' : `x-amz-trailer-signature:${sign('TRAILER', sha256Hex(`${trailer}\n`))}\r\n`;
  return Buffer.concat([...pieces, Buffer.from(`${last}${proof}\r\n`)]);
}
