import type { Api } from './apis.ts';
import type { FastRandom } from './random.ts';
import { steadyRate, type ApiTraffic } from './traffic.ts';

const DAY = 1440;

export type AnomalyKind = 'burst ×5' | 'burst ×50' | 'rare API' | 'ramp' | 'error storm' | 'stopped job';

export type Anomaly = {
  readonly kind: AnomalyKind;
  readonly api: number;
  /** Minutes of the simulation: it has to be found from `start` on, at the latest at `due`; it is over at `end`. */
  readonly start: number;
  readonly due: number;
  readonly end: number;
  readonly error: string | undefined;
  /** Who does it; of a stopped job: who does no more. */
  readonly arn: string;
  /** Calls that it adds, from `start` on. */
  readonly added: readonly number[];
};

const STORM = 'AccessDenied';
const FOUND_WITHIN = 5;
const MISSED_WITHIN = 15;

export type World = {
  readonly apis: readonly Api[];
  readonly traffic: readonly ApiTraffic[];
  /** Since 1970. */
  readonly first: number;
  readonly days: number;
  /** Anomalies come from this day on. */
  readonly from: number;
};

/** Plants anomalies into the traffic: so many of each kind, each at an API of its own that fits. */
export function plant(
  random: FastRandom,
  world: World,
  counts: Readonly<Record<AnomalyKind, number>>,
): readonly Anomaly[] {
  const taken = new Set<number>();
  const planted: Anomaly[] = [];
  for (const [kind, count] of Object.entries(counts) as [AnomalyKind, number][])
    for (let n = 0; n < count; n++) {
      const anomaly = tryToPlant(random, world, { kind, taken, n: planted.length });
      if (anomaly === undefined) continue;
      taken.add(anomaly.api);
      planted.push(anomaly);
      addTo(world, anomaly);
    }
  return planted;
}

type Place = { readonly api: number; readonly start: number; readonly rate: number };
type Wanted = { readonly kind: AnomalyKind; readonly taken: ReadonlySet<number>; readonly n: number };

function tryToPlant(random: FastRandom, world: World, wanted: Wanted): Anomaly | undefined {
  for (let attempt = 0; attempt < 2000; attempt++) {
    const api = random.whole(0, world.apis.length - 1);
    const start = random.whole(world.from * DAY, (world.days - 1) * DAY);
    const one = world.apis[api];
    if (one === undefined || wanted.taken.has(api)) continue;
    const isWeekend = (world.first + Math.floor(start / DAY) + 3) % 7 >= 5;
    const rate = steadyRate(one, start % DAY, isWeekend);
    const made = MAKERS[wanted.kind](random, one, { api, start, rate });
    if (made === undefined) continue;
    const arn = `arn:aws:iam::210987654321:user/intruder-${wanted.n}`;
    return { kind: wanted.kind, api, start, due: start + FOUND_WITHIN, error: undefined, arn, ...made };
  }
  return undefined;
}

type Made = Pick<Anomaly, 'added' | 'end'> & Partial<Anomaly>;
type Maker = (random: FastRandom, api: Api, place: Place) => Made | undefined;

const isSteady = ({ batches, job, every, rate }: Api) =>
  rate > 0 && batches === undefined && job === undefined && every === undefined;

const MAKERS: Readonly<Record<AnomalyKind, Maker>> = {
  // Of less than that five times as much is within five minutes no more than chance brings somewhere every day.
  'burst ×5': (random, api, { start, rate }) =>
    isSteady(api) && rate >= 1.2 ? times(random, { start, rate, factor: 5 }) : undefined,
  // Of an API that comes in batches: fifty times a batch.
  'burst ×50': (random, api, { start, rate }) => {
    if (api.batches !== undefined) return times(random, { start, rate: api.batches.calls / 8, factor: 50 });
    return isSteady(api) && rate >= 0.1 ? times(random, { start, rate, factor: 50 }) : undefined;
  },
  'rare API': (random, api, { start }) => {
    if (api.sessions === 0) return undefined;
    const added = Array.from({ length: random.whole(2, 4) }, () => random.whole(8, 20));
    return { added, end: start + added.length };
  },
  ramp: (random, api, { start, rate }) => {
    if (!isSteady(api) || rate < 2) return undefined;
    const minutes = random.whole(120, 240);
    // From one to ten times; three times is reached after two ninths of it.
    const added = Array.from({ length: minutes }, (_, n) => random.poisson((rate * 9 * n) / minutes));
    return { added, end: start + minutes, due: start + Math.ceil((minutes * 2) / 9) + FOUND_WITHIN };
  },
  'error storm': (random, api, { start }) => {
    if (api.rate === 0 && api.sessions === 0) return undefined;
    const rate = random.between(8, 40);
    const added = Array.from({ length: random.whole(8, 20) }, () => random.poisson(rate));
    return { added, end: start + added.length, error: STORM };
  },
  'stopped job': (_, api, { start }) => {
    if (api.job === undefined || api.job.weekdays) return undefined;
    const day = Math.floor(start / DAY) * DAY;
    const latest = day + api.job.at + api.job.jitter;
    const arn = api.people[0]?.arn ?? '';
    return { added: [], start: latest, due: latest + MISSED_WITHIN, end: latest + 2 * DAY, arn };
  },
};

function times(
  random: FastRandom,
  { start, rate, factor }: { start: number; rate: number; factor: number },
): Made {
  const minutes = random.whole(8, 30);
  const added = Array.from({ length: minutes }, () => random.poisson(rate * (factor - 1)));
  return { added, end: start + minutes };
}

function addTo(world: World, { kind, api, start, added, error }: Anomaly): void {
  const traffic = world.traffic[api];
  const job = world.apis[api]?.job;
  if (traffic === undefined) return;
  if (kind === 'stopped job' && job !== undefined) {
    const day = Math.floor(start / DAY) * DAY;
    // For two nights.
    for (const from of [day, day + DAY])
      traffic.calls.fill(0, from + job.at - job.jitter, from + job.at + job.jitter + job.minutes);
    return;
  }
  const errors = error === undefined ? undefined : new Uint32Array(traffic.calls.length);
  if (error !== undefined && errors !== undefined)
    (traffic.errors as Map<string, Uint32Array>).set(error, errors);
  for (const [n, count] of added.entries()) {
    const minute = start + n;
    if (minute >= traffic.calls.length) return;
    traffic.calls[minute] = (traffic.calls[minute] ?? 0) + count;
    if (errors !== undefined) errors[minute] = count;
  }
}
