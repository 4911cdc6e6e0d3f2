import { describe, expect, it } from 'vitest';

import { bucketSource } from '../verify/bucket-source.ts';
import type { CoverageReport, HoleReason, KnownTrail, Place } from './contract.ts';
import { coverTrails } from './coverage.ts';
import {
  BUCKET,
  type History,
  gapJson,
  makeHistory,
  makeSigner,
  seeded,
  TRAIL,
  type MadeHour,
} from './test-kit.ts';

const HOUR = 3600;
const START = Date.parse('2026-03-01T00:00:00Z') / 1000;
const ACCOUNTS = ['111111111111', '222222222222', '333333333333'];
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1'];
const PLACES: readonly Place[] = ACCOUNTS.flatMap((account) =>
  REGIONS.map((region) => ({ root: '', organization: '', account, region })),
);
const { signer, keys } = makeSigner();

/** `account region hour` → the reasons it is not whole for. */
function holesOf(report: CoverageReport): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { account, region, from, hours, state, holes } of report.ranges) {
    if (state === 'whole' || state === 'open') continue;
    const first = (Date.parse(from) / 1000 - START) / HOUR;
    for (let hour = first; hour < first + hours; hour++) {
      const reasons = holes.length === 0 ? [state] : holes.map(({ reason }) => reason);
      found.set(`${account} ${region} ${hour}`, [...new Set(reasons)].sort());
    }
  }
  return found;
}

const PLANTED: readonly HoleReason[] = [
  'digest-missing',
  'digest-invalid',
  'digest-unsigned',
  'digest-unchained',
  'log-missing',
  'log-changed',
  'log-unnamed',
  'count-differs',
];

describe('a thousand planted holes', () => {
  it.each([
    [1, ''],
    [2, 'o-exampleorgid/'],
  ])(
    'are all named, each for its reason, and no other cell is accused (seed %i, organization "%s")',
    async (seed, organization) => {
      const places = PLACES.map((place) => ({ ...place, organization }));
      const random = seeded(seed);
      const hours = 24 * 16;
      const isOff = (hour: number) => [60, 150, 290].some((first) => hour >= first && hour < first + 5);
      const isQuiet = (_: Place, hour: number) => hour % 7 === 3;
      const isAggregated = (_: Place, hour: number) => hour % 3 === 1;
      const gaps = [20, 21, 100, 222];
      const extra = (place: Place, hour: number) =>
        place === places[0] && gaps.includes(hour)
          ? [gapJson(place, { from: START + hour * HOUR + 60, to: START + hour * HOUR + 90, count: 7 })]
          : [];
      const history = makeHistory({
        signer,
        places: places,
        start: START,
        hours,
        isOff,
        isQuiet,
        extra,
        isAggregated,
      });
      const planted = new Map<string, string[]>();
      const note = (place: Place, hour: number, reason: HoleReason) => {
        const cell = `${place.account} ${place.region} ${hour}`;
        planted.set(cell, [...(planted.get(cell) ?? []), reason].sort());
      };
      for (const place of places) {
        for (let hour = 0; hour < hours; hour++) if (isOff(hour)) note(place, hour, 'logging-stopped');
        for (const hour of gaps) note(place, hour, 'gap');
      }
      const isFree = (place: Place, hour: number) => {
        const key = `${place.account} ${place.region} ${hour}`;
        return hour >= 0 && !planted.has(key) && !isOff(hour);
      };
      const tampered = new Set<string>();
      let count = planted.size;
      while (count < 1000) {
        const place = places[Math.floor(random() * places.length)] as Place;
        // The newest digest's absence is no news but to who delivered it, the oldest's has one before it.
        const hour = 1 + Math.floor(random() * (hours - 3));
        const reason = PLANTED[Math.floor(random() * PLANTED.length)] as HoleReason;
        const made = history.made.get(place)?.[hour];
        if (made === undefined || !isFree(place, hour)) continue;
        // Where it stops, the calls that say so stay; who has no successor that can be read cannot be told from it.
        const isEdge = isOff(hour + 1) || isOff(hour - 1);
        if (
          isEdge ||
          (made.logs.length === 0 &&
            ['log-missing', 'log-changed', 'count-differs', 'digest-unchained'].includes(reason))
        )
          continue;
        if (tampered.has(`${place.account} ${place.region} ${hour}`)) continue;
        if (reason === 'digest-unchained') {
          if (!isFree(place, hour + 1)) continue;
          tampered.add(`${place.account} ${place.region} ${hour + 1}`);
        }
        plant(history, { place, made, hour, reason });
        note(place, hour, reason);
        count++;
      }
      const known: KnownTrail = {
        ...TRAIL,
        account: ACCOUNTS[0] ?? '',
        isValidated: true,
        isLogging: true,
        lastDigestAt: START + hours * HOUR,
        startedAt: START,
        stoppedAt: undefined,
        delivered: async function* (place) {
          yield* history.delivered(place);
        },
      };
      const source = bucketSource(history.memory.port, { bucket: BUCKET, prefix: '' });
      const report = await coverTrails({ source, keys, known, now: (START + hours * HOUR) * 1000 });
      expect(planted.size).toBeGreaterThanOrEqual(1000);
      const found = holesOf(report);
      const wrong = [...new Set([...planted.keys(), ...found.keys()])]
        .map((cell) => ({ cell, planted: planted.get(cell), found: found.get(cell) }))
        .filter((one) => String(one.planted) !== String(one.found));
      expect(wrong).toEqual([]);
      expect(report.cells).toMatchObject({
        all: hours * places.length,
        notWhole: planted.size,
        open: 0,
        unproven: 0,
      });
      expect(report.whole).toBe(false);
    },
  );
});

it("does not ask an account's own trail for what its organization's delivered", async () => {
  const own = { root: '', organization: '', account: ACCOUNTS[0] ?? '', region: TRAIL.homeRegion };
  const ofOrganization = { ...own, organization: 'o-exampleorgid/' };
  const plan = { signer, places: [ofOrganization], start: START, hours: 6 };
  const history = makeHistory(plan);
  history.add({ ...plan, trail: { ...TRAIL, name: 'own' } }, own);
  const known: KnownTrail = {
    ...TRAIL,
    account: own.account,
    isValidated: true,
    isLogging: true,
    lastDigestAt: START + 6 * HOUR,
    startedAt: START,
    stoppedAt: undefined,
    delivered: async function* (place) {
      for (const file of history.delivered(place)) if (file.key.includes('/o-')) yield file;
    },
  };
  const source = bucketSource(history.memory.port, { bucket: BUCKET, prefix: '' });
  const report = await coverTrails({ source, keys, known, trail: TRAIL, now: (START + 6 * HOUR) * 1000 });
  expect(report).toMatchObject({ whole: true, cells: { all: 6, whole: 6 } });
});

it.each([
  { hours: 5, state: 'open' },
  { hours: 2, state: 'not-whole' },
])(
  'waits for the first digest of a region that came $hours hours after the start',
  async ({ hours, state }) => {
    const home = { root: '', organization: '', account: ACCOUNTS[0] ?? '', region: TRAIL.homeRegion };
    const young = { ...home, region: 'eu-west-1' };
    const history = makeHistory({ signer, places: [home], start: START, hours: 6 });
    const at = { signer, start: START + hours * HOUR, hours: 1 };
    history.add({ ...at, places: [young], trail: TRAIL }, young);
    for (const made of history.made.get(young) ?? []) if (made !== undefined) history.remove(made.digest);
    const known: KnownTrail = {
      ...TRAIL,
      account: home.account,
      isValidated: true,
      isLogging: true,
      lastDigestAt: START + 6 * HOUR,
      startedAt: START,
      stoppedAt: undefined,
      delivered: async function* (place) {
        yield* history.delivered(place);
      },
    };
    const source = bucketSource(history.memory.port, { bucket: BUCKET, prefix: '' });
    const report = await coverTrails({ source, keys, known, trail: TRAIL, now: (START + 6 * HOUR) * 1000 });
    const states = report.ranges.map((range) => [range.region, range.state]);
    expect(states).toEqual([
      ['eu-west-1', state],
      [TRAIL.homeRegion, 'whole'],
    ]);
  },
);

type Plant = {
  readonly place: Place;
  readonly made: MadeHour;
  readonly hour: number;
  readonly reason: HoleReason;
};

function plant(history: History, { place, made, hour, reason }: Plant): void {
  const [log = ''] = made.logs;
  const last = made.logs.at(-1) ?? '';
  const object = () => history.memory.objects.get(`${BUCKET}/${made.digest}`);
  switch (reason) {
    case 'digest-missing':
      return void history.remove(made.digest);
    case 'digest-invalid':
      return history.edit(made.digest, (text) => `${text} `);
    case 'digest-unsigned': {
      const kept = object();
      if (kept !== undefined)
        history.memory.objects.set(`${BUCKET}/${made.digest}`, { ...kept, metadata: {} });
      return;
    }
    case 'digest-unchained':
      // As who has the key might do it: another digest of the same time, signed, which says something else.
      return void history.sign({
        ...made.facts,
        logFiles: made.facts.logFiles.map((file) => ({ ...file, newestSeconds: file.newestSeconds + 1 })),
        previous: { ...(made.facts.previous ?? { bucket: '', key: '', hash: '', signature: '' }) },
      });
    case 'log-missing':
      return void history.remove(last);
    case 'log-changed':
      return history.edit(last, (text) =>
        text.replace('RunInstances', 'RunInstanceS').replace('"Records"', '"Records" '),
      );
    case 'log-unnamed': {
      const stamp = new Date((START + hour * HOUR + 2400) * 1000)
        .toISOString()
        .slice(0, 16)
        .replaceAll(/[-:]/g, '');
      const { organization, account, region } = place;
      const kind = hour % 2 === 0 ? 'CloudTrail' : 'CloudTrail-Aggregated';
      const day = `${stamp.slice(0, 4)}/${stamp.slice(4, 6)}/${stamp.slice(6, 8)}`;
      history.put(
        `AWSLogs/${organization}${account}/${kind}/${region}/${day}/${account}_${kind}_${region}_${stamp}Z_forged.json.gz`,
        '{"Records":[]}',
      );
      return;
    }
    default: {
      const files = history.delivered(place);
      const at = files.findIndex(({ key }) => key === log);
      files[at] = { bucket: BUCKET, key: log, records: 2 };
    }
  }
}
