/** Calls per minute, counted once for each record, and who made them. */

/** What is counted apart. */
export type RateKey = {
  readonly account: string;
  readonly region: string;
  readonly category: 'Management' | 'Data';
  readonly readOnly: boolean;
  readonly source: string;
  readonly name: string;
  /** The error code; '' for calls that succeeded. */
  readonly error: string;
};

export type RateCount = {
  readonly key: RateKey;
  /** Minutes since 1970. */ readonly minute: number;
  readonly calls: number;
};

/** Minutes in which there were calls, ascending, and how many. */
export type RateSeries = {
  readonly key: RateKey;
  readonly minutes: Uint32Array;
  readonly calls: Uint32Array;
};

export type RatePeriod = {
  /** Minutes since 1970: when it begins. */ readonly minute: number;
  readonly calls: number;
};

/** An API in a place; `error`: only calls with this error code, undefined: all. */
export type RateApi = {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly name: string;
  readonly error?: string | undefined;
};

export type RateAttribute = 'userIdentityArn' | 'userAgent' | 'errorCode';

/** Calls of one value of an attribute; roles without their session, '' where a record has none. */
export type RateShare = {
  readonly attribute: RateAttribute;
  readonly value: string;
  readonly calls: number;
};

/** Minutes: `to` is exclusive. */
export type MinuteRange = { readonly from: number; readonly to: number };

/** Rates. Rejects with ENGINE_UNAVAILABLE or ENGINE_QUERY_FAILED. */
export type RateStore = {
  /** On the disk once it resolves. What was added under the same `token` before is not added twice. */
  readonly add: (counts: readonly RateCount[], token: string) => Promise<void>;
  /** All that was counted in a range. */
  readonly read: (
    range: MinuteRange & {
      readonly places?: readonly { readonly account: string; readonly region: string }[];
    },
  ) => Promise<readonly RateSeries[]>;
  /** One API's calls by period of so many minutes (from `from` on); periods without calls are left out. */
  readonly periods: (
    query: RateApi &
      MinuteRange & {
        readonly period: number;
        /** Only what call rates are watched for: writes, and reads of data. */
        readonly watched: boolean;
        readonly category?: RateKey['category'] | undefined;
      },
    signal?: AbortSignal,
  ) => Promise<readonly RatePeriod[]>;
  /** When counting began, by place. */
  readonly began: () => Promise<
    readonly { readonly account: string; readonly region: string; readonly minute: number }[]
  >;
  /** Who made an API's calls in these ranges, and how they ended: the most frequent values of each attribute, in the order of their calls. */
  readonly shares: (
    query: RateApi & {
      readonly ranges: readonly MinuteRange[];
      readonly category: RateKey['category'];
      readonly most: number;
    },
  ) => Promise<readonly RateShare[]>;
};
