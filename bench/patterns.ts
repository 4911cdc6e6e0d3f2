import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createPatternIndex } from '../src/aws/event-pattern/index/pattern-index.ts';
import { valuesOf } from '../src/aws/event-pattern/event-values.ts';
import { matchValues } from '../src/aws/event-pattern/match.ts';
import { parsePattern, type Pattern } from '../src/aws/event-pattern/parse-pattern.ts';
import { line, median } from './kit/machine.ts';
import { createRandom, type Random } from './kit/random.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
/** Few enough to stay near the processor, as events do that have just been parsed. */
const EVENTS = 1000;
const PASSES = 10;
/** The rival asks one rule after another: of so many events. */
const EVENTS_OF_RIVAL = 100;

type Event = Readonly<Record<string, unknown>> & { readonly source: string; readonly detail: Detail };
type Detail = Readonly<Record<string, unknown>> & { readonly eventName: string };

/**
 * Parsed events a second on one core against 1,000 and 10,000 rules, beside asking one rule after another. One rule in a hundred is made of an
 * event's own values, the others ask for values near to it; or one in a hundred matches every event.
 */
export function benchPatterns({ rounds = 5 } = {}): Promise<void> {
  const events = eventsFor();
  if (events.length === 0) {
    line('patterns: skipped, the shared records are not here');
    return Promise.resolve();
  }
  line(
    `patterns: ${EVENTS} parsed events in EventBridge's envelope on one core, rates by CPU time; 60 % of the rules ask for source and name, 20 % for a prefix or suffix, 10 % for a wildcard, 10 % for $or, numbers or a range of addresses`,
  );
  for (const [what, isBroad] of [
    ['one rule in a hundred made of an event', false],
    ['one rule in a hundred matches every event', true],
  ] as const) {
    const rates = [1000, 10_000].map((count) => measure(events, rulesFor(events, count, isBroad), rounds));
    rates.forEach((rate, at) => report(what, at === 0 ? 1000 : 10_000, rate));
    line(
      `    ten thousand rules cost ${((rates[0]?.rate ?? 0) / (rates[1]?.rate ?? 1)).toFixed(2)} times what a thousand do (wanted: at most 2)`,
    );
  }
  return Promise.resolve();
}

function eventsFor(): readonly Event[] {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return [];
  return syntheticEvents({ templates, total: EVENTS, from: 1_790_000_000, to: 1_790_100_000 })
    .entries(1, EVENTS)
    .map(({ raw }) => wrapped(JSON.parse(Buffer.from(raw).toString('utf8')) as Detail));
}

type Measured = {
  readonly rate: number;
  readonly best: number;
  readonly times: number;
  readonly found: number;
  readonly mb: number;
};

function report(what: string, count: number, { rate, best, times, found, mb }: Measured): void {
  line(
    `  ${count.toLocaleString('en')} rules, ${what}: ${Math.round(rate).toLocaleString('en')} events/s (best round ${Math.round(best).toLocaleString('en')}), ${Math.round(times).toLocaleString('en')} times the plain loop; ${found.toFixed(2)} rules found for an event; ${mb.toFixed(0)} MB`,
  );
}

function measure(events: readonly Event[], texts: readonly string[], rounds: number): Measured {
  const before = heap();
  const patterns = texts.map(parsePattern);
  const index = createPatternIndex<number>();
  patterns.forEach((pattern, id) => index.add(id, pattern));
  let found = 0;
  const ours: number[] = [];
  const times: number[] = [];
  for (const event of events) index.find(event);
  for (let round = 0; round < rounds; round++) {
    found = 0;
    const mine = secondsOf(() => {
      for (let pass = 0; pass < PASSES; pass++) for (const event of events) found += index.find(event).length;
    });
    const plain = secondsOf(() => askEach(patterns, events.slice(0, EVENTS_OF_RIVAL)));
    ours.push((events.length * PASSES) / mine);
    times.push(plain / EVENTS_OF_RIVAL / (mine / (events.length * PASSES)));
  }
  const mb = (heap() - before) / 1024 ** 2;
  return {
    rate: median(ours),
    best: Math.max(...ours),
    times: median(times),
    found: found / (events.length * PASSES),
    mb: index.size() > 0 ? mb : 0,
  };
}

function askEach(patterns: readonly Pattern[], events: readonly Event[]): number {
  let found = 0;
  for (const event of events) {
    const values = valuesOf(event);
    for (const pattern of patterns) if (matchValues(pattern, values)) found++;
  }
  return found;
}

function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 3; n++) collect();
  return process.memoryUsage().heapUsed;
}

function secondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function wrapped(detail: Detail): Event {
  const source = `aws.${String(detail['eventSource']).replace('.amazonaws.com', '')}`;
  return {
    version: '0',
    id: detail['eventID'],
    'detail-type': 'AWS API Call via CloudTrail',
    source,
    account: detail['recipientAccountId'],
    time: detail['eventTime'],
    region: detail['awsRegion'],
    resources: [],
    detail,
  };
}

function rulesFor(events: readonly Event[], count: number, isBroad: boolean): readonly string[] {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, n) => {
    const event = events[random.below(events.length)] as Event;
    const isHit = random.below(100) === 0;
    return JSON.stringify(
      isHit && isBroad ? broad(n) : ruleOf(event, random, isHit && !isBroad ? '' : `x${n}`),
    );
  });
}

function broad(n: number): object {
  const forms = [
    { source: [{ prefix: 'aws.' }] },
    { detail: { eventSource: [{ suffix: '.amazonaws.com' }] } },
    {
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: { eventName: [{ 'anything-but': [`Never${n}`] }] },
    },
  ];
  return forms[n % forms.length] as object;
}

/** A rule that the event matches, or, with a `twist` in its text, just does not. */
function ruleOf({ source, detail }: Event, random: Random, twist: string): object {
  const name = `${detail.eventName}${twist}`;
  const kind = random.below(10);
  if (kind < 6) return { source: [source], detail: { eventName: [name] } };
  const arn = String(
    (detail['userIdentity'] as Record<string, unknown> | undefined)?.['arn'] ?? 'arn:aws:iam::1:root',
  );
  if (kind === 6) return { detail: { userIdentity: { arn: [{ prefix: `${arn.slice(0, 40)}${twist}` }] } } };
  if (kind === 7)
    return { source: [source], detail: { userIdentity: { arn: [{ suffix: `${twist}${arn.slice(-12)}` }] } } };
  if (kind === 8)
    return {
      source: [source],
      detail: { userAgent: [{ wildcard: `*${String(detail['userAgent']).slice(4, 12)}${twist}*` }] },
    };
  return [
    { source: [source], detail: { $or: [{ eventName: [name] }, { errorCode: [`Client.${name}`] }] } },
    {
      source: [source],
      detail: { requestParameters: { maxResults: [{ numeric: ['>', random.below(1000) + 1000] }] } },
    },
    {
      detail: {
        sourceIPAddress: [{ cidr: `198.${52 + random.below(100)}.${random.below(256)}.0/24` }],
        eventName: [{ prefix: name }],
      },
    },
  ][random.below(3)] as object;
}
