import type { FastRandom } from './random.ts';

const DAY = 1440;

/** How an API is used in the simulation. Times are minutes. */
export type Api = {
  readonly name: string;
  /** Steady calls per minute at noon of a weekday; 0 for none. */
  readonly rate: number;
  /** Share of the noon's rate that is left at night, and on Sundays. */
  readonly night: number;
  readonly weekend: number;
  /** Spread of its days and of its hours (log-normal). */
  readonly noise: number;
  /** Batches at any time: how many a day, of how many calls. */
  readonly batches: { readonly perDay: number; readonly calls: number; readonly spread: number } | undefined;
  /** A job at a time of the day, give or take some minutes. */
  readonly job:
    | {
        readonly at: number;
        readonly jitter: number;
        readonly calls: number;
        readonly minutes: number;
        readonly weekdays: boolean;
      }
    | undefined;
  /** A job every so many minutes. */
  readonly every: { readonly minutes: number; readonly offset: number; readonly calls: number } | undefined;
  /** Used by hand now and then: sessions a day of a few calls. */
  readonly sessions: number;
  /** Of its calls this share fails. */
  readonly failing: number;
  readonly people: readonly { readonly arn: string; readonly weight: number }[];
};

const NONE = { rate: 0, night: 0.3, weekend: 0.4, noise: 0.2, sessions: 0, failing: 0 };
const VERBS = ['Create', 'Update', 'Delete', 'Put', 'Attach', 'Start', 'Stop', 'Tag', 'Modify', 'Run'];
const THINGS =
  'Instance Bucket Role Policy Table Function Queue Topic Key Volume Snapshot Image Cluster Service Task Alarm Rule Secret Parameter Certificate Stack Pipeline Job Stream Domain Group User Endpoint Gateway Route'.split(
    ' ',
  );

/** `count` APIs as a company has them: services that call all day, batches, jobs, and many that are hardly used. */
export function makeApis(random: FastRandom, count: number): readonly Api[] {
  return Array.from({ length: count }, (_, n) => {
    const name = `${VERBS[n % 10] ?? ''}${THINGS[Math.floor(n / 10) % 30] ?? ''}`;
    return { ...NONE, ...habitOf(random, n / count), name, people: peopleOf(random, n) } as Api;
  });
}

function habitOf(random: FastRandom, share: number): Partial<Api> {
  if (share < 0.42) return steady(random, random.logBetween(0.02, 12));
  if (share < 0.6)
    return {
      ...steady(random, random.next() < 0.5 ? random.logBetween(0.02, 1) : 0),
      batches: {
        perDay: random.logBetween(0.4, 8),
        calls: random.logBetween(10, 300),
        spread: random.between(0.2, 0.8),
      },
    };
  if (share < 0.7) {
    const minutes = random.pick([5, 15, 30, 60, 180]);
    return {
      ...steady(random, random.next() < 0.4 ? 0.2 : 0),
      every: { minutes, offset: random.whole(0, minutes - 1), calls: random.logBetween(2, 80) },
    };
  }
  if (share < 0.78)
    return {
      ...steady(random, random.next() < 0.5 ? random.logBetween(0.02, 1) : 0),
      job: {
        at: random.whole(30, DAY - 90),
        jitter: random.whole(1, 15),
        calls: random.logBetween(40, 600),
        minutes: random.whole(2, 12),
        weekdays: random.next() < 0.25,
      },
    };
  return { sessions: random.logBetween(0.02, 0.6) };
}

function steady(random: FastRandom, rate: number): Partial<Api> {
  return {
    rate,
    night: random.between(0.1, 0.9),
    weekend: random.between(0.15, 0.9),
    noise: random.between(0.03, 0.15),
    failing: random.next() < 0.5 ? random.between(0.002, 0.04) : 0,
  };
}

function peopleOf(random: FastRandom, n: number): Api['people'] {
  return Array.from({ length: random.whole(1, 6) }, (_, i) => ({
    arn: `arn:aws:sts::210987654321:assumed-role/Service${(n * 7 + i * 13) % 40}`,
    weight: random.logBetween(0.05, 1),
  }));
}
