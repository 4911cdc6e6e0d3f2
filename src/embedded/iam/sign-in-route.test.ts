import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, startIam, type TestIam } from '../../../test/kit/iam.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Principal } from '../../aws/operation.ts';
import { createConsoleSignIn } from './console-sign-in.ts';
import { createSignInRoute, type SignInHttpRequest } from './sign-in-route.ts';

let kit: TestIam;
let records: { overrides: Readonly<Record<string, unknown>>; succeeded: boolean }[];

beforeEach(async () => {
  kit = await startIam();
  records = [];
  await kit.call('CreateUser', { UserName: 'alice' });
  await kit.call('CreateLoginProfile', { UserName: 'alice', Password: 'Correct-horse-7' });
});

afterEach(() => kit[Symbol.asyncDispose]());

async function post(body: string, change: Partial<SignInHttpRequest> = {}) {
  const route = createSignInRoute({
    consoleSignIn: createConsoleSignIn({ iam: kit.iam, sessionDuration: 3_600_000 }),
    accountId: ACCOUNT,
    region: 'eu-central-1',
    record: async (_request, login) => void records.push(login),
  });
  const request: SignInHttpRequest = {
    headers: { 'content-type': 'application/json' },
    sourceIp: '198.51.100.1',
    origin: 'http://127.0.0.1:4680',
    authenticate: () => Promise.reject(new AwsError('InvalidSignatureException', 'no', { status: 403 })),
    body: () => Promise.resolve(Buffer.from(body)),
    ...change,
  };
  let answer:
    { status: number; headers: Readonly<Record<string, string>>; body: Record<string, unknown> } | undefined;
  await route.handle(request, {
    send: (status, headers, text) =>
      void (answer = { status, headers, body: JSON.parse(String(text)) as Record<string, unknown> }),
  });
  return answer ?? expect.fail('no answer');
}

const credentials = (change: object = {}) =>
  JSON.stringify({ userName: 'alice', password: 'Correct-horse-7', ...change });

describe('POST /_signin', () => {
  it('answers a right password with credentials that nobody stores on the way', async () => {
    const { status, headers, body } = await post(credentials());
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      accountId: ACCOUNT,
      region: 'eu-central-1',
      userName: 'alice',
      userArn: `arn:aws:iam::${ACCOUNT}:user/alice`,
      expiration: '2026-11-21T01:00:00.000Z',
      passwordResetRequired: false,
    });
    const resolved = await kit.iam.credentials.resolve(
      String(body['accessKeyId']),
      String(body['sessionToken']),
    );
    expect(resolved?.secretAccessKey).toBe(body['secretAccessKey']);
    expect(records).toMatchObject([
      {
        succeeded: true,
        overrides: {
          eventName: 'ConsoleLogin',
          additionalEventData: { LoginTo: 'http://127.0.0.1:4680/_console/' },
        },
      },
    ]);
  });

  it('answers a wrong one with 401 and records it', async () => {
    expect(await post(credentials({ password: 'x' }))).toMatchObject({
      status: 401,
      body: { code: 'bad-credentials' },
    });
    expect(records).toMatchObject([
      { succeeded: false, overrides: { errorMessage: 'Failed authentication' } },
    ]);
  });

  it('answers 429 with the time to wait once locked', async () => {
    for (let i = 0; i < 5; i++) await post(credentials({ password: 'x' }));
    expect(await post(credentials())).toMatchObject({
      status: 429,
      headers: { 'retry-after': '900' },
      body: { code: 'locked', retryAfterSeconds: 900 },
    });
  });

  it.each([
    ['no JSON', '{', 400, 'ValidationException'],
    ['a missing password', '{"userName":"alice"}', 400, 'ValidationException'],
    ['a password of another type', credentials({ password: {} }), 400, 'ValidationException'],
    ['an endless password', credentials({ password: 'x'.repeat(1000) }), 400, 'ValidationException'],
  ])('refuses %s, and records nothing', async (_name, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, body: { code } });
    expect(records).toEqual([]);
  });

  it('refuses what a form of another site could send', async () => {
    expect(await post(credentials(), { headers: { 'content-type': 'text/plain' } })).toMatchObject({
      status: 415,
    });
  });

  it('takes a signature instead of a password', async () => {
    const principal: Principal = await kit.admin();
    const answer = await post('', {
      headers: { authorization: 'AWS4-HMAC-SHA256 …' },
      authenticate: () => Promise.resolve({ principal }),
    });
    expect(answer).toMatchObject({ status: 200, body: { userName: 'admin' } });
    expect(records).toMatchObject([{ succeeded: true, overrides: { userIdentity: { userName: 'admin' } } }]);
  });

  it('records a signature that is not good as a failure of somebody unknown', async () => {
    expect(await post('', { headers: { authorization: 'AWS4-HMAC-SHA256 …' } })).toMatchObject({
      status: 403,
      body: { code: 'InvalidSignatureException' },
    });
    expect(records).toMatchObject([
      { succeeded: false, overrides: { userIdentity: { userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' } } },
    ]);
  });
});
