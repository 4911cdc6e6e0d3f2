import type { CallContext } from '../../../aws/operation.ts';
import type { EventStore, RateStore } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { InsightTables } from '../settings.ts';

export type InsightOperationDeps = {
  readonly settings: Settings<InsightTables>;
  readonly rates: Pick<RateStore, 'periods'>;
  readonly events: Pick<EventStore, 'lookup'>;
  /** ARN of a trail that the caller may see, by name or ARN. Throws what is wrong with it. */
  readonly trailArn: (
    nameOrArn: string,
    caller: Pick<CallContext, 'accountId' | 'region'>,
  ) => Promise<string>;
};
