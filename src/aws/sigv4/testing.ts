import type { CredentialSource } from '../credentials.ts';
import { AwsError } from '../errors.ts';
import type { Principal } from '../operation.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { sha256Hex } from './canonical-request.ts';
import { presignRequest, signRequest, type SignWith } from './sign-request.ts';
import type { SignedRequest } from './signed-request.ts';
import { createSigningKeys } from './signing-key.ts';

/** What the tests of this folder verify against. */
export const principal: Principal = {
  type: 'IAMUser',
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/alice',
  principalId: 'AIDAEXAMPLE',
  userName: 'alice',
  accessKeyId: 'AKIDEXAMPLE',
  sessionContext: undefined,
  fromConsole: false,
  policies: [],
  expiresAt: undefined,
};

/** Keys and their secrets; without `anyToken`, a session token must be `good-token`, and `old-token` has expired. */
export function credentialsOf(secrets: Record<string, string>, { anyToken = false } = {}): CredentialSource {
  return {
    issued: (id) => Object.hasOwn(secrets, id),
    resolve: (id, token) => {
      const secretAccessKey = secrets[id];
      if (secretAccessKey === undefined) return Promise.resolve(undefined);
      if (token === 'old-token') return Promise.reject(new AwsError('ExpiredToken', 'expired'));
      if (token !== undefined && token !== 'good-token' && !anyToken)
        return Promise.reject(new AwsError('InvalidClientTokenId', 'invalid'));
      return Promise.resolve({ secretAccessKey, principal });
    },
  };
}

export const NOW = Date.parse('2026-11-21T00:40:16Z');
export const MINUTE = 60_000;
export const URL_ = 'http://127.0.0.1:4680';

export const deps = {
  credentials: credentialsOf({ AKID: 'secret' }),
  clock: { now: () => NOW },
  signingKeys: createSigningKeys(),
};

export type Change = {
  readonly service?: string;
  readonly scopeService?: string;
  readonly protocol?: Protocol;
  readonly key?: string;
  readonly secret?: string;
  readonly token?: string;
  readonly at?: number;
  readonly url?: string;
  readonly region?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly presigned?: number;
  readonly change?: (request: SignedRequest) => Partial<SignedRequest>;
};

export function signed(given: Change = {}): SignedRequest {
  const { service = 'cloudtrail', protocol = 'json', body = '{}', url = `${URL_}/`, change } = given;
  const by: SignWith = {
    credentials: {
      accessKeyId: given.key ?? 'AKID',
      secretAccessKey: given.secret ?? 'secret',
      sessionToken: given.token,
    },
    service: given.scopeService ?? service,
    region: given.region ?? 'us-east-1',
    now: given.at ?? NOW,
  };
  const toSign = {
    method: given.presigned === undefined ? 'POST' : 'GET',
    url,
    headers: given.headers,
    body,
  };
  const sent =
    given.presigned === undefined
      ? new URL(url)
      : new URL(presignRequest({ ...by, expiresIn: given.presigned }, toSign));
  const headers = given.presigned === undefined ? signRequest(by, toSign) : { host: sent.host };
  const bodyHash = given.presigned === undefined || service !== 's3' ? sha256Hex(body) : undefined;
  const request: SignedRequest = {
    method: toSign.method,
    path: sent.pathname,
    query: sent.search.slice(1),
    headers,
    service,
    protocol,
    bodyHash,
  };
  return { ...request, ...change?.(request) };
}

export const header = (name: string, value: string | undefined) => (request: SignedRequest) => {
  const headers: Record<string, string> = { ...request.headers };
  if (value === undefined) delete headers[name];
  else headers[name] = value;
  return { headers };
};

export const authorization = (from: string | RegExp, to: string) => (request: SignedRequest) =>
  header('authorization', request.headers['authorization']?.replace(from, to))(request);
