import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { authorize } from '../../src/aws/policy/authorize.ts';
import { conditionKeysOf } from '../../src/aws/policy/condition-keys.ts';
import type { ConditionKeys } from '../../src/aws/policy/policy-request.ts';
import type { CallContext, Operation, OperationInput, Principal } from '../../src/aws/operation.ts';
import { createIam, type Iam } from '../../src/embedded/iam/create-iam.ts';
import { openMasterKey } from '../../src/embedded/iam/master-key.ts';
import { createPasswords } from '../../src/embedded/iam/passwords.ts';
import { iamMigrations, type IamTables } from '../../src/embedded/iam/settings.ts';
import { createSts } from '../../src/embedded/sts/create-sts.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';

/** A first start's IAM and STS in a folder of their own, with a clock to turn, called as the endpoint calls operations: policies asked first. */
export type TestIam = AsyncDisposable & {
  readonly iam: Iam;
  readonly dir: string;
  readonly clock: { time: number; now: () => number };
  readonly admin: () => Promise<Principal>;
  /** By a user's name; the caller's policies decide. */
  readonly call: (
    operation: string,
    input: OperationInput,
    as?: Principal,
  ) => Promise<Record<string, unknown>>;
  /** The same folder opened again, as after a restart. */
  readonly reopen: () => Promise<Iam>;
};

export const ACCOUNT = '123456789012';

export async function startIam(): Promise<TestIam> {
  const dir = await mkdtemp(join(tmpdir(), 'opentrail-iam-'));
  const clock = { time: Date.parse('2026-11-21T00:00:00Z'), now: () => clock.time };
  const closing: (() => Promise<void>)[] = [];
  const open = async () => {
    const { db, close } = await openSettings<IamTables>({
      path: join(dir, 'settings.db'),
      migrations: [iamMigrations],
    });
    closing.push(close);
    const iam = createIam({
      settings: db,
      masterKey: openMasterKey(dir),
      clock,
      accountId: ACCOUNT,
      data: dir,
      passwords: createPasswords({ log2N: 10 }),
    });
    await iam.bootstrap();
    return iam;
  };
  const iam = await open();
  const operations = [...iam.operations, ...createSts({ ...iam, accountId: ACCOUNT }).operations];
  const principalOf = async (name: string): Promise<Principal> => {
    const user = iam.parts.directory.userByName(name);
    if (user === undefined) throw new TypeError(`no user ${name}`);
    return {
      type: 'IAMUser',
      accountId: ACCOUNT,
      arn: user.arn,
      principalId: user.id,
      userName: user.name,
      accessKeyId: undefined,
      sessionContext: undefined,
      fromConsole: false,
      policies: user.policies,
      expiresAt: undefined,
    };
  };
  return {
    iam,
    dir,
    clock,
    admin: () => principalOf('admin'),
    call: async (name, input, as) => {
      const operation = operations.find((each) => each.name === name);
      if (operation === undefined) throw new TypeError(`no operation ${name}`);
      return callAs(operation, input, contextOf(as ?? (await principalOf('admin')), clock.time));
    },
    reopen: open,
    [Symbol.asyncDispose]: async () => {
      for (const close of closing) await close();
      await rm(dir, { recursive: true });
    },
  };
}

async function callAs(
  operation: Operation,
  input: OperationInput,
  context: CallContext,
): Promise<Record<string, unknown>> {
  const action = operation.action ?? `${operation.service}:${operation.name}`;
  const own = (await operation.conditionKeys?.(input, context)) ?? {};
  if (action !== false)
    for (const resource of operation.resources?.(input, context) ?? ['*'])
      check(context, { action, resource, own });
  return (await operation.handle(input, context)).output ?? {};
}

function contextOf(principal: Principal, now: number): CallContext {
  const call = { sourceIp: '127.0.0.1', userAgent: 'test', region: 'us-east-1', now };
  return {
    ...call,
    principal,
    accountId: principal.accountId,
    requestId: 'request',
    eventId: 'event',
    origin: 'http://127.0.0.1:4680',
    headers: {},
    extensions: {},
    authorize: (action, resource) => check({ ...call, principal }, { action, resource, own: {} }),
    signal: new AbortController().signal,
  };
}

type Facts = Pick<CallContext, 'principal' | 'sourceIp' | 'userAgent' | 'region' | 'now'>;

function check(
  { principal, ...call }: Facts,
  { action, resource, own }: { action: string; resource: string; own: ConditionKeys },
): void {
  const context = { ...conditionKeysOf(principal, { ...call, secure: false }), ...own };
  authorize({ principal, action, resource, context }, { identityPolicies: principal.policies });
}
