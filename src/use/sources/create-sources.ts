import { Gauge } from '../../base/metrics.ts';
import type { SourceDeps } from './deps.ts';
import { followSource, type FollowedSource } from './follow-source.ts';
import type { SourceOperation } from './operations/deps.ts';
import { sourceOperations } from './operations/source-operations.ts';
import type { SourceRow } from './settings.ts';
import { accountsOf, allSources } from './source-store.ts';
import { timeText } from './time-text.ts';

export type Sources = {
  readonly operations: readonly SourceOperation[];
  /** For `/_health`: each source, what fails, and how far each account has come. */
  readonly health: () => Promise<readonly SourceHealth[]>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type SourceHealth = {
  readonly name: string;
  readonly bucket: string;
  readonly failing: string | undefined;
  readonly failingSince: string | undefined;
  readonly accounts: readonly {
    readonly account: string;
    readonly newestEvent: string | undefined;
    readonly newestFile: string | undefined;
    readonly lagSeconds: number | undefined;
  }[];
};

/** Accounts that metrics are kept of, for each source. */
const MOST_ACCOUNTS = 500;

/** Buckets into which trails of others deliver, followed while they do. */
export function createSources(deps: SourceDeps): Sources {
  const followed = new Map<string, FollowedSource>();
  const follow = (row: SourceRow): void => {
    const one = followSource(deps, row);
    followed.set(row.id, one);
    one.start();
  };
  showLag(deps, followed);
  return {
    operations: sourceOperations({
      ...deps,
      follow,
      unfollow: async (id) => {
        await followed.get(id)?.stop();
        followed.delete(id);
      },
      failingOf: (id) => followed.get(id)?.failing(),
    }),
    health: () => healthOf(deps, followed),
    start: async () => {
      for (const row of await allSources(deps)) follow(row);
    },
    stop: async () => {
      await Promise.all([...followed.values()].map((one) => one.stop()));
    },
  };
}

async function healthOf(
  deps: SourceDeps,
  followed: ReadonlyMap<string, FollowedSource>,
): Promise<readonly SourceHealth[]> {
  const now = deps.clock.now();
  const all: SourceHealth[] = [];
  for (const { row, failing } of followed.values()) {
    const fault = failing();
    const accounts = await accountsOf(deps, row.id);
    all.push({
      name: row.name,
      bucket: row.bucket,
      failing: fault?.reason,
      failingSince: fault && new Date(fault.since).toISOString(),
      accounts: accounts.slice(0, MOST_ACCOUNTS).map((one) => ({
        account: one.account,
        newestEvent: timeText(one.newest_event),
        newestFile: timeText(one.newest_file),
        lagSeconds: one.newest_event === 0 ? undefined : Math.round((now - one.newest_event) / 1000),
      })),
    });
  }
  return all;
}

function showLag(deps: SourceDeps, followed: ReadonlyMap<string, FollowedSource>): void {
  const registers = [deps.metrics];
  const perAccount = (name: string, help: string, pick: 'newest_event' | 'newest_file'): void => {
    new Gauge({
      name,
      help,
      labelNames: ['source', 'account'],
      registers,
      async collect() {
        this.reset();
        for (const { row } of followed.values())
          for (const one of (await accountsOf(deps, row.id)).slice(0, MOST_ACCOUNTS))
            this.set({ source: row.name, account: one.account }, one[pick] / 1000);
      },
    });
  };
  perAccount(
    'opentrail_followed_newest_event_seconds',
    'Time of the newest event that was taken of an account, seconds since the epoch.',
    'newest_event',
  );
  perAccount(
    'opentrail_followed_newest_file_seconds',
    'Time in the name of the newest file that was taken of an account, seconds since the epoch.',
    'newest_file',
  );
  new Gauge({
    name: 'opentrail_followed_source_failing',
    help: '1 while the bucket or the queue of a followed source fails.',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const { row, failing } of followed.values())
        this.set({ source: row.name }, failing() === undefined ? 0 : 1);
    },
  });
}
