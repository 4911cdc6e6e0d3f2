import type { Clock } from '../../base/clock.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Registry } from '../../base/metrics.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { EventStore } from '../contract.ts';

export type EventStoreDeps = {
  /** `http://USER:PASSWORD@HOST:PORT[/DATABASE]` of a ClickHouse server, or `engine.url`. */
  readonly url: string;
  readonly retentionMs: number;
  /** Identity of the journal whose sequence numbers are stored: a new journal has a new one. */
  readonly journalId: string;
  /** Columns of a record that comes without (re-read from disk). */
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly clock: Clock;
};

export type ClickHouseEventStore = EventStore & {
  /** Creates or changes the tables; also applies a changed retention. Done by createEventStore. */
  readonly migrate: () => Promise<void>;
  /** Bytes of all active parts with their indexes, and rows. */
  readonly sizeOnDisk: () => Promise<{ readonly bytes: number; readonly rows: number; readonly parts: number }>;
  readonly stop: () => Promise<void>;
};

/** Opens the event store and brings its tables up to date. Rejects with ENGINE_UNAVAILABLE when nobody answers at the URL. */
export function createEventStore(_deps: EventStoreDeps): Promise<ClickHouseEventStore> {
  return Promise.reject(new OpentrailError('NOT_BUILT', 'event store'));
}
