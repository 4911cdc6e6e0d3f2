/**
 * SQL over the events: Trino's SELECT, as CloudTrail Lake and Athena have it, on the event engine. The engine implements this, use/* calls it.
 * What is understood, and what differs from Trino: docs/sql.md.
 */

export type SqlColumn = {
  /** Lower case for a table's column; for a result, the alias as it was written, or the lower-case column name, or `_col0` as Trino names what has none. */
  readonly name: string;
  /**
   * Trino's type: `varchar`, `boolean`, `bigint`, `double`, `timestamp(3)`, `array(varchar)`, `map(varchar, varchar)`,
   * `row(accountid varchar, type varchar)`. For a table's column Hive's spelling is understood as well (`string`, `array<struct<a:string>>`).
   */
  readonly type: string;
};

/**
 * A table that a statement may name: a view (or table) in the engine made by us, never text of the caller. The view is the fence: what it does
 * not show, no statement sees. Its columns have the names as given here and the engine's type for the Trino type:
 * varchar `Nullable(String)`, boolean `Nullable(Bool)`, integers `Nullable(IntN)`, double `Nullable(Float64)`,
 * timestamp(3) `DateTime64(3, 'UTC')` (Nullable or not), date `Date32`, array(T) `Array(T)`, map(varchar, varchar) `Map(String, String)`
 * (values may be Nullable), row(a T, …) `Tuple(a T, …)` with the same field names. `Nullable` and `LowCardinality` are free where the engine
 * allows them. What the engine cannot hold as NULL (map, array, row) is NULL when it is empty (a row: when all its fields are NULL).
 */
export type SqlTable = {
  /** `name` or `database.name`. */
  readonly view: string;
  readonly columns: readonly SqlColumn[];
  /** Whether the view has each scalar field of its rows as a column too, under its dotted path (`useridentity.arn`): then a statement that asks for one reads only that. */
  readonly leaves?: boolean | undefined;
};

/** Resolves a name as a statement writes it, in lower case (['uuid'], ['aws:cloudtrail', 'uuid'], ['default', 'cloudtrail_logs']); undefined: no such table for this caller. */
export type SqlCatalog = (name: readonly string[]) => SqlTable | undefined;

export type SqlPlan = {
  /** For the engine only. */
  readonly sql: string;
  readonly columns: readonly SqlColumn[];
  /** For each column: what is empty is NULL. */
  readonly emptyIsNull?: readonly boolean[] | undefined;
  /** The views that it reads, each once. */
  readonly views: readonly string[];
};

export type SqlPlanOptions = {
  /** Lake quotes parameters, and lets a GROUP BY without aggregates show other columns than its keys. */
  readonly dialect?: 'lake' | 'athena' | undefined;
  /** For each `?` in order: a literal as SQL writes it (`'text'`, `12`, `DATE '2026-01-01'`), as Athena's ExecutionParameters are; what is no literal is taken as text. */
  readonly parameters?: readonly string[] | undefined;
};

/** Rows and bytes that the engine has read so far. */
export type SqlProgress = { readonly rowsRead: number; readonly bytesRead: number };

export type SqlRunOptions = {
  /** Ends the statement in the engine too. */
  readonly signal: AbortSignal;
  /** Beyond it: SQL_TIMEOUT. */
  readonly maxSeconds: number;
  /** Further rows are not sent; undefined: no bound but memory's. */
  readonly maxRows?: number | undefined;
  /** About once a second while it runs, and once at its end. */
  readonly onProgress?: ((progress: SqlProgress) => void) | undefined;
};

/** A value as Trino prints it; null is SQL's NULL. */
export type SqlRow = readonly (string | null)[];

export type SqlEngine = {
  /** Names of the tables that a statement reads, lower case, each once; common table expressions are not among them. Rejects with INVALID_SQL. */
  readonly tables: (statement: string) => Promise<readonly (readonly string[])[]>;
  /** Checked against the allow-list, resolved against the catalog, written anew from the checked tree. Rejects with INVALID_SQL and a message that names the place. */
  readonly plan: (statement: string, catalog: SqlCatalog, options?: SqlPlanOptions) => Promise<SqlPlan>;
  /**
   * Rows in order. Read-only, bounded in time, memory and rows; ends when the signal aborts (throws its reason) or the reader stops reading.
   * Throws SQL_FAILED (the statement's own fault while it ran: division by zero, a bad cast, too much memory), SQL_TIMEOUT, ENGINE_UNAVAILABLE.
   */
  readonly run: (plan: SqlPlan, options: SqlRunOptions) => AsyncIterable<SqlRow>;
};
