/** Between the store and the threads that unpack files. */
export type FeedTask = {
  readonly n: number;
  /** The file to write; undefined: give the bytes back. */
  readonly path: string | undefined;
  readonly files: readonly { readonly id: number; readonly bytes: Uint8Array }[];
};

export type FeedResult = {
  readonly n: number;
  /** RowBinary of `file UInt32, doc String`; empty where they were written to a file. */
  readonly data: Uint8Array;
  readonly bytes: number;
  /** Files that could not be unpacked, and why: none of their rows are there. */
  readonly broken: readonly { readonly id: number; readonly reason: string }[];
};
