import type { SqlColumn, SqlPlan, SqlTable } from './sql-contract.ts';

/** Tables over log files that lie in buckets: what `store/log-files` promises to who reads them. */

/** A type as Hive's DDL writes it: https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
export type HiveType =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'struct'; readonly fields: readonly HiveField[] }
  | { readonly kind: 'array'; readonly of: HiveType }
  | { readonly kind: 'map'; readonly key: HiveType; readonly value: HiveType };

/** Lower case. */
export type HiveField = { readonly name: string; readonly type: HiveType };

export type LogFile = {
  readonly key: string;
  /** What it holds: another ETag is another content. */
  readonly etag: string;
  /** Bytes, as they lie there. */
  readonly size: number;
  /** Of the table's partition columns, in their order. */
  readonly values: readonly string[];
};

export type LogFileScan = {
  /** Which S3 and bucket the keys are of; the same for the same, over restarts. */
  readonly bucket: string;
  /** Only what the caller may read: whatever is asked for here is shown. No key twice. */
  readonly files: readonly LogFile[];
  readonly columns: readonly HiveField[];
  readonly partitionColumns: readonly string[];
  /** Lower-case names of columns that will be looked at; undefined: all. */
  readonly needed?: ReadonlySet<string> | undefined;
  /** Files that are no JSON have no rows, instead of failing the scan. */
  readonly ignoreMalformed: boolean;
  /** The file's bytes, gzipped or plain. */
  readonly read: (key: string) => Promise<Uint8Array>;
};

/** A scan's rows, as a view of the engine. */
export type LogFileTable = {
  readonly view: string;
  readonly columns: readonly SqlColumn[];
  /** Bytes of files that had to be read, and of those whose rows were there already. */
  readonly readBytes: number;
  readonly cachedBytes: number;
  /** Lets go of the view. */
  readonly release: () => Promise<void>;
};

export type LogFileStore = {
  /** What is wrong with a table of these columns, in a sentence; undefined: nothing. */
  readonly mistakeOf: (columns: readonly HiveField[]) => string | undefined;
  /** Rejects with BAD_FILE (which file, and why), ENGINE_UNAVAILABLE, ENGINE_QUERY_FAILED, and with what `read` rejects with. */
  readonly open: (scan: LogFileScan, signal: AbortSignal) => Promise<LogFileTable>;
  /** What a planned query gives, as a table that others can be asked of: views of users. */
  readonly openPlan: (
    plan: SqlPlan,
  ) => Promise<{ readonly table: SqlTable; readonly release: () => Promise<void> }>;
};
