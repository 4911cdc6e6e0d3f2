import type { BucketPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import { lookupEvents } from '../use/history/lookup-events.ts';
import type { Closing } from './closing.ts';
import { openAthena } from './athena.ts';
import { openDetections } from './detections.ts';
import type { Embedded } from './embedded.ts';
import { startFollowers } from './followers.ts';
import { openInsights } from './insights.ts';
import { openLake } from './lake.ts';
import { openLogs } from './logs.ts';
import { openMetrics } from './metrics.ts';
import type { OwnAddress } from './own-address.ts';
import type { Proofs } from './proofs.ts';
import type { openRecord } from './record.ts';
import { openRules } from './rules.ts';
import { joinOperations } from './shared-operations.ts';
import type { Store } from './store.ts';
import { openTrails } from './trails.ts';

export type UsesDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly embedded: Embedded;
  /** Where log files go. */
  readonly buckets: BucketPort;
  readonly proofs: Pick<Proofs, 'status'>;
  readonly address: OwnAddress;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
} & Awaited<ReturnType<typeof openRecord>>;

/** What becomes of stored events: log groups, trails, rules, detections, history, and whoever follows the journal for them. */
export async function openUses(deps: UsesDeps) {
  const { config, store, embedded, closing } = deps;
  const cloudwatch = await openMetrics(deps);
  const logs = await openLogs({ ...deps, metricPort: cloudwatch.port });
  embedded.lambda?.writeTo(logs);
  const trails = await openTrails({ ...deps, logGroups: logs.access });
  closing.add('trails', () => trails.stop());
  const organizationOf = trails.organizations.of;
  const rules = await openRules({ ...deps, logs: logs.sink, organizationOf });
  embedded.tellBuses(rules.buses);
  cloudwatch.tellBuses(rules.buses);
  const detections = await openDetections({ ...deps, buses: rules.buses });
  const insights = await openInsights(deps);
  const lake = await openLake({ ...deps, trails });
  const reading = { trails, rules, detections, insights, lake };
  const followers = await startFollowers({ ...deps, ...reading, publish: deps.live.publish });
  const history = lookupEvents({
    events: store.events,
    organizationOf,
    retentionMs: config.history_retention,
    tokenKey: embedded.masterKey.mac('lookup-token', 'v1'),
  });
  const athena = await openAthena({ ...deps, lake });
  await cloudwatch.start();
  return {
    followers,
    insights,
    detections,
    channels: lake.channels,
    stores: lake.stores,
    writeToStore: lake.write,
    tails: logs.tails,
    operations: [
      history,
      ...joinOperations(trails.operations, lake.operations),
      ...logs.operations,
      ...cloudwatch.operations,
      ...rules.operations,
      ...athena,
      ...insights.operations,
    ],
  };
}
