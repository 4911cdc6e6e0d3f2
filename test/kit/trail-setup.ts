import { gunzipSync } from 'node:zlib';

import { AwsError } from '../../src/aws/errors.ts';
import type { CallContext, OperationOutput } from '../../src/aws/operation.ts';
import type {
  BucketPort,
  KeyPort,
  OrganizationPort,
  PutObject,
  RolePort,
  TopicPort,
} from '../../src/aws/ports.ts';
import { OpentrailError } from '../../src/base/errors.ts';
import { newEventId } from '../../src/base/ids.ts';
import { createLogger } from '../../src/base/log.ts';
import { columnsOf } from '../../src/record/columns.ts';
import type { Origin } from '../../src/record/event-record.ts';
import type { Journal, JournalEntry, JournalInput } from '../../src/store/contract.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import type { RunTrailDeps } from '../../src/use/trails/delivery/run-trail.ts';
import { createDigestKeys } from '../../src/use/trails/digests/digest-keys.ts';
import { createOrganizationWatch } from '../../src/use/trails/organizations/watch.ts';
import { createDataSelection } from '../../src/use/trails/selectors/data-selection.ts';
import { trailOperations } from '../../src/use/trails/operations/trail-operations.ts';
import { aggregationMigrations } from '../../src/use/trails/aggregation/settings.ts';
import { trailOrganizationMigrations } from '../../src/use/trails/organizations/settings.ts';
import { testKms } from './kms.ts';
import { memoryLogGroups } from './memory-log-groups.ts';
import { trailMigrations, type TrailTables } from '../../src/use/trails/settings.ts';

export const ACCOUNT = '123456789012';
export const HOME = 'us-east-1';

/** Everything that trails need, in memory, with a clock that the test turns. */
export type TrailSetup = Awaited<ReturnType<typeof trailSetup>>;

/** An SNS without topics. */
const NO_TOPICS: TopicPort = {
  publish: ({ topicArn }) => Promise.reject(new AwsError('NotFound', topicArn, { status: 404 })),
  checkPublish: ({ topicArn }) => Promise.reject(new AwsError('NotFound', topicArn, { status: 404 })),
};

export async function trailSetup(given: {
  readonly buckets?: BucketPort;
  readonly topics?: TopicPort;
  readonly kms?: KeyPort;
  readonly organizations?: OrganizationPort;
  /** Accounts that have AWSServiceRoleForCloudTrail. */
  readonly serviceRoles?: Set<string>;
  readonly roles?: RolePort;
  readonly now?: number;
  readonly clock?: { now: () => number };
  readonly regions?: readonly string[];
  readonly digestInterval?: number;
  readonly quotaTrails?: number;
}) {
  const time = { now: given.now ?? Date.parse('2026-11-21T10:00:00Z') };
  const clock = given.clock ?? { now: () => time.now };
  const opened = await openSettings<TrailTables>({
    path: ':memory:',
    migrations: [trailMigrations, trailOrganizationMigrations, aggregationMigrations],
  });
  const settings = opened.db;
  const journal = memoryJournal();
  const memory = memoryBuckets();
  const buckets = given.buckets ?? memory.port;
  const logs = memoryLogGroups();
  const keys = createDigestKeys({
    settings,
    seal: (purpose, text) => Buffer.from(`${purpose}:${text}`).toString('base64'),
    open: (purpose, sealed) => {
      const text = Buffer.from(sealed, 'base64').toString();
      return text.startsWith(`${purpose}:`) ? text.slice(purpose.length + 1) : undefined;
    },
  });
  const woken: string[] = [];
  const deps: RunTrailDeps = {
    settings,
    journal,
    events: { bySequence: async (range) => journal.stored(range) },
    buckets,
    keys,
    columnsOf,
    clock,
    log: createLogger('silent'),
    digestInterval: given.digestInterval ?? 3_600_000,
    regions: given.regions ?? [],
  };
  const dataSelection = createDataSelection(settings);
  const organizations = given.organizations ?? NO_ORGANIZATIONS;
  const serviceRoles = given.serviceRoles ?? new Set<string>();
  const watch = createOrganizationWatch({
    settings,
    organizations,
    newest: journal.newest,
    dataSelection,
    wake: (id) => woken.push(id),
    log: deps.log,
    always: false,
  });
  const operations = trailOperations({
    settings,
    journal,
    buckets,
    topics: given.topics ?? NO_TOPICS,
    kms: given.kms ?? (await testKms()).keys,
    logGroups: { sink: logs.port, roles: given.roles },
    keys,
    organizations,
    serviceRole: {
      exists: async (account) => serviceRoles.has(account),
      ensure: async (account) => void serviceRoles.add(account),
    },
    refreshOrganizations: watch.refresh,
    dataSelection,
    delivery: { wake: (id) => woken.push(id) },
    clock,
    newId: newEventId,
    quotaTrails: given.quotaTrails ?? 5,
  });
  const call = async (name: string, input: Record<string, unknown>, caller: Partial<CallContext> = {}) => {
    const operation = operations.find((one) => one.name === name);
    if (operation === undefined) throw new OpentrailError('BUG', `no operation ${name}`);
    const eventId = newEventId();
    const answer: OperationOutput = await operation.handle(input, callContext({ eventId, ...caller }));
    return { output: answer.output ?? {}, eventId } as {
      output: Record<string, unknown>;
      eventId: string;
    };
  };
  return {
    time,
    clock,
    settings,
    journal,
    memory,
    logs,
    buckets,
    keys,
    deps,
    operations,
    watch,
    call,
    woken,
    close: opened.close,
  };
}

const NO_ORGANIZATIONS: OrganizationPort = {
  of: async () => undefined,
  all: async () => [],
  registerAdministrator: async () => undefined,
  deregisterAdministrator: async () => undefined,
};

export function callContext(given: Partial<CallContext>): CallContext {
  const accountId = given.accountId ?? ACCOUNT;
  return {
    principal: {
      type: 'Root',
      accountId,
      arn: `arn:aws:iam::${accountId}:root`,
      principalId: accountId,
      userName: undefined,
      accessKeyId: undefined,
      sessionContext: undefined,
      fromConsole: false,
      policies: [],
      expiresAt: undefined,
    },
    accountId,
    region: HOME,
    requestId: newEventId(),
    eventId: newEventId(),
    sourceIp: '127.0.0.1',
    userAgent: 'test',
    origin: 'http://127.0.0.1:4680',
    headers: {},
    extensions: {},
    authorize: () => undefined,
    now: 0,
    signal: new AbortController().signal,
    ...given,
  };
}

/** A record's JSON; `text` is in it, so that it can be found again. */
export function recordJson(given: {
  readonly id?: string;
  readonly at?: number;
  readonly account?: string;
  readonly region?: string;
  readonly source?: string;
  readonly name?: string;
  readonly category?: string;
  readonly text?: string;
}): string {
  const category = given.category ?? 'Management';
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'Root', accountId: given.account ?? ACCOUNT },
    eventTime: new Date(given.at ?? Date.parse('2026-11-21T10:00:00Z')).toISOString().replace(/\.\d+Z/, 'Z'),
    eventSource: given.source ?? 'ec2.amazonaws.com',
    eventName: given.name ?? 'RunInstances',
    awsRegion: given.region ?? HOME,
    requestParameters: { text: given.text ?? 'ä ' },
    eventID: given.id ?? newEventId(),
    readOnly: false,
    managementEvent: category === 'Management',
    recipientAccountId: given.account ?? ACCOUNT,
    eventCategory: category,
  });
}

export type MemoryJournal = Pick<Journal, 'read' | 'head' | 'newest'> & {
  readonly oldest: () => number;
  readonly add: (raw: string, given?: { kind?: 'record' | 'intent'; origin?: Origin }) => JournalEntry;
  /** Drops the entries before `seq`; the event store still has them. */
  readonly prune: (seq: number) => void;
  readonly stored: (range: { from: number; to: number; limit: number }) => JournalEntry[];
};

export function memoryJournal(): MemoryJournal {
  const entries: JournalEntry[] = [];
  let oldest = 1;
  return {
    head: () => entries.length,
    newest: () => entries.length,
    oldest: () => oldest,
    prune: (seq) => (oldest = seq),
    stored: ({ from, to, limit }) =>
      entries
        .filter((entry) => entry.kind === 'record' && entry.seq >= from && entry.seq <= to)
        .slice(0, limit),
    read: async ({ from, maxBytes, maxEntries = Infinity }) => {
      if (from < oldest) throw new OpentrailError('NOT_FOUND', `entry ${from} is gone`);
      const found: JournalEntry[] = [];
      let bytes = 0;
      for (let at = from - 1; at < entries.length && found.length < maxEntries; at++) {
        const entry = entries[at];
        if (entry === undefined) break;
        bytes += entry.raw.length;
        if (found.length > 0 && bytes > maxBytes) break;
        found.push(entry);
      }
      return found;
    },
    add: (raw, { kind = 'record', origin = 'captured' } = {}) => {
      const { eventID } = JSON.parse(raw) as { eventID: string };
      const input: JournalInput = { kind, origin, raw: Buffer.from(raw), id: eventID };
      const entry = { ...input, seq: entries.length + 1 };
      entries.push(entry);
      return entry;
    },
  };
}

export type StoredObject = PutObject & { readonly times: number };

export function memoryBuckets() {
  const objects = new Map<string, StoredObject>();
  const control: { refuse: ((object: PutObject) => AwsError | undefined) | undefined } = {
    refuse: undefined,
  };
  const port: BucketPort = {
    exists: async () => true,
    region: async () => HOME,
    put: async (object) => {
      const refusal = control.refuse?.(object);
      if (refusal !== undefined) throw refusal;
      const id = `${object.bucket}/${object.key}`;
      objects.set(id, { ...object, times: (objects.get(id)?.times ?? 0) + 1 });
    },
    get: async ({ bucket, key }) => {
      const found = objects.get(`${bucket}/${key}`);
      if (found === undefined)
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      return { body: found.body, metadata: found.metadata ?? {} };
    },
    list: async function* ({ bucket, prefix, startAfter = '' }) {
      const found = [...objects.values()].filter((object) => object.bucket === bucket);
      for (const object of found.sort((a, b) => (a.key < b.key ? -1 : 1))) {
        if (object.key.startsWith(prefix) && object.key > startAfter)
          yield { key: object.key, size: object.body.length, lastModified: 0, etag: '' };
      }
    },
    checkRead: async ({ bucket }) => {
      if (bucket.startsWith('no-such'))
        throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
      if (bucket.startsWith('closed')) throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
    },
    checkDelivery: async ({ bucket }) => {
      if (bucket.startsWith('no-such'))
        throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
      if (bucket.startsWith('closed')) throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
    },
  };
  const keys = (part: string) =>
    [...objects.values()].map((object) => object.key).filter((key) => key.includes(part));
  const text = (key: string) => {
    const found = [...objects.values()].find((object) => object.key === key);
    return found === undefined ? undefined : gunzipSync(found.body).toString('utf8');
  };
  return { port, objects, control, keys, text };
}

/** What the call was refused with; undefined when it was not. */
export async function errorOf(work: Promise<unknown>): Promise<AwsError | undefined> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown as AwsError,
  );
}
