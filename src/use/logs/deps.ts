import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { LogEventStore } from '../../store/contract.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { Arrivals } from './arrivals.ts';
import type { Destinations } from './filters/subscriptions/destination.ts';
import type { Queries } from './insights/queries.ts';
import type { LogTables } from './settings.ts';
import type { TailSessions } from './tail/sessions.ts';

export type LogSettings = Settings<LogTables>;

export type LogDeps = {
  readonly settings: LogSettings;
  readonly events: LogEventStore;
  readonly clock: Clock;
  readonly newId: NewId;
};

/** What operations have beside. */
export type OperationDeps = LogDeps & {
  readonly arrivals: Arrivals;
  readonly destinations: Destinations;
  readonly tails: TailSessions;
  readonly queries: Queries;
};
