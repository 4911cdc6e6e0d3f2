import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Operation } from '../../src/aws/operation.ts';
import { systemClock } from '../../src/base/clock.ts';
import { newEventId } from '../../src/base/ids.ts';
import { createLogger } from '../../src/base/log.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import { lambdaMigrations, openEmbeddedLambda, type LambdaTables } from '../../src/embedded/lambda/index.ts';
import { createOrganizations } from '../../src/embedded/organizations/create-organizations.ts';
import {
  organizationsMigrations,
  type OrganizationsTables,
} from '../../src/embedded/organizations/settings.ts';
import { bucketMigrations, openEmbeddedS3, type BucketTables } from '../../src/embedded/s3/index.ts';
import { openEmbeddedSqs, sqsMigrations, type SqsTables } from '../../src/embedded/sqs/index.ts';
import { openEmbeddedSns, snsMigrations, type SnsTables } from '../../src/embedded/sns/index.ts';
import { createSts } from '../../src/embedded/sts/create-sts.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';
import { lookupEvents } from '../../src/use/history/lookup-events.ts';
import { putAuditEvents } from '../../src/capture/ingest/activity/put-audit-events.ts';
import { openChannelTable } from '../../src/use/lake/channels/channel-table.ts';
import { channelOperations } from '../../src/use/lake/channels/create-channels.ts';
import { channelMigrations, type ChannelTables } from '../../src/use/lake/channels/settings.ts';
import { ATHENA_OPERATIONS } from '../../src/use/athena/create-athena.ts';
import type { InsightTables } from '../../src/use/insights/settings.ts';
import { insightOperations } from '../../src/use/insights/operations/insight-operations.ts';
import { importOperations } from '../../src/use/lake/imports/operations/import-operations.ts';
import { importMigrations, type ImportTables } from '../../src/use/lake/imports/settings.ts';
import { DASHBOARD_OPERATIONS } from '../../src/use/lake/dashboards/create-dashboards.ts';
import { QUERY_OPERATIONS } from '../../src/use/lake/queries/create-queries.ts';
import { createAlarms } from '../../src/use/metrics/alarms/create-alarms.ts';
import { createMetrics } from '../../src/use/metrics/create-metrics.ts';
import { metricMigrations, type MetricTables } from '../../src/use/metrics/settings.ts';
import { createLogs } from '../../src/use/logs/create-logs.ts';
import { logMigrations, type LogTables } from '../../src/use/logs/settings.ts';
import { ACCOUNT, startIam } from '../kit/iam.ts';
import { testKms } from '../kit/kms.ts';
import { startRules } from '../kit/rules.ts';
import { storeSetup } from '../kit/store-setup.ts';
import { trailSetup } from '../kit/trail-setup.ts';

/** `service.Operation` of everything that the modules serve, from their own tables. Nothing of it is called. */
export async function servedOperations(): Promise<ReadonlySet<string>> {
  const dir = await mkdtemp(join(tmpdir(), 'opentrail-operations-'));
  const settings = await openSettings<
    BucketTables &
      SnsTables &
      SqsTables &
      LambdaTables &
      OrganizationsTables &
      LogTables &
      MetricTables &
      ChannelTables &
      ImportTables &
      InsightTables
  >({
    path: ':memory:',
    migrations: [
      bucketMigrations,
      snsMigrations,
      sqsMigrations,
      lambdaMigrations,
      organizationsMigrations,
      logMigrations,
      metricMigrations,
      channelMigrations,
      importMigrations,
    ],
  });
  const trails = await trailSetup({});
  const stores = await storeSetup();
  await using started = await startIam();
  const rules = await startRules();
  try {
    const sqs = await openEmbeddedSqs({
      settings: settings.db,
      mac: masterKeyOf(new Uint8Array(32)).mac,
      publicUrl: undefined,
      clock: systemClock,
      log: createLogger('silent'),
    });
    await sqs.stop();
    const sns = openEmbeddedSns({
      settings: settings.db,
      masterKey: masterKeyOf(new Uint8Array(32)),
      url: () => '',
      addresses: () => false,
      queues: sqs.queues,
      functions: undefined,
      mail: undefined,
      clock: systemClock,
      log: createLogger('silent'),
    });
    const organizations = createOrganizations({
      settings: settings.db,
      clock: systemClock,
      accountId: ACCOUNT,
    });
    const kms = await testKms();
    const s3 = await openEmbeddedS3({
      settings: settings.db,
      dir,
      clock: systemClock,
      encryption: kms.encryption,
      destinations: { queues: sqs.queues, topics: sns.topics, functions: undefined, buses: () => undefined },
      log: createLogger('silent'),
    });
    const unasked = () => Promise.reject(new TypeError('no event store here'));
    const history = lookupEvents({
      events: { lookup: unasked, histogram: unasked, values: unasked },
      organizationOf: unasked,
      retentionMs: 1,
      tokenKey: new Uint8Array(32),
    });
    const lambda = openEmbeddedLambda({
      settings: settings.db,
      folder: dir,
      where: { account: ACCOUNT, region: 'us-east-1' },
      concurrency: 1,
      clock: systemClock,
      log: createLogger('silent'),
    });
    const logs = createLogs({
      settings: settings.db,
      events: {
        append: unasked,
        scan: unasked,
        arrivals: unasked,
        arrivedThrough: () => 0,
        appending: () => false,
        query: unasked,
        streams: unasked,
        sizes: unasked,
        remove: unasked,
      },
      clock: systemClock,
      newId: newEventId,
      log: createLogger('silent'),
    });
    const alarms = createAlarms({
      settings: settings.db,
      store: { put: unasked, periods: unasked, distributions: unasked, list: unasked },
      topics: sns.topics,
      functions: undefined,
      buses: () => undefined,
      clock: systemClock,
      log: createLogger('silent'),
    });
    const cloudwatch = createMetrics({
      store: { put: unasked, periods: unasked, distributions: unasked, list: unasked },
      clock: systemClock,
      heard: () => undefined,
    });
    const channels = channelOperations({
      table: await openChannelTable(settings.db),
      senders: { forget: () => undefined },
      stores: { find: unasked },
      extras: {
        readTags: () => [],
        saveTags: unasked,
        tagsOf: unasked,
        policyOf: unasked,
        forget: unasked,
      },
      clock: systemClock,
      newId: newEventId,
    });
    const activities = putAuditEvents({
      channel: () => undefined,
      policyOf: unasked,
      take: unasked,
      refused: () => undefined,
    });
    const imports = importOperations({
      settings: settings.db,
      buckets: s3.buckets,
      roles: undefined,
      stores: { target: unasked, write: unasked },
      begin: () => undefined,
      halt: unasked,
      clock: systemClock,
      log: createLogger('silent'),
    });
    const insights = insightOperations({
      settings: settings.db,
      rates: { periods: unasked },
      events: { lookup: unasked },
      trailArn: unasked,
    });
    const operations: readonly Operation[] = [
      ...insights,
      ...imports,
      ...channels,
      activities,
      history,
      ...trails.operations,
      ...stores.operations,
      ...logs.operations,
      ...cloudwatch.operations,
      ...alarms.operations,
      ...rules.rules.operations,
      ...started.iam.operations,
      ...createSts({ ...started.iam, accountId: ACCOUNT }).operations,
      ...s3.operations,
      ...kms.operations,
      ...sns.operations,
      ...lambda.operations,
      ...sqs.operations,
      ...organizations.operations,
    ];
    const athena = ATHENA_OPERATIONS.map((name) => `athena.${name}`);
    const lake = [...QUERY_OPERATIONS, ...DASHBOARD_OPERATIONS].map((name) => `cloudtrail.${name}`);
    return new Set([...operations.map(({ service, name }) => `${service}.${name}`), ...athena, ...lake]);
  } finally {
    await trails.close();
    await stores.close();
    await rules.stop();
    await settings.close();
    await rm(dir, { recursive: true });
  }
}
