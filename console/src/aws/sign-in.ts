import { createClient } from './client.ts';
import { ApiError, errorFromAnswer, unreachable } from './errors.ts';
import type { Credentials } from './sign.ts';

/** What a sign-in yields. */
export type SignedIn = {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly accountId: string;
  readonly region: string;
  readonly userArn: string;
  readonly userName: string;
};

export type SignInDeps = {
  readonly origin: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
};

export type PasswordSignIn = {
  readonly accountId?: string | undefined;
  readonly userName: string;
  readonly password: string;
  readonly totp?: string | undefined;
};

/** Rejects with ApiError: `bad-credentials`, `mfa-required`, `locked` (with retryAfterSeconds), or what the server says. */
export async function signInWithPassword(deps: SignInDeps, request: PasswordSignIn): Promise<SignedIn> {
  const url = new URL('/_signin', deps.origin);
  const headers = { 'content-type': 'application/json' };
  const init: RequestInit = {
    method: 'POST',
    headers,
    body: JSON.stringify(request),
    credentials: 'omit',
    cache: 'no-store',
  };
  const response = await deps.fetch(url, init).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  const body = await response.text();
  if (!response.ok) throw errorFromAnswer(response.status, response.headers, body);
  return readSignedIn(body);
}

/** The same by an access key: only its signature goes over the wire. */
export async function signInWithKey(deps: SignInDeps, credentials: Credentials): Promise<SignedIn> {
  const client = createClient({ ...deps, caller: () => ({ credentials, region: 'us-east-1' }) });
  const response = await client.own({ method: 'POST', path: '/_signin' });
  return readSignedIn(await response.text());
}

function readSignedIn(body: string): SignedIn {
  const answer = JSON.parse(body) as Record<string, unknown>;
  const expiration = Date.parse(String(answer['expiration']));
  const accessKeyId = answer['accessKeyId'];
  const secretAccessKey = answer['secretAccessKey'];
  if (
    typeof accessKeyId !== 'string' ||
    typeof secretAccessKey !== 'string' ||
    !Number.isFinite(expiration)
  ) {
    throw new ApiError({
      code: 'BadAnswer',
      message: 'The sign-in answer carries no credentials.',
      status: 200,
    });
  }
  return {
    credentials: { accessKeyId, secretAccessKey, sessionToken: String(answer['sessionToken'] ?? '') },
    expiration,
    accountId: String(answer['accountId'] ?? ''),
    region: String(answer['region'] ?? ''),
    userArn: String(answer['userArn'] ?? ''),
    userName: String(answer['userName'] ?? ''),
  };
}
