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
  /** A proof, or a checkpoint that was kept: files. */
  readonly proof?: string;
  readonly checkpoint?: string;
  /** `NAME+ID+KEY`, or a file with one. */
  readonly publicKey?: string;
  readonly witness: readonly string[];
  readonly quorum?: string;
  readonly tree?: boolean;
  readonly record?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
};
