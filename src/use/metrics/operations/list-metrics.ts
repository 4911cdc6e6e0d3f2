import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { firstPage, keyOfToken } from '../../../aws/page-token.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { MetricSeries } from '../../../store/contract.ts';
import type { MetricDeps } from '../deps.ts';
import { badToken, notBuilt, stored } from '../metrics-errors.ts';
import { metricName, namespace, pageToken } from './input.ts';
import { metricOperation } from './metric-operation.ts';

const PAGE = 500;
/** Seconds: what was not measured for two weeks is not listed. */
const LISTED_FOR = 14 * 86_400;
/** Those of the last three hours; when a series was last measured is known to a quarter of an hour. */
const RECENT = 3 * 3600 + 900;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export function listMetrics({ store, clock }: MetricDeps): Operation {
  return metricOperation('ListMetrics', {
    handle: async (input, { accountId: account, region }) => {
      const shape = {
        Namespace: namespace.optional(),
        MetricName: metricName.optional(),
        Dimensions: z
          .array(z.object({ Name: z.string().min(1).max(255), Value: z.string().max(1024).optional() }))
          .max(10)
          .optional(),
        NextToken: pageToken.optional(),
        RecentlyActive: z.enum(['PT3H']).optional(),
        IncludeLinkedAccounts: z.boolean().optional(),
        OwningAccount: z.string().optional(),
      };
      const read = validateInput(shape, input);
      if (read.IncludeLinkedAccounts === true) throw notBuilt('IncludeLinkedAccounts', 'linked accounts');
      if (read.OwningAccount !== undefined && read.OwningAccount !== account)
        throw notBuilt('OwningAccount', 'linked accounts');
      const now = Math.floor(clock.now() / 1000);
      const after = read.NextToken === undefined ? undefined : seriesOf(read.NextToken);
      const found = await stored(
        store.list({
          account,
          region,
          namespace: read.Namespace,
          name: read.MetricName,
          dimensions: (read.Dimensions ?? []).map(({ Name, Value }) => ({ name: Name, value: Value })),
          since: now - (read.RecentlyActive === undefined ? LISTED_FOR : RECENT),
          after: after && { ...after, account, region },
          limit: PAGE + 1,
        }),
      );
      const { items, next } = firstPage(found, keyOf, PAGE);
      return { Metrics: items.map(shownMetric), NextToken: next };
    },
  });
}

export function shownMetric({
  namespace: Namespace,
  name,
  dimensions,
}: Omit<MetricSeries, 'account' | 'region'>) {
  return {
    Namespace,
    MetricName: name,
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
  };
}

type Place = Pick<MetricSeries, 'namespace' | 'name' | 'dimensions'>;

const place = z.tuple([z.string(), z.string(), z.array(z.tuple([z.string(), z.string()]))]);

function keyOf({ namespace: of, name, dimensions }: Place): string {
  return JSON.stringify([of, name, dimensions]);
}

function seriesOf(token: string): Place {
  try {
    const [of, name, dimensions] = place.parse(JSON.parse(keyOfToken(token, badToken)));
    return { namespace: of, name, dimensions };
  } catch {
    throw badToken();
  }
}
