import type { CallContext } from '../../aws/operation.ts';
import type { OrganizationPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { EventStore } from '../../store/contract.ts';
import type { ApiCaller, Sealing } from './deliver/api-call.ts';
import type { Enqueue } from './deliver/enqueue.ts';
import type { RuleTable } from './rule-table.ts';
import type { RuleRow, RuleSettings } from './settings.ts';

/** What the operations need. */
export type RuleParts = {
  readonly settings: RuleSettings;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly table: RuleTable;
  readonly enqueue: Enqueue;
  readonly api: ApiCaller;
  readonly sealing: Sealing;
  readonly has: Availability;
  readonly organizationOf: OrganizationPort['of'];
  /** Members beyond AWS's of DescribeRule, where the caller asks for them. */
  readonly status: (
    rule: RuleRow,
    context: CallContext,
  ) => Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The past, to try patterns on. */
  readonly history: History;
};

/** Whether what some targets need beside Opentrail is there. */
export type Availability = { readonly queues: boolean; readonly functions: boolean; readonly mail: boolean };

export type History = {
  readonly events: Pick<EventStore, 'lookup'>;
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => EventColumns;
};
