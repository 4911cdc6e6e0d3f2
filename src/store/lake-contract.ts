import type { SqlTable } from './sql-contract.ts';

/** A table of an event data store: what decides which columns it shows, and for how long. */
export type LakeTable = {
  /** UUID of the store. */
  readonly id: string;
  /** Lake shows events of one's own applications (ActivityAuditLog: `activity`) and Insights events with other columns. */
  readonly kind: 'events' | 'activity' | 'insights';
  /** By the time of the event: what is older is not seen any more, and goes. */
  readonly retentionDays: number;
};

export type LakeTableSize = { readonly events: number; readonly bytes: number };

/** The tables of event data stores in the event engine. Rejects with ENGINE_UNAVAILABLE or ENGINE_QUERY_FAILED. */
export type LakeTables = {
  /** Makes the table and its view, or brings them to what is asked (another retention). */
  readonly create: (table: LakeTable) => Promise<void>;
  /** Its events are gone with it. */
  readonly drop: (id: string) => Promise<void>;
  /**
   * Records (their JSON) as one unit, on the disk once it resolves. What was inserted into the table under the same `token` before is not
   * inserted again: the token has to stand for exactly these records in this order. At most 20,000 at a time, 32 MB.
   */
  readonly insert: (batch: {
    readonly id: string;
    readonly token: string;
    readonly records: readonly Uint8Array[];
  }) => Promise<void>;
  /** What SQL sees of it: Lake's documented columns, without what is past its retention. */
  readonly sqlTable: (table: LakeTable) => SqlTable;
  /** Of the tables that are there. */
  readonly sizes: () => Promise<ReadonlyMap<string, LakeTableSize>>;
  /** Which of these event ids (`EventColumns.id`) the table holds, of events between two times (seconds, inclusive). */
  readonly existing: (query: {
    readonly id: string;
    readonly ids: readonly string[];
    readonly from: number;
    readonly to: number;
  }) => Promise<ReadonlySet<string>>;
};
