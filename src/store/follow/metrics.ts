import { Gauge, type Registry } from '../../base/metrics.ts';
import type { FollowerStatus } from '../contract.ts';

/** Lag, cursor and failure of every follower there is when somebody looks. To be called once for a registry. */
export function showFollowers(registry: Registry, followers: () => readonly FollowerStatus[]): void {
  const gauge = (name: string, help: string, value: (now: FollowerStatus) => number) =>
    new Gauge({
      name: `opentrail_follower_${name}`,
      help,
      labelNames: ['follower'],
      registers: [registry],
      collect() {
        this.reset();
        for (const status of followers()) this.set({ follower: status.name }, value(status));
      },
    });
  gauge('lag', 'Entries that the follower is behind the journal.', (now) => now.lag);
  gauge('cursor', 'Last entry that the follower is done with.', (now) => now.cursor);
  gauge('failing', '1 while the follower fails.', (now) => Number(now.failing !== undefined));
}
