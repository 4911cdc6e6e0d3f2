/**
 * A question about log events, as CloudWatch Logs Insights asks them, parsed: what the query language says and the engine translates. No text of
 * the question reaches the engine but as a value. Fields: `@timestamp`, `@ingestionTime`, `@message`, `@logStream`, `@log`, `@ptr`, names given by
 * earlier commands, else a way into a message that is JSON (`userIdentity.arn`, `items.0.name`).
 */
export type LogExpression =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number }
  /** A span of time: of `bin` and `datefloor`. */
  | { readonly kind: 'span'; readonly ms: number }
  /** One of LOG_FUNCTIONS or LOG_AGGREGATES. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly LogExpression[] }
  | {
      readonly kind: 'infix';
      readonly operator: LogOperator;
      readonly left: LogExpression;
      readonly right: LogExpression;
    }
  | { readonly kind: 'not' | 'negate'; readonly of: LogExpression }
  /** Contains the text, or matches the regular expression (RE2). */
  | {
      readonly kind: 'like';
      readonly of: LogExpression;
      readonly how: 'text' | 'regex';
      readonly value: string;
    }
  | { readonly kind: 'in'; readonly of: LogExpression; readonly values: readonly (string | number)[] };

export type LogOperator =
  'and' | 'or' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | '^';

export type NamedLogExpression = { readonly name: string; readonly expression: LogExpression };

export type LogCommand =
  /** Computes what is no field yet, and shows all of it. */
  | { readonly kind: 'fields' | 'display'; readonly fields: readonly NamedLogExpression[] }
  | { readonly kind: 'filter'; readonly condition: LogExpression }
  | {
      readonly kind: 'stats';
      readonly values: readonly NamedLogExpression[];
      readonly by: readonly NamedLogExpression[];
    }
  | {
      readonly kind: 'sort';
      readonly keys: readonly { readonly expression: LogExpression; readonly descending: boolean }[];
    }
  | { readonly kind: 'limit'; readonly most: number }
  | { readonly kind: 'dedup'; readonly by: readonly LogExpression[] }
  /** `regex` has a group for each name; nothing has a value where it does not match. */
  | {
      readonly kind: 'parse';
      readonly of: LogExpression;
      readonly regex: string;
      readonly names: readonly string[];
    };

/** Least and most number of arguments. */
type Arity = readonly [least: number, most: number];

export const LOG_FUNCTIONS: Readonly<Record<string, Arity>> = {
  abs: [1, 1],
  bin: [1, 1],
  ceil: [1, 1],
  coalesce: [1, 20],
  concat: [1, 20],
  dateceil: [2, 2],
  datefloor: [2, 2],
  floor: [1, 1],
  frommillis: [1, 1],
  greatest: [1, 20],
  isblank: [1, 1],
  isempty: [1, 1],
  isipinsubnet: [2, 2],
  ispresent: [1, 1],
  isvalidip: [1, 1],
  isvalidipv4: [1, 1],
  isvalidipv6: [1, 1],
  least: [1, 20],
  log: [1, 1],
  ltrim: [1, 1],
  replace: [3, 3],
  rtrim: [1, 1],
  sqrt: [1, 1],
  strcontains: [2, 2],
  strlen: [1, 1],
  substr: [2, 3],
  tolower: [1, 1],
  tomillis: [1, 1],
  toupper: [1, 1],
  trim: [1, 1],
};

export const LOG_AGGREGATES: Readonly<Record<string, Arity>> = {
  avg: [1, 1],
  count: [0, 1],
  count_distinct: [1, 1],
  earliest: [1, 1],
  latest: [1, 1],
  max: [1, 1],
  min: [1, 1],
  pct: [2, 2],
  sortsfirst: [1, 1],
  sortslast: [1, 1],
  stddev: [1, 1],
  sum: [1, 1],
};

export type LogQuery = {
  /** Each with its name as `@log` tells it, and the time (ms) before which its events have expired. */
  readonly groups: readonly { readonly id: string; readonly name: string; readonly oldest: number }[];
  /** Names by id; events of other streams do not count. */
  readonly streams: ReadonlyMap<string, string>;
  /** Milliseconds, both ends inclusive. */
  readonly from: number;
  readonly to: number;
  readonly commands: readonly LogCommand[];
  readonly limit: number;
};

export type LogQueryResult = {
  readonly columns: readonly string[];
  /** A value for each column; undefined where a row has none. */
  readonly rows: readonly (readonly (string | undefined)[])[];
  readonly recordsMatched: number;
  readonly recordsScanned: number;
  readonly bytesScanned: number;
};
