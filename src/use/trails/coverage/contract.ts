import type { FileAddress, VerifySource } from '../verify/source.ts';
import type { PublicKeys } from '../verify/public-keys.ts';

/** Why an hour of an account and region is not whole. */
export type HoleReason =
  /** A digest that another one links to, or that must cover the hour, is not there. */
  | 'digest-missing'
  /** Changed, moved, unreadable, or its signature does not hold. */
  | 'digest-invalid'
  /** Without a signature, or signed by a key that is not at hand. */
  | 'digest-unsigned'
  /** The next digest has another hash or signature of it, or links past it. */
  | 'digest-unchained'
  | 'log-missing'
  | 'log-changed'
  /** In the bucket, though no digest names it. */
  | 'log-unnamed'
  /** The file has another number of records than were recorded into it. */
  | 'count-differs'
  /** Calls passed unrecorded. */
  | 'gap'
  | 'logging-stopped'
  /** Logging went on, but nothing proves what was delivered. */
  | 'validation-off';

export type Hole = {
  readonly reason: HoleReason;
  /** Undefined where names do not tell it. */
  readonly trail: string | undefined;
  readonly uri: string | undefined;
  readonly message: string;
};

/** whole · not whole · unproven: nothing speaks against it, but the copy has no signature for its digest · open: digests do not reach to its end yet. */
export type CellState = 'whole' | 'not-whole' | 'unproven' | 'open';

/** Hours of one account and region in a row that are alike. */
export type CellRange = {
  readonly account: string;
  readonly region: string;
  /** `2026-01-31T08:00:00Z`: the beginning of the first hour, the end of the last. */
  readonly from: string;
  readonly to: string;
  readonly hours: number;
  readonly state: CellState;
  readonly holes: readonly Hole[];
};

export type CoverageReport = {
  readonly source: string;
  readonly whole: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly cells: Readonly<Record<'all' | 'whole' | 'notWhole' | 'unproven' | 'open', number>>;
  readonly files: { readonly digests: number; readonly logs: number };
  /** Whether records in files were compared with what was recorded; else why not. */
  readonly counts: string;
  readonly ranges: readonly CellRange[];
  /** What is worth knowing and no hole. */
  readonly notes: readonly string[];
};

/** One account and region in the source. */
export type Place = {
  /** What stands before `AWSLogs/`. */
  readonly root: string;
  /** `o-…/` or ''. */
  readonly organization: string;
  readonly account: string;
  readonly region: string;
};

export type TrailName = { readonly name: string; readonly homeRegion: string };

/** What the server knows of a trail. */
export type KnownTrail = TrailName & {
  readonly account: string;
  readonly isValidated: boolean;
  readonly isLogging: boolean;
  /** Seconds since the epoch. */
  readonly lastDigestAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly stoppedAt: number | undefined;
  /** What it delivered to the source, by time, from the hour of `from` to that of `to` (seconds). */
  readonly delivered: (place: Place, range: { from: number; to: number }) => AsyncIterable<Delivered>;
};

export type Delivered = FileAddress & { readonly records: number };

export type CoverageOptions = {
  readonly source: VerifySource;
  readonly keys: PublicKeys;
  readonly signatures?: ReadonlyMap<string, string> | undefined;
  /** Which part of the source; all of it by default. */
  readonly folders?: readonly string[] | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** The only trail that is looked at; all by default. */
  readonly trail?: { readonly name: string; readonly homeRegion: string | undefined } | undefined;
  /** Undefined where no server is asked. */
  readonly known?: KnownTrail | undefined;
  /** Which trail without validation delivered the file, if one did: no digest can name it. */
  readonly deliveredBy?: ((file: FileAddress) => Promise<string | undefined>) | undefined;
  /** Seconds since the epoch. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Milliseconds. */
  readonly now: number;
  /** Files fetched at a time. */
  readonly width?: number | undefined;
  readonly onProgress?: ((progress: CoverageProgress) => void) | undefined;
};

export type CoverageProgress = {
  readonly place: Place;
  readonly places: number;
  readonly digests: number;
  readonly logs: number;
  /** How far the place is read, seconds. */
  readonly at: number;
};
