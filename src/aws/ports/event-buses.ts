/** EventBridge, as services of AWS tell it of events of their own: on the default bus of an account. */
export type EventBusPort = {
  /** Resolves once the event survives the process. */
  readonly put: (event: {
    readonly account: string;
    readonly region: string;
    /** `aws.s3`. */
    readonly source: string;
    /** `Object Created`. */
    readonly detailType: string;
    /** ARNs. */
    readonly resources: readonly string[];
    /** Milliseconds since 1970. */
    readonly time: number;
    readonly detail: Readonly<Record<string, unknown>>;
  }) => Promise<void>;
};
