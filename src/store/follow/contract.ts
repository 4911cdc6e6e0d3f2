import type { Clock } from '../../base/clock.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { EventStore, FollowerStatus, Journal, JournalEntry } from '../contract.ts';
import type { JournalHandle } from '../journal/contract.ts';
import type { BatchCursors } from '../settings/cursors.ts';

/** Everything from `from` to `to`; sequences that are no longer there (or never were) are simply missing. Intents are among the entries. */
export type FollowerBatch = {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly JournalEntry[];
};

export type FollowerOptions = {
  readonly name: string;
  readonly journal: Journal & Pick<JournalHandle, 'oldest'>;
  readonly cursors: BatchCursors;
  /** Where entries come from that the journal has already let go. Records only, no intents. */
  readonly fallback?: EventStore['bySequence'] | undefined;
  /** May be called again with exactly the same bounds after a failure or a crash: effects must be idempotent by (from, to) or by seq. The signal aborts when the follower stops. */
  readonly apply: (batch: FollowerBatch, signal: AbortSignal) => Promise<void>;
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Milliseconds between batches that are not full: what comes alone is applied at once, what comes soon after it is gathered. */
  readonly linger: number;
  /** Milliseconds up to which it gathers where applying takes long: three times as long as the last batch took. Default: `linger`, always the same. */
  readonly lingerMost?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds of the first and the longest pause after failures. */
  readonly retry?: { readonly first: number; readonly most: number } | undefined;
};

export type Follower = Stoppable & {
  readonly start: () => Promise<void>;
  readonly status: () => FollowerStatus;
};

export type RetentionOptions = {
  readonly journal: Pick<JournalHandle, 'canRelease' | 'release' | 'bytesOnDisk' | 'state'>;
  /** All followers there are now; while there is none, nothing is released. */
  readonly followers: () => readonly FollowerStatus[];
  /** Name of the follower that fills the event store: nothing goes before it has passed. */
  readonly events: string;
  readonly cursors: Pick<BatchCursors, 'settle'>;
  readonly limitBytes: number;
  readonly log: Logger;
  /** Milliseconds between looks; default 1000. */
  readonly every?: number | undefined;
};
