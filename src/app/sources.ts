import type { BucketPort } from '../aws/ports.ts';
import { createS3Buckets } from '../aws/s3-buckets.ts';
import { createSqsReader } from '../aws/sqs-reader.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Ingest } from '../capture/ingest/ingest.ts';
import type { Config } from '../config.ts';
import { createSources } from '../use/sources/create-sources.ts';
import type { EventDataStores } from '../use/lake/stores/contract.ts';
import type { Place, Reached, SourceDeps, Take, TakenFiles } from '../use/sources/deps.ts';
import type { Closing } from './closing.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import { trailStoreOf } from './imports.ts';
import type { Store } from './store.ts';
import type { StoreWriter } from './store-writer.ts';

export type OpenSourcesDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings'>;
  readonly embedded: Pick<Embedded, 'serving' | 'masterKey' | 'queueReader'>;
  readonly buckets: BucketPort;
  readonly ingest: Ingest;
  readonly stores: EventDataStores;
  readonly writeToStore: StoreWriter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

const PURPOSE = 'followed-source';

/** Buckets of others that are followed: read where they are, taken as imports are. */
export async function openSources(deps: OpenSourcesDeps) {
  const { config, store, embedded, clock, log, metrics, closing } = deps;
  const { seal, open } = embedded.masterKey;
  const sources = createSources({
    settings: store.settings,
    reach: await reachOf(deps),
    take: takeInto(deps),
    storeOf: trailStoreOf(deps.stores),
    endpoints: config.follow_endpoints,
    seal: (text) => seal(PURPOSE, text),
    open: (sealed) => open(PURPOSE, sealed),
    clock,
    log,
    metrics,
  });
  closing.add('followed sources', () => sources.stop());
  return sources;
}

async function reachOf({ config, embedded, buckets }: OpenSourcesDeps): Promise<SourceDeps['reach']> {
  const sqs = await elsewhere('sqs', { config, serving: embedded.serving });
  const { region } = config;
  const here: Reached = {
    buckets,
    queues: sqs === undefined ? embedded.queueReader : createSqsReader({ ...sqs, region }),
  };
  return (place) => (place.at === 'here' ? here : there(place));
}

function there({ at, region, key: credentials }: Place): Reached {
  const endpoint = at === 'aws' ? undefined : at;
  const buckets = createS3Buckets({ endpoint, region, credentials, connections: 16 });
  const queues = createSqsReader({ endpoint, region, credentials });
  const close = (): void => {
    buckets.close();
    queues.close();
  };
  return { buckets, queues, close };
}

type Into = Pick<OpenSourcesDeps, 'ingest' | 'writeToStore'>;

function takeInto({ ingest, writeToStore }: Into): Take {
  return async ({ storeArn, replay, files }) =>
    storeArn === undefined
      ? intoHistory(ingest, { replay, files })
      : intoStore(await writeToStore({ storeArn, files }));
}

/** As one body: each file is a part of it. */
async function intoHistory(
  ingest: Ingest,
  { replay, files }: Pick<Parameters<Take>[0], 'replay' | 'files'>,
): Promise<TakenFiles> {
  const bounds: number[] = [];
  let size = 0;
  for (const { text } of files) {
    bounds.push(size);
    size += text.length + 1;
  }
  const body = Buffer.concat(files.flatMap(({ text }) => [text, NEWLINE]));
  const report = await ingest(body, { origin: replay ? 'replayed' : 'imported', bounds });
  return {
    files: files.map((_, i) => ({
      events: report.parts?.[i]?.events ?? 0,
      newest: report.parts?.[i]?.newest ?? 0,
      problems: problemsOf(report.rejected, bounds[i] ?? 0, bounds[i + 1] ?? Infinity),
    })),
    duplicates: report.duplicates,
    outside: report.outsideRetention.count,
  };
}

function intoStore(files: Awaited<ReturnType<StoreWriter>>): TakenFiles {
  const sum = (pick: (file: (typeof files)[number]) => number) =>
    files.reduce((all, one) => all + pick(one), 0);
  return {
    files,
    duplicates: sum(({ events, added, outside }) => events - added - outside),
    outside: sum(({ outside }) => outside),
  };
}

const NEWLINE = Buffer.from('\n');

function problemsOf(
  rejected: readonly { readonly offset: number; readonly reason: string }[],
  from: number,
  to: number,
) {
  return rejected
    .filter(({ offset }) => offset >= from && offset < to)
    .map(({ offset, reason }) => ({ offset: offset - from, reason }));
}
