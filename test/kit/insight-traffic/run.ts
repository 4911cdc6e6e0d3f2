import { attributionsOf, type Attribution } from '../../../src/use/insights/attributions.ts';
import type { RateShare } from '../../../src/store/contract.ts';
import { Detector, type Signal } from '../../../src/use/insights/detector/detector.ts';
import type { Series } from '../../../src/use/insights/detector/series.ts';
import { plant, type Anomaly, type AnomalyKind, type World } from './anomalies.ts';
import { makeApis } from './apis.ts';
import { FastRandom } from './random.ts';
import { usualTraffic } from './traffic.ts';

const DAY = 1440;
/** A Monday. */
const FIRST_DAY = 20_420;
/** Minutes after which a minute is taken to be complete. */
const LAG = 2;
/** What comes so long (minutes) after an anomaly's end is still of it: errors and calls that it raised settle. */
const AFTER = 30;

export type SimulationOptions = {
  readonly seed: number;
  readonly days: number;
  readonly apis: number;
  readonly anomalies: Readonly<Record<AnomalyKind, number>>;
  /** The first day with anomalies. */
  readonly from: number;
};

export type Found = {
  readonly anomaly: Anomaly;
  /** Minutes after it began. */ readonly after: number;
  readonly isNamed: boolean;
};
export type Simulation = {
  readonly anomalies: readonly Anomaly[];
  readonly found: readonly Found[];
  readonly missed: readonly (Anomaly & { readonly name: string; readonly foundAfter: number | undefined })[];
  /** Starts that belong to no anomaly: the API and the minute of the simulation. */
  readonly falseStarts: readonly { readonly name: string; readonly kind: string; readonly minute: number }[];
  readonly starts: number;
  /** Days on which starts were possible. */
  readonly watchedDays: number;
  /** Of the detector alone. */
  readonly seconds: number;
};

type Start = Signal & {
  readonly api: number;
  readonly error: string | undefined;
  /** When it was told. */ readonly at: number;
};

/** Traffic of some weeks with anomalies in it, through the detector, minute by minute; some counts come late. */
export function simulate(options: SimulationOptions): Simulation {
  const random = new FastRandom(options.seed);
  const world = makeWorld(random, options);
  const anomalies = plant(random, world, options.anomalies);
  const { starts, seconds } = watch(random, world);
  const inOrder = starts.filter(({ state }) => state === 'Start');
  const found = anomalies.flatMap((anomaly) => {
    const start = inOrder.find((one) => belongsTo(one, anomaly));
    if (start === undefined || start.at > anomaly.due) return [];
    return [{ anomaly, after: start.at - anomaly.start, isNamed: isNamed(world, anomaly, start) }];
  });
  const missed = anomalies
    .filter((anomaly) => !found.some((one) => one.anomaly === anomaly))
    .map((anomaly) => {
      const late = inOrder.find((one) => belongsTo(one, anomaly));
      const foundAfter = late && late.at - anomaly.start;
      return { ...anomaly, name: world.apis[anomaly.api]?.name ?? '', foundAfter };
    });
  const falseStarts = inOrder
    .filter((start) => !anomalies.some((anomaly) => belongsTo(start, anomaly)))
    .map((start) => ({
      name: `${world.apis[start.api]?.name ?? ''}${start.error === undefined ? '' : `/${start.error}`}`,
      kind: start.kind,
      minute: start.at,
    }));
  return {
    anomalies,
    found,
    missed,
    falseStarts,
    starts: inOrder.length,
    watchedDays: options.days - 7,
    seconds,
  };
}

function makeWorld(random: FastRandom, { apis: count, days, from }: SimulationOptions): World {
  const apis = makeApis(random, count);
  const traffic = apis.map((api) => usualTraffic(random, api, { first: FIRST_DAY, days }));
  return { apis, traffic, first: FIRST_DAY, days, from };
}

type Watched = {
  readonly series: Series;
  readonly counts: Uint32Array;
  readonly api: number;
  readonly error: string | undefined;
};

function watch(random: FastRandom, world: World): { starts: readonly Start[]; seconds: number } {
  const began = FIRST_DAY * DAY;
  const detector = new Detector({ budget: 0.9, learn: 7 * DAY, quiet: 5 });
  detector.begin(began);
  const watched: Watched[] = [];
  for (const [api, { calls, errors }] of world.traffic.entries()) {
    const series = detector.add(`${api}`, { kind: 'calls', isWatched: true, began });
    watched.push({ series, counts: calls, api, error: undefined });
    for (const [error, counts] of errors)
      if (counts.some((count) => count > 0))
        watched.push({
          series: detector.add(`${api}/${error}`, {
            kind: 'errors',
            isWatched: true,
            calls: [series],
            began,
          }),
          counts,
          api,
          error,
        });
  }
  const bySeries = new Map(watched.map((one) => [one.series, one]));
  const starts: Start[] = [];
  const started = process.cpuUsage();
  let late: { readonly due: number; readonly one: Watched; readonly minute: number }[] = [];
  for (let minute = 0; minute < world.days * DAY; minute++) {
    for (const one of watched) {
      const count = one.counts[minute] ?? 0;
      if (count === 0) continue;
      if (random.next() < 0.02) {
        // A part of them comes late.
        late.push({ due: minute + random.whole(1, 8), one, minute });
        detector.count(one.series, began + minute, Math.floor(count * random.next()));
      } else detector.count(one.series, began + minute, count);
    }
    for (const { due, one, minute: when } of late)
      if (due === minute) detector.count(one.series, began + when, one.counts[when] ?? 0);
    late = late.filter(({ due }) => due > minute);
    for (const signal of detector.advance(began + minute - LAG, began + minute)) {
      const one = bySeries.get(signal.series);
      if (one !== undefined) starts.push({ ...signal, api: one.api, error: one.error, at: minute + 1 });
    }
  }
  const { user, system } = process.cpuUsage(started);
  return { starts, seconds: (user + system) / 1_000_000 };
}

function belongsTo(start: Start, anomaly: Anomaly): boolean {
  if (start.api !== anomaly.api) return false;
  if ((anomaly.kind === 'stopped job') !== (start.kind === 'silence')) return false;
  return start.at > anomaly.start && start.at <= anomaly.end + AFTER;
}

/** Whether the one who did it is among the five that the insight names (of a job: that its baseline names). */
function isNamed(world: World, anomaly: Anomaly, start: Start): boolean {
  const began = FIRST_DAY * DAY;
  const [from, to] = [start.start - began, start.end - began];
  const attributions = attributionsOf(
    { shares: sharesOf(world, anomaly, { from, to }), minutes: to - from },
    { shares: sharesOf(world, anomaly, { from: from - 7 * DAY, to: from }), minutes: 7 * DAY },
  );
  const who: Attribution | undefined = attributions.find(({ attribute }) => attribute === 'userIdentityArn');
  const named = anomaly.kind === 'stopped job' ? who?.baseline : who?.insight;
  return named?.some(({ value }) => value === anomaly.arn) === true;
}

function sharesOf(
  world: World,
  anomaly: Anomaly,
  { from, to }: { from: number; to: number },
): readonly RateShare[] {
  const counts = world.traffic[anomaly.api]?.calls ?? new Uint32Array();
  const people = world.apis[anomaly.api]?.people ?? [];
  let others = 0;
  let own = 0;
  for (let minute = Math.max(0, from); minute < to; minute++) {
    const added = anomaly.added[minute - anomaly.start] ?? 0;
    own += added;
    others += (counts[minute] ?? 0) - added;
  }
  const weights = people.reduce((sum, { weight }) => sum + weight, 0);
  const share = (value: string, calls: number): RateShare => ({ attribute: 'userIdentityArn', value, calls });
  return [
    ...people.map(({ arn, weight }) => share(arn, Math.round((others * weight) / weights))),
    share(anomaly.arn, own),
  ].filter(({ calls }) => calls > 0);
}
