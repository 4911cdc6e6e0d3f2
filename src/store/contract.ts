import type { EventCategory, EventColumns, Origin } from '../record/event-record.ts';
import type { LogQuery, LogQueryResult } from './log-query.ts';

/** The contracts of the store: journal, followers, event store. Engines implement them, use/* reads them. */

// ---------------------------------------------------------------- journal

export type JournalKind = 'record' | 'intent' | 'dropped';

export type JournalInput = {
  readonly kind: JournalKind;
  readonly origin: Origin;
  /** Record: its JSON. Intent: the JSON of the record as it stands if nothing more is ever known. Dropped: nothing, the call was not selected. */
  readonly raw: Uint8Array;
  /** eventID: the record (or the dropping) with the same id closes an intent. */
  readonly id: string;
  /** Kept in memory beside the entry so that live followers need not parse; absent after a re-read from disk. */
  readonly columns?: EventColumns | undefined;
};

export type JournalEntry = JournalInput & {
  /** Position in the journal: 1, 2, 3 … without holes. */
  readonly seq: number;
};

export type JournalState = 'ok' | 'reserve' | 'full';

export type Journal = {
  /** Resolves when the entries are as durable as the sync mode promises (group: written; always: fsynced). Rejects with JOURNAL_FULL. */
  readonly append: (
    inputs: readonly JournalInput[],
  ) => Promise<{ readonly firstSeq: number; readonly lastSeq: number }>;
  /** Entries from `from` on in order, at most `maxBytes` of raw (at least one entry); [] at the head. Rejects with NOT_FOUND when `from` was already pruned. */
  readonly read: (query: {
    readonly from: number;
    readonly maxBytes: number;
    readonly maxEntries?: number;
  }) => Promise<readonly JournalEntry[]>;
  /** Resolves true when an entry with seq >= `seq` can be read; false when the signal aborts. */
  readonly waitFor: (seq: number, signal: AbortSignal) => Promise<boolean>;
  /** Seq of the newest readable entry; 0 when empty. */
  readonly head: () => number;
  /** Seq of the newest entry whose append was answered, on the disk or not yet: what is answered from now on comes behind it. */
  readonly newest: () => number;
  readonly state: () => JournalState;
};

// ---------------------------------------------------------------- followers

export type Cursors = {
  /** Last seq that the follower is done with; 0 at first. */
  readonly get: (name: string) => Promise<number>;
  readonly set: (name: string, seq: number) => Promise<void>;
};

export type FollowerStatus = {
  readonly name: string;
  readonly cursor: number;
  /** Entries behind the head. */
  readonly lag: number;
  /** Text of the last failure while it fails; undefined when it works. */
  readonly failing: string | undefined;
  readonly failingSince: number | undefined;
};

// ---------------------------------------------------------------- event store

export type LookupKey =
  | 'EventId'
  | 'EventName'
  | 'ReadOnly'
  | 'Username'
  | 'ResourceType'
  | 'ResourceName'
  | 'EventSource'
  | 'AccessKeyId'
  | 'SourceIPAddress'
  | 'UserArn'
  | 'ErrorCode'
  | 'AwsRegion'
  | 'RecipientAccountId'
  | 'EventCategory';

export type LookupOperator = 'equals' | 'not' | 'prefix';

/** One condition; its values are alternatives (OR). Conditions are joined with AND. For `not`: none of the values. */
export type LookupCondition = {
  readonly key: LookupKey;
  readonly operator: LookupOperator;
  readonly values: readonly string[];
};

export type LookupScope = { readonly account: string; readonly region: string } | 'all';

/** Where a page ended: the (time, id) of its last event. Opaque to callers; never compared outside the engine. */
export type LookupCursor = { readonly time: number; readonly id: string };

export type LookupQuery = {
  readonly scope: LookupScope;
  /** Seconds since the epoch, both ends inclusive. */
  readonly from: number;
  readonly to: number;
  /** Which categories are searched, e.g. ['Management']. Empty: all. */
  readonly categories: readonly EventCategory[];
  readonly conditions: readonly LookupCondition[];
  readonly limit: number;
  readonly after: LookupCursor | undefined;
};

export type StoredEvent = { readonly columns: EventColumns; readonly raw: string; readonly origin: Origin };

/** Newest first; `next` is absent on the last page. No event appears twice. */
export type LookupPage = { readonly events: readonly StoredEvent[]; readonly next: LookupCursor | undefined };

export type HistogramQuery = Omit<LookupQuery, 'limit' | 'after'> & { readonly bucketSeconds: number };
export type HistogramBucket = { readonly time: number; readonly count: number; readonly errors: number };
export type ValueCount = { readonly value: string; readonly count: number };

export type EventStore = {
  /** Inserts journal records as one unit. `token` is stable over retries of the same batch: a repeated token inserts nothing twice. */
  readonly insert: (batch: {
    readonly token: string;
    readonly entries: readonly JournalEntry[];
  }) => Promise<void>;
  readonly lookup: (query: LookupQuery, signal?: AbortSignal) => Promise<LookupPage>;
  /** Counts per time bucket, empty buckets left out. */
  readonly histogram: (query: HistogramQuery, signal?: AbortSignal) => Promise<readonly HistogramBucket[]>;
  /** The most frequent values of an attribute that start with `prefix`, within the query's scope and range. */
  readonly values: (
    query: Omit<HistogramQuery, 'bucketSeconds'> & {
      readonly key: LookupKey;
      readonly prefix: string;
      readonly limit: number;
    },
    signal?: AbortSignal,
  ) => Promise<readonly ValueCount[]>;
  /** Records with seq in [from, to], for followers that are behind the journal. Ordered by seq. */
  readonly bySequence: (range: {
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  }) => Promise<readonly JournalEntry[]>;
  /** Which of these event ids (UUIDs) are stored already, near the given time range (seconds). */
  readonly existing: (query: {
    readonly ids: readonly string[];
    readonly from: number;
    readonly to: number;
  }) => Promise<ReadonlySet<string>>;
  readonly accounts: () => Promise<
    readonly {
      readonly account: string;
      readonly regions: readonly string[];
      readonly events: number;
      readonly newest: number;
    }[]
  >;
  readonly ping: () => Promise<boolean>;
};

// ---------------------------------------------------------------- log events

export * from './log-query.ts';

/** Where a log event stands in its group: by time, then in the order of arrival. No two have the same. */
export type LogPosition = {
  /** Milliseconds since the epoch, as the sender says. */
  readonly time: number;
  /** When it came, ms. */
  readonly ingested: number;
  /** Rising with every event that arrives, in whatever group, over restarts too. */
  readonly n: number;
};

export type LogEvent = LogPosition & { readonly stream: string; readonly message: string };

export type LogScan = {
  /** Ids of ours: what is made anew under the same name has another. */
  readonly group: string;
  /** Undefined: all of the group. */
  readonly streams?: readonly string[] | undefined;
  /** Milliseconds, both ends inclusive. */
  readonly from: number;
  readonly to: number;
  /** Exclusive. */
  readonly after?: LogPosition | undefined;
  readonly before?: LogPosition | undefined;
  readonly order: 'oldest-first' | 'newest-first';
  /** Of each list the message contains at least one text. */
  readonly contains?: readonly (readonly string[])[] | undefined;
  readonly limit: number;
};

export type LogStreamTimes = {
  readonly stream: string;
  readonly first: number;
  readonly last: number;
  readonly lastIngested: number;
};

/** Events of log groups. Rejects with ENGINE_UNAVAILABLE or ENGINE_QUERY_FAILED. */
export type LogEventStore = {
  /** On the disk once it resolves. What was appended under the same `token` before is not appended twice. */
  readonly append: (batch: {
    readonly group: string;
    readonly stream: string;
    readonly ingested: number;
    readonly events: readonly { readonly time: number; readonly message: string }[];
    readonly token?: string | undefined;
  }) => Promise<void>;
  readonly scan: (query: LogScan, signal?: AbortSignal) => Promise<readonly LogEvent[]>;
  /** A group's events in the order of arrival, by their number `n`: those behind `after`, up to and with `through`. */
  readonly arrivals: (
    query: {
      readonly group: string;
      readonly after: number;
      readonly through: number;
      readonly limit: number;
    },
    signal?: AbortSignal,
  ) => Promise<readonly LogEvent[]>;
  /** No event with this number or a lower one comes any more: whoever read up to here has seen all. */
  readonly arrivedThrough: () => number;
  /** Whether appends are under way that what has arrived may have to wait for. */
  readonly appending: () => boolean;
  /** Answers a question of Logs Insights. */
  readonly query: (query: LogQuery, signal?: AbortSignal) => Promise<LogQueryResult>;
  /** Of streams that have events; what is older than `from` (ms) does not count. */
  readonly streams: (query: {
    readonly group: string;
    readonly from: number;
  }) => Promise<readonly LogStreamTimes[]>;
  /** Bytes by group, each message with the 26 bytes that AWS counts for an event. */
  readonly sizes: (groups: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Lets go of a group's events: of one stream, of those before a time (ms), or all. */
  readonly remove: (what: {
    readonly group: string;
    readonly stream?: string | undefined;
    readonly before?: number | undefined;
  }) => Promise<void>;
};

// ---------------------------------------------------------------- rates

export * from './rates-contract.ts';

// ---------------------------------------------------------------- metrics

/** A metric of an account in a region: a name in a namespace with exactly these dimensions, sorted by name. */
export type MetricSeries = {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
};

/** A value with how often it was seen, or what was summed up elsewhere of several. */
export type MetricSample = {
  readonly series: MetricSeries;
  /** Seconds since 1970. */
  readonly time: number;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
};

export type MetricRange = {
  readonly series: MetricSeries;
  /** Seconds: the first period begins here. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Seconds. */
  readonly period: number;
  /** Only what was measured in this unit. */
  readonly unit?: string | undefined;
};

/** A period in which something was measured. */
export type MetricPeriod = {
  /** Seconds: when it begins. */
  readonly time: number;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** One of the units that were measured in. */
  readonly unit: string;
};

/** How often each value was seen in a period; what was summed up elsewhere is not among it, unless all of it was one value. */
export type MetricDistribution = {
  readonly time: number;
  /** Ascending. */
  readonly values: readonly (readonly [value: number, count: number])[];
  readonly unit: string;
};

/** Metrics. Rejects with ENGINE_UNAVAILABLE or ENGINE_QUERY_FAILED. */
export type MetricStore = {
  /** On the disk once it resolves. What was put under the same `token` before is not put twice. */
  readonly put: (samples: readonly MetricSample[], token?: string) => Promise<void>;
  /** In the order of time; periods without samples are left out. */
  readonly periods: (range: MetricRange, signal?: AbortSignal) => Promise<readonly MetricPeriod[]>;
  readonly distributions: (
    range: MetricRange,
    signal?: AbortSignal,
  ) => Promise<readonly MetricDistribution[]>;
  /** Series that were measured since a time (seconds), ordered by namespace, name and dimensions, those behind `after`. */
  readonly list: (query: {
    readonly account: string;
    readonly region: string;
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
    /** Each of these dimensions, with any value where none is given. */
    readonly dimensions: readonly { readonly name: string; readonly value?: string | undefined }[];
    readonly since: number;
    readonly after?: MetricSeries | undefined;
    readonly limit: number;
  }) => Promise<readonly MetricSeries[]>;
};

// ---------------------------------------------------------------- SQL

export * from './log-files-contract.ts';
export * from './sql-contract.ts';

// ---------------------------------------------------------------- event data stores

export * from './lake-contract.ts';
