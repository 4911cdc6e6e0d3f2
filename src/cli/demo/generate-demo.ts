import { cast, type Actor } from './cast.ts';
import { demoRecord, type DemoCall } from './demo-record.ts';
import { incidents } from './incidents.ts';
import { PLAYBOOK, type Play } from './playbook.ts';
import { Random } from './random.ts';

export type DemoOptions = {
  readonly events: number;
  readonly days: number;
  /** Seconds since the epoch: the newest event. */
  readonly end: number;
  readonly seed: number;
};

const HOUR = 3600;

/** Yields NDJSON bodies of CloudTrail records in time order: office hours, robots, and a few incidents in between. */
export function* generateDemo(
  options: DemoOptions,
  batchSize: number,
): Generator<{ readonly body: string; readonly events: number }> {
  const random = new Random(options.seed);
  const actors = cast(random);
  const waiting = [...incidents(random, options)].sort((a, b) => a.time - b.time);
  const hours = hoursOf(options, waiting.length);
  let lines: string[] = [];
  for (const { start, calls } of hours) {
    const inHour = Array.from({ length: calls }, () => start + random.next() * HOUR).sort((a, b) => a - b);
    for (const time of inHour) {
      while (waiting[0] && waiting[0].time <= time)
        lines.push(demoRecord(random, waiting.shift() as DemoCall));
      lines.push(demoRecord(random, ordinaryCall(random, actors, Math.min(options.end, Math.floor(time)))));
      if (lines.length < batchSize) continue;
      yield { body: lines.join('\n'), events: lines.length };
      lines = [];
    }
  }
  lines.push(...waiting.map((call) => demoRecord(random, call)));
  if (lines.length > 0) yield { body: lines.join('\n'), events: lines.length };
}

/** How many calls fall in each hour: busier by day and on weekdays. */
function hoursOf({ events, days, end }: DemoOptions, taken: number): { start: number; calls: number }[] {
  const count = Math.max(1, Math.round(days * 24));
  const starts = Array.from({ length: count }, (_, index) => end - (count - index) * HOUR);
  const weights = starts.map(busyness);
  const sum = weights.reduce((a, b) => a + b, 0);
  const wanted = Math.max(0, events - taken);
  let given = 0;
  let share = 0;
  return starts.map((start, index) => {
    share += (weights[index] ?? 0) / sum;
    const calls = Math.round(wanted * share) - given;
    given += calls;
    return { start, calls };
  });
}

function busyness(start: number): number {
  const date = new Date(start * 1000);
  const isWeekend = date.getUTCDay() % 6 === 0;
  const byDay = Math.max(0, Math.sin(((date.getUTCHours() - 5) / 14) * Math.PI));
  return 0.35 + (isWeekend ? 0.15 : 1) * byDay;
}

function ordinaryCall(random: Random, actors: readonly Actor[], time: number): DemoCall {
  const actor = weighted(random, actors);
  const play: Play = weighted(random, PLAYBOOK[random.pick(actor.habits)] ?? []);
  const parameters = play.parameters?.(random, actor) ?? null;
  const isDenied = random.chance(play.denied ?? 0);
  return {
    actor,
    time,
    source: play.source,
    name: play.name,
    readOnly: play.readOnly,
    parameters,
    elements: play.elements?.(parameters, random, actor) ?? null,
    error: isDenied
      ? play.source.startsWith('ec2')
        ? 'Client.UnauthorizedOperation'
        : 'AccessDenied'
      : undefined,
  };
}

function weighted<T extends { readonly weight: number }>(random: Random, items: readonly T[]): T {
  let left = random.next() * items.reduce((sum, item) => sum + item.weight, 0);
  return items.find((item) => (left -= item.weight) < 0) ?? (items.at(-1) as T);
}
