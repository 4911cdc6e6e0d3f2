/** The command line of `opentrail verify`; times in seconds since the epoch. */
export type VerifyCommandOptions = {
  readonly data?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly account?: string;
  readonly region?: string;
  readonly keys?: string;
  readonly signatures?: string;
  readonly s3Endpoint?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
};
