import type { BucketPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { OpentrailError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { EventColumns } from '../../../record/event-record.ts';
import type { EventStore, Journal } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { DigestKeys } from '../digests/digest-keys.ts';
import type { TrailTables } from '../settings.ts';

export type TrailDelivery = {
  readonly start: () => void;
  /** Delivers what is pending (for at most ten seconds), then ends. */
  readonly stop: () => Promise<void>;
  /** Looks at this trail now instead of at the next interval: after StartLogging, StopLogging, UpdateTrail, DeleteTrail. */
  readonly wake: (trailId: string) => void;
  /** Last seq that every trail is done with; the head of the journal when no trail is logging. The journal keeps what lies behind it. */
  readonly cursor: () => Promise<number>;
};

export type TrailDeliveryDeps = {
  readonly settings: Settings<TrailTables>;
  readonly journal: Pick<Journal, 'read' | 'head'>;
  /** Read instead of the journal where that is pruned already. */
  readonly events: Pick<EventStore, 'bySequence'>;
  readonly buckets: BucketPort;
  readonly keys: DigestKeys;
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => EventColumns;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds. */
  readonly deliveryInterval: number;
  readonly digestInterval: number;
  /** Regions that multi-region trails write digests for from the start (OPENTRAIL_REGIONS), beside home and those seen. */
  readonly regions: readonly string[];
};

/** Delivers log files and digests of all trails, each trail for itself: one that fails holds back no other. */
export function createTrailDelivery(_deps: TrailDeliveryDeps): TrailDelivery {
  throw new OpentrailError('NOT_BUILT', 'createTrailDelivery');
}
