import type { AlarmRow } from '../settings.ts';
import { breaches, wordsOf } from './comparison.ts';
import type { DataPoint, Rule, Verdict } from './evaluate.ts';

const TREATED: Readonly<Record<string, string>> = {
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
  ignore: 'Ignored',
  missing: 'Missing',
};

/** Why an alarm is in its state, as CloudWatch words it. */
export function reasonOf({ state, points, filled }: Verdict, rule: Rule): string {
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  const were = (n: number) => (n === 1 ? 'was' : 'were');
  if (state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${count(filled, 'datapoint')} ${were(filled)} unknown.`;
  if (points.length === 0)
    return `Threshold Crossed: no datapoints were received for ${count(filled, 'period')} and ${count(filled, 'missing datapoint')} ${were(filled)} treated as [${TREATED[rule.treat_missing ?? 'missing'] ?? ''}].`;
  const isAlarm = state === 'ALARM';
  const meant = points.filter((point) => breaches(point.value, rule.comparison, rule.threshold) === isAlarm);
  const total = rule.evaluation_periods;
  const toAlarm = rule.datapoints_to_alarm ?? total;
  const shown = meant.map((point) => `${numberText(point.value)} (${shortDate(point.time)})`).join(', ');
  const not = isAlarm ? '' : 'not ';
  const least = isAlarm ? toAlarm : total - toAlarm + 1;
  const way = isAlarm ? 'OK -> ALARM' : 'ALARM -> OK';
  return `Threshold Crossed: ${meant.length} out of the last ${count(total, 'datapoint')} [${shown}] ${were(meant.length)} ${not}${wordsOf(rule.comparison)} the threshold (${numberText(rule.threshold)}) (minimum ${count(least, 'datapoint')} for ${way} transition).`;
}

/** The same for machines. */
export function reasonDataOf(
  { points }: Verdict,
  { now, rule }: { readonly now: number; readonly rule: Rule & Pick<AlarmRow, 'period' | 'unit'> },
): string {
  const newestFirst = points.toReversed();
  return JSON.stringify({
    version: '1.0',
    queryDate: cloudwatchDate(now),
    ...(points[0] === undefined ? {} : { startDate: cloudwatchDate(points[0].time * 1000) }),
    ...(rule.unit === null ? {} : { unit: rule.unit }),
    statistic: rule.statistic,
    period: rule.period,
    recentDatapoints: points.map(({ value }) => value),
    threshold: rule.threshold,
    evaluatedDatapoints: newestFirst.map((point: DataPoint) => ({
      timestamp: cloudwatchDate(point.time * 1000),
      sampleCount: point.sampleCount,
      value: point.value,
    })),
  });
}

/** `2026-11-29T10:00:00.000+0000`. */
export function cloudwatchDate(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

/** `29/11/26 10:00:00`. */
function shortDate(seconds: number): string {
  const [date = '', time = ''] = new Date(seconds * 1000).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? value.toFixed(1) : String(value);
}
