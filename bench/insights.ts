import type { AnomalyKind } from '../test/kit/insight-traffic/anomalies.ts';
import { simulate, type Simulation } from '../test/kit/insight-traffic/run.ts';
import { line } from './kit/machine.ts';

const ANOMALIES: Readonly<Record<AnomalyKind, number>> = {
  'burst ×5': 9,
  'burst ×50': 8,
  'rare API': 6,
  ramp: 6,
  'error storm': 6,
  'stopped job': 5,
};

/** What the detector finds of planted anomalies, how fast, and how often it is wrong. No seed was chosen for its outcome: others are as good. */
export function benchInsights({ seeds = [11, 12, 13], days = 60, apis = 300 } = {}): void {
  line(
    `insights: ${days} days of ${apis} APIs, anomalies from day 21 on; found within 5 minutes, a stopped job within 15`,
  );
  for (const seed of seeds) tell(seed, simulate({ seed, days, apis, anomalies: ANOMALIES, from: 21 }));
}

function tell(
  seed: number,
  { anomalies, found, missed, falseStarts, starts, watchedDays, seconds }: Simulation,
): void {
  const named = found.filter(({ isNamed }) => isNamed).length;
  const precision = (starts - falseStarts.length) / Math.max(1, starts);
  line(
    `  seed ${seed}: ${found.length} of ${anomalies.length} found (recall ${percent(found.length / anomalies.length)}), ${named} of them name who it was; precision ${percent(precision)}; ${(falseStarts.length / watchedDays).toFixed(2)} false starts a day (wanted: at most 1); ${seconds.toFixed(1)} s of the processor`,
  );
  for (const { kind, name, foundAfter, due, start } of missed)
    line(
      `    missed: ${kind} of ${name}, ${foundAfter === undefined ? 'never found' : `found after ${foundAfter} minutes instead of ${due - start}`}`,
    );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
