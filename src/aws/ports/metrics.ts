/** One measurement or several of one metric. Exactly one of `value`, `statistics` and `values` is given. */
export type MetricDatum = {
  readonly name: string;
  /** Up to 30. Order does not matter. */
  readonly dimensions?: readonly { readonly name: string; readonly value: string }[] | undefined;
  /** Milliseconds since 1970; now where it is left out. */
  readonly time?: number | undefined;
  /** As CloudWatch names them: `Count`, `Milliseconds`; `None` where it is left out. */
  readonly unit?: string | undefined;
  readonly value?: number | undefined;
  /** Already summed up elsewhere. */
  readonly statistics?: MetricStatistics | undefined;
  /** Each value and how often it was seen, up to 150. */
  readonly values?: readonly { readonly value: number; readonly count: number }[] | undefined;
  /** Kept to the second rather than to the minute. */
  readonly highResolution?: boolean | undefined;
};

export type MetricStatistics = {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
};

/** CloudWatch, as those need it who measure: metric filters, rules, functions. */
export type MetricPort = {
  /**
   * Resolves once the data is kept. Any number of data; namespaces that begin with `AWS/` too. Throws InvalidParameterValueException,
   * ServiceUnavailable (then it may be put again). https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
   */
  readonly put: (metrics: {
    readonly account: string;
    readonly region: string;
    readonly namespace: string;
    readonly data: readonly MetricDatum[];
    /** What was put under the same one before is not put twice, where CloudWatch is served here; another's cannot tell. */
    readonly token?: string | undefined;
  }) => Promise<void>;
};
