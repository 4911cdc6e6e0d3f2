import type { MinuteRange, RateStore } from '../../../store/contract.ts';
import { attributionsOf, averageOf } from '../attributions.ts';
import type { InsightFigures } from '../insight-record.ts';
import type { InsightRow } from '../settings.ts';

export type FigureDeps = { readonly rates: Pick<RateStore, 'periods' | 'shares'> };

const DAY = 1440;
const WEEK = 7 * DAY;
/** Values that are asked for; five of each attribute are shown. */
const MOST = 20;
/** A job is looked for an hour and a half before its latest usual minute, and half an hour after. */
const JOB = { before: 90, after: 30 };

/** The numbers that an insight's events tell. `end`: exclusive, up to when it is told. */
export async function figuresOf(
  deps: FigureDeps,
  row: InsightRow,
  { end, began }: { readonly end: number; readonly began: number },
): Promise<InsightFigures> {
  const start = row.start_minute;
  const insight = { from: start, to: Math.max(end, start + 1) };
  const baseline = { from: Math.max(began, start - WEEK), to: start };
  const usual = row.kind === 'silence' ? jobRanges(start, baseline) : [baseline];
  return {
    insight: row.kind === 'silence' ? 0 : averageOf(await callsOf(deps, row, insight), minutesOf([insight])),
    baseline: averageOf(await callsOf(deps, row, baseline), minutesOf([baseline])),
    insightDuration: minutesOf([insight]),
    baselineDuration: minutesOf([baseline]),
    attributions: attributionsOf(
      await countedOf(deps, row, row.kind === 'silence' ? [] : [insight]),
      await countedOf(deps, row, usual),
    ),
  };
}

/** Who usually makes the calls of a job is told by the times at which it ran. */
function jobRanges(start: number, { from }: MinuteRange): readonly MinuteRange[] {
  return Array.from({ length: 7 }, (_, n) => start - (n + 1) * DAY)
    .map((at) => ({ from: at - JOB.before, to: at + JOB.after }))
    .filter((range) => range.to > from);
}

async function callsOf(deps: FigureDeps, row: InsightRow, range: MinuteRange): Promise<number> {
  const { account, region, source, name, category } = row;
  const found = await deps.rates.periods({
    ...{ account, region, source, name, ...range },
    ...(row.error === '' ? {} : { error: row.error }),
    category: category === 'Data' ? 'Data' : 'Management',
    period: minutesOf([range]),
    watched: row.error === '',
  });
  return found.reduce((sum, { calls }) => sum + calls, 0);
}

async function countedOf({ rates }: FigureDeps, row: InsightRow, ranges: readonly MinuteRange[]) {
  const { account, region, source, name, category, error } = row;
  const shares = await rates.shares({
    ...{ account, region, source, name, ranges, most: MOST },
    ...(error === '' ? {} : { error }),
    category: category === 'Data' ? 'Data' : 'Management',
  });
  return { shares, minutes: minutesOf(ranges) };
}

function minutesOf(ranges: readonly MinuteRange[]): number {
  return Math.max(
    1,
    ranges.reduce((sum, { from, to }) => sum + to - from, 0),
  );
}
