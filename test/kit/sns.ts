import { AwsError } from '../../src/aws/errors.ts';
import { authorize } from '../../src/aws/policy/authorize.ts';
import { conditionKeysOf } from '../../src/aws/policy/condition-keys.ts';
import type {
  CallContext,
  Operation,
  OperationInput,
  PolicyDocument,
  Principal,
} from '../../src/aws/operation.ts';
import type { FunctionPort, QueuePort } from '../../src/aws/ports.ts';
import { createLogger } from '../../src/base/log.ts';
import { createMailer } from '../../src/base/mailer.ts';
import { publicOr } from '../../src/base/private-address.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import {
  openEmbeddedSns,
  snsMigrations,
  type EmbeddedSns,
  type SnsTables,
} from '../../src/embedded/sns/index.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';

export const ACCOUNT = '123456789012';
export const OTHER = '210987654321';

/** The embedded SNS with a clock to turn, called as the endpoint calls operations: policies asked first. */
export type TestSns = AsyncDisposable & {
  readonly sns: EmbeddedSns;
  readonly clock: { time: number; now: () => number };
  readonly call: (
    operation: string,
    input: OperationInput,
    as?: Principal,
    region?: string,
  ) => Promise<Record<string, unknown>>;
};

export function turnableClock(): TestSns['clock'] {
  const clock = { time: Date.parse('2026-11-29T10:00:00Z'), now: () => clock.time };
  return clock;
}

const NO_QUEUES: QueuePort = {
  send: ({ queueArn }) => Promise.reject(new AwsError('QueueDoesNotExist', queueArn)),
  checkSend: ({ queueArn }) => Promise.reject(new AwsError('QueueDoesNotExist', queueArn)),
};

/** Made once for all tests of a file: it takes a while. */
let signingKey: SnsTables['sns_signing_keys'] | undefined;

export async function startSns({
  path = ':memory:',
  allow = ['127.0.0.0/8'],
  queues = NO_QUEUES,
  functions,
  smtp,
  clock = turnableClock(),
}: {
  readonly path?: string;
  readonly allow?: readonly string[];
  readonly queues?: QueuePort;
  readonly functions?: FunctionPort;
  readonly smtp?: { readonly url: string; readonly from: string };
  readonly clock?: TestSns['clock'];
} = {}): Promise<TestSns> {
  const { db, close } = await openSettings<SnsTables>({ path, migrations: [snsMigrations] });
  if (signingKey !== undefined && path === ':memory:')
    await db.insertInto('sns_signing_keys').values(signingKey).execute();
  const mailer = smtp && createMailer(smtp);
  const sns = openEmbeddedSns({
    settings: db,
    masterKey: masterKeyOf(new Uint8Array(32)),
    url: () => 'https://audit.example',
    addresses: publicOr(allow),
    queues,
    functions,
    mail: mailer,
    clock,
    log: createLogger('silent'),
  });
  const operations = new Map(sns.operations.map((operation) => [operation.name, operation]));
  return {
    sns,
    clock,
    call: async (name, input, as = user('admin'), region = 'us-east-1') => {
      const operation = operations.get(name);
      if (operation === undefined) throw new TypeError(`no operation ${name}`);
      return callAs(operation, input, contextOf(as, region, clock.time));
    },
    [Symbol.asyncDispose]: async () => {
      await sns.stop();
      mailer?.stop();
      signingKey ??= await db.selectFrom('sns_signing_keys').selectAll().executeTakeFirst();
      await close();
    },
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
