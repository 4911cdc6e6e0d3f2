import { rm, writeFile } from 'node:fs/promises';

import type { EndpointSettings } from './api/endpoint-contract.ts';
import { createEndpoint } from './api/endpoint.ts';
import { joinActivities } from './app/activities.ts';
import { createClosing, type Closing } from './app/closing.ts';
import { openBuckets } from './app/buckets.ts';
import { openEmbedded } from './app/embedded.ts';
import { openGateway } from './app/gateway.ts';
import { joinIngest } from './app/ingest.ts';
import { openProofs } from './app/proofs.ts';
import { openRecord } from './app/record.ts';
import { ownRoutes } from './app/own-routes.ts';
import { createOwnAddress } from './app/own-address.ts';
import { openSources } from './app/sources.ts';
import { openStore, type Store } from './app/store.ts';
import { readTls } from './app/tls.ts';
import { openUses } from './app/uses.ts';
import { addPackages, createModels, preloadModels } from './aws/models/index.ts';
import { createSigningKeys } from './aws/sigv4/signing-key.ts';
import { systemClock } from './base/clock.ts';
import { newEventId } from './base/ids.ts';
import { createLogger, type Logger } from './base/log.ts';
import { createMetrics } from './base/metrics.ts';
import { createNamer } from './capture/naming/index.ts';
import type { Config } from './config.ts';

export type App = {
  /** `http://HOST:PORT` as it listens. */
  readonly url: string;
  /** Who serves what. */
  readonly services: readonly { readonly service: string; readonly by: string }[];
  /** Reads the endpoint's certificate and key again. Throws BAD_CONFIG, and goes on with those it has. */
  readonly reload: () => void;
  /** Answers the calls under way, lets followers finish, closes the stores. */
  readonly stop: () => Promise<void>;
};

/** Builds every part and joins them; what starts last stops first. */
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

/** In the order of need: the stores, who may use them, then the stages on an event's way, and last the door. */
async function build(config: Config, { log, closing }: { log: Logger; closing: Closing }): Promise<App> {
  const clock = systemClock;
  const metrics = createMetrics();
  const base = { config, clock, log, metrics, closing };

  const store = await openStore(base);
  const added = { dir: store.dataDir.file('models'), names: config.models };
  const models = createModels({ folders: [await addPackages(base, added)] });
  const address = createOwnAddress(config);
  const embedded = await openEmbedded({ ...base, store, address });
  const { credentials, masterKey, serving } = embedded;
  const record = await openRecord({ ...base, store, embedded, models });
  const { sink, live } = record;

  const buckets = await openBuckets({ ...base, sink, s3: embedded.buckets, serving });
  const proofs = await openProofs({ ...base, store, masterKey, buckets });
  const uses = await openUses({ ...base, ...record, store, buckets, proofs, embedded, address });
  const { followers, channels } = uses;

  const signingKeys = createSigningKeys();
  const gateway = await openGateway({ ...base, sink, credentials, signingKeys });
  const ingest = joinIngest({ ...base, ...followers, store, publish: live.publish });
  const activities = joinActivities({ ...base, ...followers, store, channels, publish: live.publish });
  const sources = await openSources({ ...base, ...uses, store, embedded, buckets, ingest });
  const endpoint = createEndpoint({
    settings: endpointSettings(config),
    routes: [
      ...(await ownRoutes({ ...base, ...record, ...uses, embedded, store, ingest, proofs, sources })),
      ...activities.routes,
    ],
    operations: [...uses.operations, ...activities.operations, ...embedded.operations],
    models,
    namer: createNamer({ models, defaultRegion: config.region }),
    serving: serving.serving,
    gateway,
    sink,
    credentials,
    signingKeys,
    clock,
    newEventId,
    log,
  });
  await store.intake.start();
  await followers.tellPause();
  await sources.start();
  uses.insights.start();
  const url = await listen(config, endpoint.listen);
  closing.add('endpoint', () => endpoint.stop());
  closing.add('receivers who wait', embedded.endWaiting);
  address.listensOn(url);
  embedded.start();
  closing.add('live stream', () => live.stop());
  closing.add('live tails', () => uses.tails.stop());
  await tellAddress(store, closing, url);
  void preloadModels(models);
  const reload = (): void => endpoint.renewTls(readTls(config));
  return { url, services: serving.rows(), reload, stop: () => closing.close() };
}

function endpointSettings(config: Config): EndpointSettings {
  return {
    maxHeaderBytes: config.max_header_bytes,
    upstreamTimeout: config.upstream_timeout,
    trustedProxies: config.trusted_proxies,
    region: config.region,
    tls: readTls(config),
  };
}

type Listen = (host: string, port: number) => Promise<{ readonly host: string; readonly port: number }>;

async function listen({ listen: address, tls_cert: cert }: Config, open: Listen): Promise<string> {
  const at = address.lastIndexOf(':');
  const { host, port } = await open(
    address.slice(0, at).replace(/^\[|\]$/g, ''),
    Number(address.slice(at + 1)),
  );
  return `${cert === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** `DIR/endpoint`: how the commands find the running server. */
async function tellAddress({ dataDir }: Store, closing: Closing, url: string): Promise<void> {
  await writeFile(dataDir.file('endpoint'), `${url}\n`, { mode: 0o600 });
  closing.add('endpoint file', () => rm(dataDir.file('endpoint'), { force: true }));
}
