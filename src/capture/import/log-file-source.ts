/** One file to import. `version` changes when its content does (size and time, or ETag). */
export type SourceFile = {
  readonly path: string;
  readonly size: number;
  readonly version: string;
};

/** Where existing log files are: a folder, or a bucket. */
export type LogFileSource = {
  /** `/var/logs` or `s3://bucket/prefix`. */
  readonly name: string;
  readonly list: () => AsyncIterable<SourceFile>;
  readonly read: (file: SourceFile) => Promise<Uint8Array>;
};
