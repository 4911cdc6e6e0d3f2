import type { Clock } from '../../base/clock.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { Registry } from '../../base/metrics.ts';
import type { EventRecord } from '../../record/event-record.ts';
import type { Journal, JournalEntry, JournalState } from '../contract.ts';

/** What `openJournal` and `createIntake` give to app.ts; every other reader sees `Journal` of store/contract.ts. */

/** What `openJournal` is given. */
export type JournalOptions = {
  /** The journal's own folder; made (mode 700) when it is not there. */
  readonly dir: string;
  readonly sync: 'group' | 'always';
  /** Size of a segment and of the reserve. */
  readonly segmentBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** No seq up to this one is given out: the highest that any follower is done with, so that none skips what comes. */
  readonly after?: number | undefined;
  /** Go on after damage: see repairJournal. */
  readonly repair?: boolean | undefined;
  /** Bytes of entries kept in memory; default 32 MiB. */
  readonly tailBytes?: number | undefined;
  /** Milliseconds before a sealed segment is packed; default a minute. */
  readonly packAfter?: number | undefined;
  /** Milliseconds between tries for room while the disk is full; default a second. */
  readonly retryEvery?: number | undefined;
};

export type JournalStatus = {
  readonly state: JournalState;
  /** Oldest seq that can still be read, and the newest that is durable; `oldest` is `head` + 1 when there is none. */
  readonly oldest: number;
  readonly head: number;
  /** All files of the journal, the reserve included. */
  readonly bytesOnDisk: number;
  /** What still fits without a new block from the disk: the rest of the current segment and the reserve. */
  readonly freeBytes: number;
  readonly segments: number;
  readonly openIntents: number;
  /** Text of the last failure of writing, syncing or preallocating; undefined while all is well. */
  readonly failing: string | undefined;
};

/** Entries that a damaged file took with it; [from, to] are sequences. Where `to` is before `from`, none is missing but one was altered. */
export type JournalDamage = { readonly from: number; readonly to: number; readonly file: string };

/**
 * `append` takes over the bytes it is given: they must not change afterwards.
 * `head` is the newest entry that is on the disk (fdatasynced), so that nothing derived is ever ahead of the journal.
 */
export type JournalHandle = Journal &
  Stoppable & {
    /** Oldest seq that `read` still has; head + 1 when there is none. */
    readonly oldest: () => number;
    /** Intents found at start whose record never came. */
    readonly openIntents: () => readonly JournalEntry[];
    /** True while the intent with this id waits for its record. */
    readonly hasIntent: (id: string) => boolean;
    /** Followers are done with everything up to `seq`: deletes sealed segments below, oldest first, until the journal is at most `downTo` bytes (default 0). Never one that holds an open intent. */
    readonly release: (seq: number, downTo?: number) => Promise<void>;
    /** Whether `release(seq)` would delete anything. */
    readonly canRelease: (seq: number) => boolean;
    readonly bytesOnDisk: () => number;
    readonly status: () => JournalStatus;
    /** Called after each change of state; returns how to stop it. */
    readonly onState: (listener: (state: JournalState) => void) => () => void;
    /** Damage repaired at this or an earlier start and not yet told in the trail. */
    readonly damage: () => readonly JournalDamage[];
    readonly forgetDamage: () => Promise<void>;
  };

/** Calls that passed unrecorded. Times in milliseconds since the epoch. */
export type Gap = {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly reason: string;
};

/**
 * The one door into the journal, with the counters of the invariant
 * received == recorded + rejected + unselected + unrecorded (at rest).
 */
export type Intake = Stoppable & {
  /** False only in fail-closed mode while the journal has no room left for new calls; call `rejected()` for each call refused because of it. */
  readonly accepting: () => boolean;
  /** Before a write call is forwarded. Not counted as received. Throws JOURNAL_FULL only in fail-closed mode. */
  readonly intent: (event: EventRecord) => Promise<void>;
  /** The outcome of one captured call. Fail-open: always resolves, a call that could not be journalled is counted in the gap. Fail-closed: throws JOURNAL_FULL. */
  readonly record: (event: EventRecord) => Promise<void>;
  /** Ingest, import, demo: the sender can wait or retry. Throws JOURNAL_FULL in either mode (all counted as rejected). */
  readonly submit: (
    events: readonly EventRecord[],
  ) => Promise<{ readonly firstSeq: number; readonly lastSeq: number }>;
  /** A data event that nobody asked to keep. Closes its intent, if there is one, so that nobody takes its outcome for unknown. Never rejects. */
  readonly drop: (id: string) => Promise<void>;
  /** Calls or records refused before they came to the journal. */
  readonly rejected: (count?: number) => void;
  /** The gap that is open now, for /_health. */
  readonly gap: () => Gap | undefined;
  /** The last gap that was closed by a record since the start. */
  readonly lastGap: () => Gap | undefined;
  /** Closes what an earlier run left open: intents without their record, a gap, damage. Call once, before serving. */
  readonly start: () => Promise<void>;
};
