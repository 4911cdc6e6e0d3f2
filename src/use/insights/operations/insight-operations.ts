import type { Operation } from '../../../aws/operation.ts';
import type { InsightOperationDeps } from './deps.ts';
import { listInsightsData } from './list-insights-data.ts';
import { listInsightsMetricData } from './list-insights-metric-data.ts';

/** What is told of insights beside their events; which trails ask for them is told by `use/trails`. */
export function insightOperations(deps: InsightOperationDeps): readonly Operation[] {
  return [
    {
      service: 'cloudtrail',
      name: 'ListInsightsData',
      resources: ({ InsightSource: source }) => [typeof source === 'string' && source !== '' ? source : '*'],
      handle: (input, context) => listInsightsData(deps, input, context),
    },
    {
      service: 'cloudtrail',
      name: 'ListInsightsMetricData',
      // As AWS has it: whoever may look up events may see how many there are.
      action: 'cloudtrail:LookupEvents',
      handle: (input, context) => listInsightsMetricData(deps, input, context),
    },
  ];
}
