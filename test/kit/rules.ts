import { authorize } from '../../src/aws/policy/authorize.ts';
import { conditionKeysOf } from '../../src/aws/policy/condition-keys.ts';
import type { CallContext, OperationInput, PolicyDocument, Principal } from '../../src/aws/operation.ts';
import type { FunctionPort, LogSinkPort, QueuePort, RolePort, TopicPort } from '../../src/aws/ports.ts';
import { newEventId } from '../../src/base/ids.ts';
import { createLogger } from '../../src/base/log.ts';
import { createMetrics } from '../../src/base/metrics.ts';
import { createOutbound } from '../../src/base/outbound.ts';
import { publicOr } from '../../src/base/private-address.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import { columnsOf } from '../../src/record/columns.ts';
import type { Origin } from '../../src/record/event-record.ts';
import type { JournalEntry } from '../../src/store/contract.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { createRules, type RulesDeps } from '../../src/use/rules/create-rules.ts';
import { ruleMigrations, type RuleTables } from '../../src/use/rules/settings.ts';

export const ACCOUNT = '123456789012';
export const OTHER = '210987654321';
export const REGION = 'us-east-1';

type Sent<K extends string> = {
  readonly kind: K;
  readonly arn: string;
  readonly text: string;
  readonly at: number;
};

export type TestRules = Awaited<ReturnType<typeof startRules>>;

/** `Code: message` of what was refused. */
export async function errorOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'went well';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

/** What targets were sent. */
export function textsOf({ sent }: Pick<TestRules, 'sent'>) {
  return sent.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
}

const ALL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export function principal(account = ACCOUNT, policies: readonly PolicyDocument[] = [ALL]): Principal {
  return {
    type: 'IAMUser',
    accountId: account,
    arn: `arn:aws:iam::${account}:user/ann`,
    principalId: 'AIDAANN',
    userName: 'ann',
    accessKeyId: undefined,
    sessionContext: undefined,
    fromConsole: false,
    policies,
    expiresAt: undefined,
  };
}

/** Rules over a journal and targets in memory, with a clock to turn, called as the endpoint calls operations: policies asked first. */
export async function startRules({
  path = ':memory:',
  allow = ['127.0.0.0/8'],
  seq = { last: 0 },
  time = { now: Date.parse('2026-11-30T10:00:00Z') },
  ports = {},
}: {
  readonly path?: string;
  readonly allow?: readonly string[];
  /** The journal's numbers, for one that goes on. */
  readonly seq?: { last: number };
  readonly time?: { now: number };
  readonly ports?: Partial<RulesDeps>;
} = {}) {
  const { db, close } = await openSettings<RuleTables>({ path, migrations: [ruleMigrations] });
  const clock = { now: () => time.now };
  const sent: Sent<'topic' | 'queue' | 'function' | 'logs' | 'mail'>[] = [];
  const queued: Parameters<QueuePort['send']>[0][] = [];
  const fail: { topic: (arn: string, text: string) => Error | undefined; queue: () => Error | undefined } = {
    topic: () => undefined,
    queue: () => undefined,
  };
  const note = (kind: (typeof sent)[number]['kind'], arn: string, text: string) =>
    void sent.push({ kind, arn, text, at: time.now });
  const topics: TopicPort = {
    checkPublish: async () => undefined,
    publish: async ({ topicArn, message }) => {
      const error = fail.topic(topicArn, message);
      if (error !== undefined) throw error;
      note('topic', topicArn, message);
    },
  };
  const queues: QueuePort = {
    checkSend: async () => undefined,
    send: async (message) => {
      const error = fail.queue();
      if (error !== undefined) throw error;
      queued.push(message);
      note('queue', message.queueArn, message.body);
    },
  };
  const functions: FunctionPort = {
    checkInvoke: async () => undefined,
    invoke: async ({ functionArn, payload }) => note('function', functionArn, payload),
  };
  const logs: LogSinkPort = {
    ensureStream: async () => true,
    put: async ({ groupArn, events }) => {
      for (const { message } of events) note('logs', groupArn, message);
      return { rejected: 0 };
    },
  };
  const roles: RolePort = { checkServiceRole: () => 'allowed' };
  const outbound = createOutbound({ timeout: 5000, addresses: publicOr(allow) });
  const masterKey = masterKeyOf(new Uint8Array(32));
  const metrics = createMetrics();
  const rules = createRules({
    settings: db,
    history: { events: { lookup: async () => ({ events: [], next: undefined }) }, columnsOf },
    topics,
    queues,
    functions,
    mail: { send: async ({ to, text }) => note('mail', to, text) },
    logs,
    roles,
    organizationOf: async () => undefined,
    outbound,
    isOwn: () => false,
    sealing: masterKey,
    newId: newEventId,
    clock,
    log: createLogger('silent'),
    metrics,
    ...ports,
  });
  const operations = new Map(rules.operations.map((operation) => [operation.name, operation]));
  const call = async (
    name: string,
    input: OperationInput,
    { as = principal(), region = REGION, extensions = {} as Record<string, unknown> } = {},
  ) => {
    const operation = operations.get(name);
    if (operation === undefined) throw new TypeError(`no operation ${name}`);
    const context = contextOf(as, { region, now: time.now, extensions });
    if (operation.action !== false)
      for (const resource of operation.resources?.(input, context) ?? ['*'])
        context.authorize(operation.action ?? `events:${name}`, resource);
    const { output = {}, extensions: more = {} } = await operation.handle(input, context);
    return { ...output, ...more } as Record<string, unknown>;
  };
  const entry = (record: Record<string, unknown>, origin: Origin = 'captured'): JournalEntry => {
    const whole = { ...RECORD, eventID: newEventId(), ...record };
    return {
      kind: 'record',
      origin,
      id: whole.eventID,
      seq: ++seq.last,
      raw: Buffer.from(JSON.stringify(whole)),
    };
  };
  return {
    rules,
    settings: db,
    metrics,
    sent,
    queued,
    fail,
    time,
    call,
    entry,
    /** Journals and follows records, as captured ones unless they are entries. */
    record: async (...records: (Record<string, unknown> | JournalEntry)[]) => {
      const entries = records.map((one) => ('seq' in one ? (one as JournalEntry) : entry(one)));
      await rules.apply({ entries });
      await rules.settled();
    },
    /** Turns the clock on, step by step, and lets happen what is due. */
    pass: async (ms: number, step = ms) => {
      for (let passed = 0; passed < ms; passed += step) {
        time.now += step;
        await rules.look();
        await rules.settled();
      }
    },
    /** A rule and its targets. */
    put: async (
      Name: string,
      pattern: object,
      targets: readonly (string | ({ Id?: string; Arn: string } & Record<string, unknown>))[],
      more: Record<string, unknown> = {},
    ) => {
      const bus = more['EventBusName'] === undefined ? {} : { EventBusName: more['EventBusName'] };
      await call('PutRule', { Name, EventPattern: JSON.stringify(pattern), ...more });
      const Targets = targets.map((one, n) => ({
        Id: `t${n}`,
        ...(typeof one === 'string' ? { Arn: one } : one),
      }));
      await call('PutTargets', { Rule: Name, Targets, ...bus });
    },
    stop: async () => {
      await rules.stop();
      await outbound.stop();
      await close();
    },
  };
}

/** A record of a call, to be changed as a test wants it. */
export const RECORD = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'IAMUser',
    accountId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
    userName: 'ann',
  },
  eventTime: '2026-11-30T09:59:59Z',
  eventSource: 'dynamodb.amazonaws.com',
  eventName: 'DeleteTable',
  awsRegion: REGION,
  sourceIPAddress: '203.0.113.7',
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  eventCategory: 'Management',
  recipientAccountId: ACCOUNT,
};

function contextOf(
  as: Principal,
  {
    region,
    now,
    extensions,
  }: { readonly region: string; readonly now: number; readonly extensions: Record<string, unknown> },
): CallContext {
  const call = { sourceIp: '127.0.0.1', userAgent: 'test', region, now };
  const keys = conditionKeysOf(as, { ...call, secure: false });
  return {
    ...call,
    principal: as,
    accountId: as.accountId,
    requestId: 'request',
    eventId: 'event',
    origin: 'https://audit.example',
    headers: {},
    extensions,
    authorize: (action, resource, { resourcePolicy, resourceAccount, conditionKeys = {} } = {}) =>
      authorize(
        { principal: as, action, resource, context: { ...keys, ...conditionKeys }, resourceAccount },
        {
          identityPolicies: as.policies,
          resourcePolicies: resourcePolicy === undefined ? [] : [resourcePolicy],
        },
      ),
    signal: new AbortController().signal,
  };
}
