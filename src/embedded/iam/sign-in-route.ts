import { z } from 'zod';

import { AwsError } from '../../aws/errors.ts';
import type { Principal } from '../../aws/operation.ts';
import type { Headers } from '../../aws/protocols/protocol.ts';
import { consoleLoginOverrides } from './console-login-record.ts';
import type { ConsoleSignIn, SignInResult } from './console-sign-in.ts';

/** What the route needs of a request and its answer; the endpoint's own types fit. */
export type SignInHttpRequest = {
  readonly headers: Headers;
  readonly sourceIp: string;
  readonly origin: string;
  readonly authenticate: () => Promise<{ readonly principal: Principal }>;
  readonly body: (limit: number) => Promise<Uint8Array>;
};

export type SignInHttpReply = {
  readonly send: (status: number, headers: Headers, body?: Uint8Array | string) => void;
};

export type SignInRouteDeps<Request extends SignInHttpRequest> = {
  readonly consoleSignIn: ConsoleSignIn;
  readonly accountId: string;
  /** config.region. */
  readonly region: string;
  /** Journals the `ConsoleLogin` (or `CheckMfa`) record; the answer leaves after it. */
  readonly record: (
    request: Request,
    login: {
      readonly overrides: Readonly<Record<string, unknown>>;
      readonly succeeded: boolean;
      readonly principal: Principal | undefined;
    },
  ) => Promise<void>;
};

const BODY_LIMIT = 65_536;

const body = z.object({
  accountId: z.string().max(63).optional(),
  userName: z.string().min(1).max(128),
  password: z.string().min(1).max(128),
  totp: z.string().max(16).optional(),
});

/**
 * POST /_signin. Takes `{accountId?, userName, password, totp?}` as JSON, or a SigV4 signature (service `opentrail`) instead.
 * Answers 200 with temporary credentials, 401 `bad-credentials` or `mfa-required`, 429 `locked` or `busy` with Retry-After, 400, 415.
 */
export function createSignInRoute<Request extends SignInHttpRequest>(deps: SignInRouteDeps<Request>) {
  return {
    method: 'POST' as const,
    path: '/_signin',
    auth: 'none' as const,
    handle: async (request: Request, reply: SignInHttpReply): Promise<void> => {
      try {
        const result =
          request.headers['authorization'] === undefined
            ? await withPassword(deps, request)
            : await withKey(deps, request);
        const loginTo = `${request.origin}/_console/`;
        const overrides = consoleLoginOverrides({
          result,
          accountId: deps.accountId,
          region: deps.region,
          loginTo,
        });
        await deps.record(request, {
          overrides,
          succeeded: result.result === 'success',
          principal: result.principal,
        });
        answer(deps, reply, result);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        send(reply, error.status, { code: error.code, message: error.message });
      }
    },
  };
}

async function withPassword<Request extends SignInHttpRequest>(
  deps: SignInRouteDeps<Request>,
  request: Request,
): Promise<SignInResult> {
  // A form of another site can be posted here, but not as JSON.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new AwsError('UnsupportedMediaType', 'The body must be application/json.', { status: 415 });
  }
  const parsed = body.safeParse(parse(await request.body(BODY_LIMIT)));
  if (!parsed.success)
    throw new AwsError(
      'ValidationException',
      'The body must be {"userName": "…", "password": "…"}, with "accountId" and "totp" where needed.',
    );
  return deps.consoleSignIn.signIn({ ...parsed.data, sourceIp: request.sourceIp });
}

/** A signature that is not good is recorded as a failed sign-in of somebody unknown. */
async function withKey<Request extends SignInHttpRequest>(
  deps: SignInRouteDeps<Request>,
  request: Request,
): Promise<SignInResult> {
  let principal: Principal;
  try {
    principal = (await request.authenticate()).principal;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const result: SignInResult = {
      result: 'failure',
      reason: 'bad-credentials',
      principal: undefined,
      mfaUsed: false,
    };
    const overrides = consoleLoginOverrides({
      result,
      accountId: deps.accountId,
      region: deps.region,
      loginTo: `${request.origin}/_console/`,
    });
    await deps.record(request, { overrides, succeeded: false, principal: undefined });
    throw error;
  }
  return deps.consoleSignIn.signInWithKey(principal);
}

function answer<Request extends SignInHttpRequest>(
  deps: SignInRouteDeps<Request>,
  reply: SignInHttpReply,
  result: SignInResult,
): void {
  if (result.result === 'failure') {
    const { status, message } = FAILURES[result.reason];
    const retry = result.retryAfter === undefined ? {} : { retryAfterSeconds: result.retryAfter };
    send(
      reply,
      status,
      { code: result.reason, message, ...retry },
      result.retryAfter === undefined ? {} : { 'retry-after': String(result.retryAfter) },
    );
    return;
  }
  const { credentials, principal } = result;
  send(reply, 200, {
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    sessionToken: credentials.sessionToken,
    expiration: new Date(credentials.expiresAt).toISOString(),
    accountId: principal.accountId,
    region: deps.region,
    userArn: principal.arn,
    userName: principal.userName,
    mfaUsed: result.mfaUsed,
    passwordResetRequired: result.passwordResetRequired,
  });
}

const FAILURES = {
  'bad-credentials': {
    status: 401,
    message: 'Your authentication information is incorrect. Please try again.',
  },
  'mfa-required': { status: 401, message: 'Enter the code of your MFA device.' },
  locked: { status: 429, message: 'Too many failed attempts. Try again later.' },
  busy: { status: 429, message: 'Too many sign-ins at once. Try again in a moment.' },
} as const;

function send(
  reply: SignInHttpReply,
  status: number,
  value: Record<string, unknown>,
  headers: Headers = {},
): void {
  reply.send(
    status,
    { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    JSON.stringify(value),
  );
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
