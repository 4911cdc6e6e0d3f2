import type { BucketPort } from '../aws/ports.ts';
import { createS3Buckets } from '../aws/s3-buckets.ts';
import { createSqsReader } from '../aws/sqs-reader.ts';
import { AwsError } from '../aws/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Ingest } from '../capture/ingest/ingest.ts';
import type { Config } from '../config.ts';
import { createSources } from '../use/sources/create-sources.ts';
import type { Place, Reached, SourceDeps, Take } from '../use/sources/deps.ts';
import type { Closing } from './closing.ts';
import { elsewhere } from './elsewhere.ts';
import type { Embedded } from './embedded.ts';
import type { Store } from './store.ts';

export type OpenSourcesDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings'>;
  readonly embedded: Pick<Embedded, 'serving' | 'masterKey' | 'queueReader'>;
  readonly buckets: BucketPort;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

const PURPOSE = 'followed-source';

/** Buckets of others that are followed: read where they are, taken as imports are. */
export async function openSources(deps: OpenSourcesDeps) {
  const { config, store, embedded, ingest, clock, log, metrics, closing } = deps;
  const { seal, open } = embedded.masterKey;
  const sources = createSources({
    settings: store.settings,
    reach: await reachOf(deps),
    take: takeInto(ingest),
    storeOf,
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

/** As one body: each file is a part of it. */
function takeInto(ingest: Ingest): Take {
  return async ({ storeArn, replay, files }) => {
    if (storeArn !== undefined) await storeOf();
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

async function storeOf(): Promise<never> {
  throw new AwsError('UnsupportedOperationException', 'Following into an event data store is not built yet.');
}
