import type { BucketPort, QueueReaderPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Registry } from '../../base/metrics.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { SourceRow, SourceTables } from './settings.ts';

export type SourceDeps = {
  readonly settings: Settings<SourceTables>;
  /** S3 and SQS where a source is. */
  readonly reach: (place: Place) => Reached;
  readonly take: Take;
  /** An event data store that takes events of trails. Throws as CloudTrail does. */
  readonly storeOf: (
    name: string,
    where: { readonly account: string; readonly region: string },
  ) => Promise<{ readonly arn: string }>;
  /** Addresses of other S3 that may be followed: `http://HOST:PORT`. */
  readonly endpoints: readonly string[];
  readonly seal: (text: string) => string;
  readonly open: (sealed: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Milliseconds before the first repetition of what fails; default 1,000. */
  readonly retryFirst?: number | undefined;
};

/** Where a bucket and its queue are, and as whom they are read. */
export type Place = {
  /** `here`, `aws`, or `http://HOST:PORT`. */
  readonly at: string;
  readonly region: string;
  readonly key: SourceKey | undefined;
};

export type SourceKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
};

export type Reached = {
  readonly buckets: Pick<BucketPort, 'list' | 'get' | 'checkRead'>;
  readonly queues: QueueReaderPort;
  readonly close?: (() => void) | undefined;
};

/**
 * Takes the records of log files, each event once by its id. Resolves when they survive the process, with what became of each file. Rejects
 * when they could not be taken now.
 */
export type Take = (batch: {
  /** Undefined: the history. */
  readonly storeArn: string | undefined;
  /** Whether trails, rules, detections and insights look at them too. */
  readonly replay: boolean;
  readonly files: readonly { readonly key: string; readonly text: Uint8Array }[];
}) => Promise<TakenFiles>;

export type TakenFiles = {
  readonly files: readonly TakenFile[];
  /** Events that are there already. */
  readonly duplicates: number;
  /** Older than is kept. */
  readonly outside: number;
};

export type TakenFile = {
  readonly events: number;
  /** Time of the newest event, seconds; 0: there is none. */
  readonly newest: number;
  readonly problems: readonly { readonly offset: number; readonly reason: string }[];
};

/** One that is followed. */
export type Source = {
  readonly row: SourceRow;
  readonly reached: Reached;
  readonly signal: AbortSignal;
};
