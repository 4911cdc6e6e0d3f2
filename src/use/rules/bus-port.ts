import type { EventBusPort } from '../../aws/ports.ts';
import type { NewId } from '../../base/ids.ts';
import { DEFAULT_BUS } from './arns.ts';
import type { Enqueue } from './deliver/enqueue.ts';
import type { BusEvent } from './event.ts';
import type { RuleTable } from './rule-table.ts';

/** Default buses, for other parts of Opentrail that have something to tell as a service of AWS. */
export function createBusPort({
  table,
  enqueue,
  newId,
}: {
  readonly table: RuleTable;
  readonly enqueue: Enqueue;
  readonly newId: NewId;
}): EventBusPort {
  return {
    put: async ({ account, region, source, detailType, resources, time, detail }) => {
      const event: BusEvent = {
        version: '0',
        id: newId(),
        'detail-type': detailType,
        source,
        account,
        time: `${new Date(time).toISOString().slice(0, 19)}Z`,
        region,
        resources,
        detail,
      };
      const fired = await table.match({ account, region, name: DEFAULT_BUS }, event, false);
      await enqueue([{ body: JSON.stringify(event), fired }]);
    },
  };
}
