import type { MetricPort } from '../../aws/ports.ts';
import type { MetricDeps } from './deps.ts';
import { stored } from './metrics-errors.ts';
import { samplesOf } from './read-data.ts';

/** CloudWatch here, for other parts of Opentrail. */
export function createMetricPort({ store, clock, heard }: MetricDeps): MetricPort {
  return {
    put: async ({ account, region, namespace, data, token }) => {
      const now = clock.now();
      const where = { account, region, namespace };
      const samples = data.flatMap((datum, index) =>
        samplesOf(datum, where, { at: `MetricData.member.${index + 1}`, now }),
      );
      await stored(store.put(samples, token));
      heard(samples);
    },
  };
}
