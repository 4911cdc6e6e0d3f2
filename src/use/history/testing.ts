import { AccessDenied } from '../../aws/errors.ts';
import type { CallContext } from '../../aws/operation.ts';

/** A caller of account 123456789012 in us-east-1; `allowed` are the further actions that its policies grant. */
export function callContext(
  extensions: Readonly<Record<string, unknown>> = {},
  allowed: readonly string[] = [],
): CallContext {
  return {
    principal: {
      type: 'IAMUser',
      accountId: '123456789012',
      arn: 'arn:aws:iam::123456789012:user/alice',
      principalId: 'AIDAEXAMPLE',
      userName: 'alice',
      accessKeyId: 'AKIAEXAMPLE',
      sessionContext: undefined,
      fromConsole: false,
      policies: [],
      expiresAt: undefined,
    },
    accountId: '123456789012',
    region: 'us-east-1',
    requestId: 'r',
    eventId: 'e',
    sourceIp: '127.0.0.1',
    userAgent: 'test',
    origin: 'http://127.0.0.1:4680',
    headers: {},
    extensions,
    authorize: (action, resource) => {
      if (!allowed.includes(action))
        throw new AccessDenied('arn:aws:iam::123456789012:user/alice', action, resource);
    },
    now: Date.UTC(2026, 10, 21, 12),
    signal: new AbortController().signal,
  };
}
