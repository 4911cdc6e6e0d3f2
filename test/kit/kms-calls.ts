import { beforeEach } from 'vitest';

import { testKms } from './kms.ts';
import { contextOf } from '../../src/api/call-context.ts';
import type { AwsError } from '../../src/aws/errors.ts';
import type { CallContext, PolicyDocument, Principal } from '../../src/aws/operation.ts';

export const HOME = '123456789012';
export const OTHER = '210987654321';
export const DAY = 86_400_000;

export const time = { now: 0 };
/** Made anew for each test. */
export let kms: Awaited<ReturnType<typeof testKms>>;
beforeEach(async () => {
  time.now = Date.parse('2026-11-29T10:00:00Z');
  kms = await testKms({ now: () => time.now });
});

export const allow = (Action: string | string[], more: object = {}): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*', ...more }],
});
export const ADMIN = allow('*');

export function user(name: string, account = HOME, policies: readonly PolicyDocument[] = [ADMIN]): Principal {
  return {
    type: 'IAMUser',
    accountId: account,
    arn: `arn:aws:iam::${account}:user/${name}`,
    principalId: `AIDA${name.toUpperCase()}`,
    userName: name,
    accessKeyId: undefined,
    sessionContext: undefined,
    fromConsole: false,
    policies,
    expiresAt: undefined,
  };
}

/** The call's context with the policies really asked. */
export function callBy(principal: Principal, region = 'us-east-1'): CallContext {
  const incoming = {
    eventId: 'e',
    startedAt: 0,
    named: {
      ...{
        service: 'kms',
        eventSource: 'kms.amazonaws.com',
        operation: 'x',
        protocol: 'json' as const,
        region,
      },
      ...{ accessKeyId: undefined, sessionToken: undefined, auth: 'header' as const, evidence: '' },
    },
    sourceIp: '127.0.0.1',
    tls: undefined,
    request: { method: 'POST', path: '/', query: '', headers: {}, body: undefined, bodyBytes: 0 },
  };
  const { signal } = new AbortController();
  return contextOf({ incoming, principal, requestId: 'r', origin: 'http://x', now: time.now, signal })
    .context;
}

export async function call(
  name: string,
  input: Record<string, unknown>,
  principal = user('admin'),
  region?: string,
): Promise<Record<string, unknown>> {
  const operation = kms.operations.find((one) => one.name === name);
  return (await operation?.handle(input, callBy(principal, region)))?.output ?? {};
}

export const refusalOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown as AwsError,
  );
  return error && `${error.code}: ${error.message}`;
};

export async function newKey(given: Record<string, unknown> = {}): Promise<string> {
  const { KeyMetadata } = await call('CreateKey', given);
  return (KeyMetadata as { Arn: string }).Arn;
}

export const secret = Buffer.from('the secret');
