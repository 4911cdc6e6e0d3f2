import { Counter, Gauge, Histogram, type Registry } from '../../../base/metrics.ts';
import type { Clock } from '../../../base/clock.ts';
import { targetKindOf } from '../target-kinds.ts';
import type { LaneKey } from './enqueue.ts';
import type { Failure } from './outcome.ts';
import type { Job } from './queue.ts';

type Made = 'delivered' | 'failed' | 'given-up' | 'dead-lettered' | 'dead-letter-failed';

/** One attempt, as it is shown. Times in ms. */
export type Attempt = {
  readonly targetId: string;
  readonly eventId: string;
  readonly at: number;
  readonly took: number;
  /** 1: the first. */
  readonly attempt: number;
  readonly outcome: Made;
  readonly code: string | undefined;
  readonly reason: string | undefined;
};

/** Remembers the newest attempts of each rule and counts all of them. */
export type Attempts = {
  readonly made: (
    job: Job,
    how: { readonly outcome: Made; readonly failure?: Failure; readonly startedAt: number },
  ) => void;
  readonly dropped: (lane: LaneKey, count: number) => void;
  /** Of a rule, newest first; since the server started. */
  readonly of: (ruleId: string) => readonly Attempt[];
};

const REMEMBERED = 100;
const MOST_RULES = 1000;

export function createAttempts({
  metrics,
  clock,
  waiting,
}: {
  readonly metrics: Registry;
  readonly clock: Clock;
  /** How many deliveries wait. */
  readonly waiting: () => Promise<number>;
}): Attempts {
  const count = new Counter({
    name: 'opentrail_rule_deliveries_total',
    help: 'Attempts to deliver events of rules to their targets.',
    labelNames: ['kind', 'outcome'],
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: 'opentrail_rule_delivery_seconds',
    help: 'From the acceptance of an event to its delivery at the first attempt.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
  new Gauge({
    name: 'opentrail_rule_deliveries_waiting',
    help: 'Deliveries of events that are not made yet.',
    registers: [metrics],
    async collect() {
      this.set(await waiting());
    },
  });
  const byRule = new Map<string, Attempt[]>();
  return {
    made: (job, { outcome, failure, startedAt }) => {
      const { kind } = targetKindOf(job.target.Arn);
      count.inc({ kind, outcome });
      const now = clock.now();
      if (outcome === 'delivered' && job.delivery.state === 'first')
        seconds.observe((now - job.acceptedAt) / 1000);
      remember(byRule, job.delivery.rule_id, {
        targetId: job.target.Id,
        eventId: eventIdOf(job.body),
        at: startedAt,
        took: now - startedAt,
        attempt: job.delivery.attempts + 1,
        outcome,
        code: failure?.code,
        reason: failure?.reason,
      });
    },
    dropped: (_lane, dropped) => count.inc({ kind: 'gone', outcome: 'dropped' }, dropped),
    of: (ruleId) => (byRule.get(ruleId) ?? []).toReversed(),
  };
}

function remember(byRule: Map<string, Attempt[]>, ruleId: string, attempt: Attempt): void {
  let attempts = byRule.get(ruleId);
  if (attempts === undefined) {
    const [oldest] = byRule.keys();
    if (byRule.size >= MOST_RULES && oldest !== undefined) byRule.delete(oldest);
    byRule.set(ruleId, (attempts = []));
  }
  attempts.push(attempt);
  if (attempts.length > REMEMBERED) attempts.shift();
}

/** It stands near the front of what we write. */
function eventIdOf(body: string): string {
  return /"id":"([^"]+)"/.exec(body.slice(0, 200))?.[1] ?? '';
}
