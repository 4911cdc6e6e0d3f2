import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { createEndpoint } from './api/endpoint.ts';
import { consoleRoutes } from './app/routes/console-files.ts';
import { healthRoutes } from './app/routes/health.ts';
import { ingestRoute } from './app/routes/ingest.ts';
import { signInRoute } from './app/routes/sign-in.ts';
import { streamRoute } from './app/routes/stream.ts';
import { createClosing } from './app/closing.ts';
import { startFollowers } from './app/followers.ts';
import { joinIngest } from './app/ingest.ts';
import { ownIdentities } from './app/own-identity.ts';
import { sealingOf } from './app/sealing.ts';
import { createServing } from './app/serving.ts';
import { createSink } from './app/sink.ts';
import { openStore, type Store } from './app/store.ts';
import { openTrails } from './app/trails.ts';
import { createModels } from './aws/models/index.ts';
import { createSigningKeys } from './aws/sigv4/signing-key.ts';
import { systemClock } from './base/clock.ts';
import { newEventId } from './base/ids.ts';
import { createLogger } from './base/log.ts';
import { createMetrics } from './base/metrics.ts';
import { createGateway } from './capture/gateway/create-gateway.ts';
import { createNamer } from './capture/naming/index.ts';
import type { Config } from './config.ts';
import { createConsoleSignIn } from './embedded/iam/console-sign-in.ts';
import { createIam } from './embedded/iam/create-iam.ts';
import { openMasterKey } from './embedded/iam/master-key.ts';
import { openEmbeddedS3 } from './embedded/s3/index.ts';
import { createSts } from './embedded/sts/create-sts.ts';
import { createIdentityDirectory } from './record/identify/directory.ts';
import { createRecorder } from './record/recorder.ts';
import { lookupEvents } from './use/history/lookup-events.ts';
import { createLiveStream } from './use/history/stream.ts';

export type App = {
  /** `http://HOST:PORT` as it listens. */
  readonly url: string;
  /** Who serves what. */
  readonly services: readonly { readonly service: string; readonly by: string }[];
  /** Answers the calls under way, lets followers finish, closes the stores. */
  readonly stop: () => Promise<void>;
};

const CONSOLE = fileURLToPath(new URL('../console/dist', import.meta.url));

/** Builds every part and joins them, in the order of an event's way; what starts last stops first. */
export async function startApp(config: Config): Promise<App> {
  const log = createLogger(config.log_level);
  const closing = createClosing(log);
  try {
    return await build(config, { log, closing });
  } catch (error) {
    await closing.close();
    throw error;
  }
}

type Base = {
  readonly log: ReturnType<typeof createLogger>;
  readonly closing: ReturnType<typeof createClosing>;
};

async function build(config: Config, { log, closing }: Base): Promise<App> {
  const clock = systemClock;
  const metrics = createMetrics();
  const models = createModels();
  const store = await openStore({ config, clock, log, metrics, closing });
  const { settings, journal, intake, events } = store;

  // embedded: who may use Opentrail, and the stand-ins
  const masterKey = openMasterKey(config.data);
  const iam = createIam({
    settings,
    masterKey,
    clock,
    accountId: config.account_id,
    data: config.data,
    region: config.region,
  });
  await iam.bootstrap();
  const sts = createSts({
    sessions: iam.sessions,
    credentials: iam.credentials,
    accountId: config.account_id,
  });
  const s3 = await openEmbeddedS3({ settings, dir: config.data, clock });
  const serving = createServing({
    config,
    embedded: new Set(['iam', 'sts', 's3']),
    issued: iam.credentials.issued,
  });

  // record
  const identities = await createIdentityDirectory({
    settings,
    ...sealingOf(masterKey, 'identities'),
    own: ownIdentities(iam.credentials),
    clock,
    log,
  });
  closing.add('identities', () => identities.stop());
  const recorder = createRecorder({ models, identities, defaultAccount: config.account_id });
  const live = createLiveStream({});
  const sink = createSink({
    recorder,
    intake,
    publish: live.publish,
    dataEvents: config.data_events,
    selects: () => false,
  });

  // use
  const trails = await openTrails({ config, store, masterKey, s3: s3.buckets, sink, serving, clock, log });
  closing.add('trails', () => trails.stop());
  const followers = await startFollowers({ config, store, trails, clock, log, metrics, closing });
  const history = lookupEvents({
    events,
    retentionMs: config.history_retention,
    tokenKey: masterKey.mac('lookup-token', 'v1'),
  });

  // api
  const gateway = createGateway({ sink, clock, upstreamTimeout: config.upstream_timeout });
  closing.add('gateway', () => gateway.stop());
  const consoleSignIn = createConsoleSignIn({ iam, sessionDuration: config.session_duration });
  const ingest = joinIngest({
    store,
    config,
    clock,
    metrics,
    publish: live.publish,
    storedThrough: followers.storedThrough,
  });
  const endpoint = createEndpoint({
    settings: {
      maxHeaderBytes: config.max_header_bytes,
      upstreamTimeout: config.upstream_timeout,
      trustedProxies: config.trusted_proxies,
    },
    routes: [
      ...(await consoleRoutes(CONSOLE)),
      ...healthRoutes({
        journal,
        intake,
        followers: followers.statuses,
        engine: () => events.ping(),
        metrics,
      }),
      signInRoute({ consoleSignIn, config, sink, clock }),
      streamRoute(live),
      ingestRoute(ingest),
    ],
    operations: [history, ...trails.operations, ...iam.operations, ...sts.operations, ...s3.operations],
    models,
    namer: createNamer({ models, defaultRegion: config.region }),
    serving: serving.serving,
    gateway,
    sink,
    credentials: iam.credentials,
    signingKeys: createSigningKeys(),
    clock,
    newEventId,
    log,
  });
  await intake.start();
  const { host, port } = await listen(config, endpoint.listen);
  closing.add('endpoint', () => endpoint.stop());
  closing.add('live stream', () => live.stop());
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  await tellAddress(store, closing, url);
  return { url, services: serving.rows(), stop: () => closing.close() };
}

async function listen(
  { listen: address }: Config,
  open: (host: string, port: number) => Promise<{ host: string; port: number }>,
) {
  const at = address.lastIndexOf(':');
  return open(address.slice(0, at).replace(/^\[|\]$/g, ''), Number(address.slice(at + 1)));
}

/** `DIR/endpoint`: how the commands find the running server. */
async function tellAddress({ dataDir }: Store, closing: Base['closing'], url: string): Promise<void> {
  await writeFile(dataDir.file('endpoint'), `${url}\n`, { mode: 0o600 });
  closing.add('endpoint file', () => rm(dataDir.file('endpoint'), { force: true }));
}
