import type { CallContext, Principal } from '../aws/operation.ts';
import { authorize } from '../aws/policy/authorize.ts';
import { conditionKeysOf } from '../aws/policy/condition-keys.ts';
import type { ConditionKeys } from '../aws/policy/policy-request.ts';
import type { Headers } from '../aws/protocols/protocol.ts';
import type { IncomingCall } from '../capture/captured-call.ts';

export type ContextParts = {
  readonly incoming: IncomingCall;
  readonly principal: Principal;
  readonly requestId: string;
  readonly origin: string;
  readonly now: number;
  readonly signal: AbortSignal;
  /** The body of JSON protocols. */
  readonly jsonBody?: Uint8Array | undefined;
};

export type ContextAndKeys = { readonly context: CallContext; readonly conditionKeys: ConditionKeys };

export function contextOf(parts: ContextParts): ContextAndKeys {
  const { incoming, principal, now } = parts;
  const { headers } = incoming.request;
  const { region } = incoming.named;
  const userAgent = headers['user-agent'] ?? '';
  const secure = parts.origin.startsWith('https:');
  const facts = { sourceIp: incoming.sourceIp, userAgent, region, now, secure };
  const conditionKeys = conditionKeysOf(principal, facts);
  const context: CallContext = {
    principal,
    accountId: principal.accountId,
    region,
    requestId: parts.requestId,
    eventId: incoming.eventId,
    sourceIp: incoming.sourceIp,
    userAgent,
    origin: parts.origin,
    path: incoming.request.path,
    headers,
    extensions: jsonObject(parts.jsonBody),
    authorize: (action, resource, rules = {}) => {
      const { resourcePolicy, resourceAccount, resourceMustAllow } = rules;
      const keys =
        rules.conditionKeys === undefined ? conditionKeys : { ...conditionKeys, ...rules.conditionKeys };
      authorize(
        { principal, action, resource, context: keys, resourceAccount },
        {
          identityPolicies: principal.policies,
          resourcePolicies: resourcePolicy === undefined ? [] : [resourcePolicy],
          resourceMustAllow,
        },
      );
    },
    now,
    signal: parts.signal,
  };
  return { context, conditionKeys };
}

/** Our own origin as the client called it. Behind a proxy that speaks TLS it says `http`, as we ourselves do there. */
export function originOf({ headers }: { readonly headers: Headers }, tls: IncomingCall['tls']): string {
  return `${tls === undefined ? 'http' : 'https'}://${headers['host'] ?? 'localhost'}`;
}

function jsonObject(body: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (body === undefined || body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(
      Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'),
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    // Not JSON: parseRequest has said so already.
    return {};
  }
}
