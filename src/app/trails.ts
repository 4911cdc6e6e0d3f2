import { sign } from 'node:crypto';

import type { BucketPort, DeliverySigner } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import { plainColumnsOf } from '../record/columns.ts';
import type { FollowerStatus } from '../store/contract.ts';
import { createAggregation } from '../use/trails/aggregation/create-aggregation.ts';
import { createTrailDelivery } from '../use/trails/delivery/create-trail-delivery.ts';
import { createDigestKeys, type DigestKeys } from '../use/trails/digests/digest-keys.ts';
import type { DataSelection } from '../use/trails/selectors/data-selection.ts';
import type { LogGroupAccess } from '../use/trails/log-groups/check-log-group.ts';
import { createNoticeSender } from '../use/trails/notices/send-notices.ts';
import { trailOperations } from '../use/trails/operations/trail-operations.ts';
import type { Embedded } from './embedded.ts';
import { openOrganizations } from './organizations.ts';
import { openTrailLogs } from './trail-logs.ts';
import type { Store } from './store.ts';

export type TrailsDeps = {
  readonly config: Config;
  readonly store: Store;
  /** Where log files go. */
  readonly buckets: BucketPort;
  readonly embedded: Pick<
    Embedded,
    'masterKey' | 'keys' | 'serving' | 'topics' | 'organizations' | 'serviceRole'
  >;
  readonly logGroups: LogGroupAccess;
  readonly metrics: Registry;
  readonly dataSelection: DataSelection;
  readonly clock: Clock;
  readonly log: Logger;
};

export type Trails = Awaited<ReturnType<typeof openTrails>>;

/** Trails over the buckets they deliver to. */
export async function openTrails(deps: TrailsDeps) {
  const { config, store, embedded, buckets, clock, log } = deps;
  const { masterKey, topics } = embedded;
  const { settings, journal } = store;
  const keys = createDigestKeys({ settings, seal: masterKey.seal, open: masterKey.open });
  const notices = createNoticeSender({ settings, topics, clock, log });
  notices.start();
  const sources = { settings, journal, events: store.events, columnsOf: plainColumnsOf };
  const delivering = { ...sources, buckets, clock, log, onDelivered: notices.wake };
  const delivery = createTrailDelivery({
    ...delivering,
    keys,
    deliveryInterval: config.delivery_interval,
    digestInterval: config.digest_interval,
    regions: config.regions,
    settle: store.cursors.settle,
  });
  const organizations = await openOrganizations({ ...deps, wake: delivery.wake });
  await delivery.start();
  const aggregation = createAggregation(delivering);
  await aggregation.start();
  const logs = await openTrailLogs(deps);
  const wake = (trailId: string): void => [delivery, logs].forEach((each) => each.wake(trailId));
  const operations = trailOperations({
    settings,
    journal,
    buckets,
    topics,
    kms: embedded.keys,
    logGroups: deps.logGroups,
    keys,
    delivery: { wake },
    organizations: organizations.port,
    serviceRole: embedded.serviceRole,
    refreshOrganizations: organizations.refresh,
    dataSelection: deps.dataSelection,
    clock,
    newId: newEventId,
    quotaTrails: config.quota_trails,
  });
  return {
    operations,
    followers: (): readonly FollowerStatus[] => [
      ...delivery.followers(),
      ...aggregation.followers(),
      ...logs.followers(),
    ],
    organizations: organizations.port,
    refreshOrganizations: organizations.refresh,
    signer: signerOf(keys),
    stop: async () => {
      await organizations.stop();
      await aggregation.stop();
      await Promise.all([delivery.stop(), logs.stop()]);
      await notices.stop();
    },
  };
}

/** Digests and query results are signed with the same keys. */
function signerOf(keys: Pick<DigestKeys, 'signingKey'>): DeliverySigner {
  return {
    sign: async (text, at) => {
      const { fingerprint, privateKey } = await keys.signingKey(at);
      return { fingerprint, signature: sign('RSA-SHA256', Buffer.from(text), privateKey) };
    },
  };
}
