import { authorize } from '../../src/aws/policy/authorize.ts';
import { conditionKeysOf } from '../../src/aws/policy/condition-keys.ts';
import type {
  CallContext,
  Operation,
  OperationInput,
  PolicyDocument,
  Principal,
} from '../../src/aws/operation.ts';

export const ACCOUNT = '123456789012';
export const OTHER = '210987654321';

export type TurnableClock = { time: number; now: () => number };

export function turnableClock(): TurnableClock {
  const clock = { time: Date.parse('2026-11-29T10:00:00Z'), now: () => clock.time };
  return clock;
}

/** Calls an operation as the endpoint does: policies asked first. As the administrator unless told otherwise. */
export type Caller = (
  operation: string,
  input: OperationInput,
  as?: Principal,
  region?: string,
) => Promise<Record<string, unknown>>;

export function callerOf(operations: readonly Operation[], clock: Pick<TurnableClock, 'time'>): Caller {
  const named = new Map(operations.map((operation) => [operation.name, operation]));
  return async (name, input, as = user('admin'), region = 'us-east-1') => {
    const operation = named.get(name);
    if (operation === undefined) throw new TypeError(`no operation ${name}`);
    return callAs(operation, input, contextOf(as, region, clock.time));
  };
}

const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export function user(
  name: string,
  { account = ACCOUNT, policies = [ALL] as readonly PolicyDocument[] } = {},
): Principal {
  return {
    type: 'IAMUser',
    accountId: account,
    arn: `arn:aws:iam::${account}:user/${name}`,
    principalId: `AIDA${name}`,
    userName: name,
    accessKeyId: undefined,
    sessionContext: undefined,
    fromConsole: false,
    policies,
    expiresAt: undefined,
  };
}

export const ANONYMOUS: Principal = {
  ...user('nobody', { account: 'anonymous', policies: [] }),
  type: 'Anonymous',
  arn: '*',
};

/** As the endpoint calls operations: policies asked first. */
export async function callAs(operation: Operation, input: OperationInput, context: CallContext) {
  const { principal, sourceIp, userAgent, region, now } = context;
  if (principal.type === 'Anonymous' && operation.anonymous !== true) throw new TypeError('not signed');
  const action = operation.action ?? `${operation.service}:${operation.name}`;
  const own = await operation.conditionKeys?.(input, context);
  const keys = { ...conditionKeysOf(principal, { sourceIp, userAgent, region, now, secure: false }), ...own };
  const policy = await operation.resourcePolicy?.(input, context);
  const resourceAccount = await operation.resourceAccount?.(input, context);
  for (const resource of action === false ? [] : (operation.resources?.(input, context) ?? ['*']))
    authorize(
      { principal, action: action as string, resource, context: keys, resourceAccount },
      { identityPolicies: principal.policies, resourcePolicies: policy === undefined ? [] : [policy] },
    );
  return (await operation.handle(input, context)).output ?? {};
}

export function contextOf(principal: Principal, region: string, now: number): CallContext {
  const call = { sourceIp: '127.0.0.1', userAgent: 'test', region, now };
  return {
    ...call,
    principal,
    accountId: principal.accountId,
    requestId: 'request',
    eventId: 'event',
    origin: 'https://audit.example',
    headers: {},
    extensions: {},
    authorize: (action, resource, { resourcePolicy, resourceAccount } = {}) =>
      authorize(
        { principal, action, resource, context: {}, resourceAccount },
        {
          identityPolicies: principal.policies,
          resourcePolicies: resourcePolicy === undefined ? [] : [resourcePolicy],
        },
      ),
    signal: new AbortController().signal,
  };
}
