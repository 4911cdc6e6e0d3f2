import { isDenied, type AuditRecord } from './audit-record.ts';

/** What one identity did. */
export type IdentityTally = {
  readonly identity: string;
  readonly type: string;
  readonly account: string;
  calls: number;
  changes: number;
  errors: number;
  denied: number;
  first: string;
  last: string;
  readonly addresses: Set<string>;
  readonly services: Map<string, number>;
};

export type DayTally = { calls: number; changes: number; errors: number };

/** Events that an auditor looks at one by one: how many, and the latest of them. */
export type NotableKind = 'sign-in' | 'root' | 'iam' | 'logging';
export type Notable = { count: number; readonly events: AuditRecord[] };

export type Tally = {
  calls: number;
  changes: number;
  errors: number;
  denied: number;
  readonly identities: Map<string, IdentityTally>;
  readonly accounts: Map<string, number>;
  readonly regions: Map<string, number>;
  readonly services: Map<string, number>;
  readonly changed: Map<string, number>;
  readonly refused: Map<string, number>;
  readonly days: Map<string, DayTally>;
  readonly notable: Readonly<Record<NotableKind, Notable>>;
  /** Ids of events whose proofs are looked at: spread evenly over all. */
  readonly sample: string[];
};

const MOST_ADDRESSES = 1000;
const MOST_NOTABLE = 60;
const SAMPLE = 25;

const LOGGING =
  /^(StopLogging|StartLogging|CreateTrail|DeleteTrail|UpdateTrail|PutEventSelectors|DeleteEventDataStore|UpdateEventDataStore|StopEventDataStoreIngestion|DeleteFlowLogs|DeleteDetector|StopConfigurationRecorder)$/;

export function newTally(): Tally {
  const none = (): Notable => ({ count: 0, events: [] });
  return {
    calls: 0,
    changes: 0,
    errors: 0,
    denied: 0,
    identities: new Map(),
    accounts: new Map(),
    regions: new Map(),
    services: new Map(),
    changed: new Map(),
    refused: new Map(),
    days: new Map(),
    notable: { 'sign-in': none(), root: none(), iam: none(), logging: none() },
    sample: [],
  };
}

/** Adds one record. What is kept does not grow with the number of records, but with that of identities and names. */
export function addRecord(tally: Tally, record: AuditRecord): void {
  tally.calls++;
  const [isChange, isError, denied] = [!record.readOnly, record.errorCode !== '', isDenied(record)];
  if (isChange) tally.changes++;
  if (isError) tally.errors++;
  if (denied) tally.denied++;
  const operation = `${record.eventSource.replace('.amazonaws.com', '')} ${record.eventName}`;
  count(tally.accounts, record.account);
  count(tally.regions, record.awsRegion);
  count(tally.services, record.eventSource);
  if (isChange && !isError) count(tally.changed, operation);
  if (denied) count(tally.refused, `${operation}\n${record.identity}`);
  addDay(tally, record);
  addIdentity(tally, record);
  for (const kind of kindsOf(record)) note(tally.notable[kind], record);
  addSample(tally, record.eventID);
}

export function top(
  counts: ReadonlyMap<string, number>,
  most: number,
): readonly (readonly [string, number])[] {
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, most);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function addDay({ days }: Tally, { eventTime, readOnly, errorCode }: AuditRecord): void {
  const key = eventTime.slice(0, 10);
  const day = days.get(key) ?? { calls: 0, changes: 0, errors: 0 };
  day.calls++;
  if (!readOnly) day.changes++;
  if (errorCode !== '') day.errors++;
  days.set(key, day);
}

function addIdentity({ identities }: Tally, record: AuditRecord): void {
  const { identity, identityType: type, account, eventTime } = record;
  const found = identities.get(identity) ?? {
    identity,
    type,
    account,
    calls: 0,
    changes: 0,
    errors: 0,
    denied: 0,
    first: eventTime,
    last: eventTime,
    addresses: new Set<string>(),
    services: new Map<string, number>(),
  };
  found.calls++;
  if (!record.readOnly) found.changes++;
  if (record.errorCode !== '') found.errors++;
  if (isDenied(record)) found.denied++;
  if (eventTime < found.first) found.first = eventTime;
  if (eventTime > found.last) found.last = eventTime;
  if (found.addresses.size < MOST_ADDRESSES) found.addresses.add(record.sourceIPAddress);
  count(found.services, record.eventSource);
  identities.set(identity, found);
}

function kindsOf({ eventName, eventSource, identityType, readOnly }: AuditRecord): readonly NotableKind[] {
  const kinds: NotableKind[] = [];
  if (eventName === 'ConsoleLogin') kinds.push('sign-in');
  if (identityType === 'Root') kinds.push('root');
  if (eventSource === 'iam.amazonaws.com' && !readOnly) kinds.push('iam');
  if (LOGGING.test(eventName)) kinds.push('logging');
  return kinds;
}

function note(notable: Notable, record: AuditRecord): void {
  notable.count++;
  notable.events.push(record);
  if (notable.events.length < 2 * MOST_NOTABLE) return;
  notable.events.sort((a, b) => (a.eventTime < b.eventTime ? 1 : -1)).splice(MOST_NOTABLE);
}

export function latest({ events }: Notable, most: number): readonly AuditRecord[] {
  return [...events].sort((a, b) => (a.eventTime < b.eventTime ? 1 : -1)).slice(0, most);
}

/** Every n-th event, where n doubles whenever there would be too many. */
function addSample({ sample, calls }: Tally, id: string): void {
  const step = 2 ** Math.max(0, Math.ceil(Math.log2(calls / SAMPLE)));
  if ((calls - 1) % step !== 0) return;
  if (sample.length < SAMPLE) sample.push(id);
  else sample[Math.floor((calls / step) % SAMPLE)] = id;
}
