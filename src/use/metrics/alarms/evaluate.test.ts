import { describe, expect, it } from 'vitest';

import { evaluate, type Rule } from './evaluate.ts';
import { reasonDataOf, reasonOf } from './reason.ts';

const T = Date.parse('2026-11-29T10:00:00Z') / 1000;
const rule = (more: Partial<Rule>): Rule => ({
  statistic: 'Sum',
  evaluation_periods: 3,
  datapoints_to_alarm: 3,
  threshold: 5,
  comparison: 'GreaterThanThreshold',
  treat_missing: null,
  low_samples: null,
  ...more,
});

/** `0` is within the threshold, `X` beyond, `-` missing; the oldest first. */
const range = (text: string) =>
  text
    .split(' ')
    .map((one, index) =>
      one === '-' ? undefined : { time: T + index * 60, value: one === 'X' ? 9 : 1, sampleCount: 1 },
    );

const RETAINED = 'retained';
const state = (text: string, more: Partial<Rule>) => evaluate(range(text), rule(more))?.state ?? RETAINED;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: both of its tables, and ours beside them. */
describe('an alarm over gaps', () => {
  const NO = 'INSUFFICIENT_DATA';
  it.each([
    // M, points, missing, ignore, breaching, notBreaching
    [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    [3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
    [3, '- - - - -', NO, RETAINED, 'ALARM', 'OK'],
    [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, '- - - - X', NO, RETAINED, 'ALARM', 'OK'],
    [3, 'X - - - -', 'ALARM', RETAINED, 'ALARM', 'OK'],
    [3, '- - X - -', 'ALARM', RETAINED, 'ALARM', 'OK'],
    [3, '- - - - 0', 'OK', 'OK', 'OK', 'OK'],
    [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - - X', NO, RETAINED, 'ALARM', 'OK'],
    [2, 'X X 0 0 -', 'OK', 'OK', 'OK', 'OK'],
    [1, '- - - - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, 'X X X 0 X', 'OK', 'OK', 'OK', 'OK'],
  ])('of %i of 3 with %s is %s, %s, %s, %s', (datapoints_to_alarm, text, ...expected) => {
    const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'];
    expect(treatments.map((treat_missing) => state(text, { datapoints_to_alarm, treat_missing }))).toEqual(
      expected,
    );
  });

  it.each([
    ['GreaterThanThreshold', 5, 'OK'],
    ['GreaterThanOrEqualToThreshold', 5, 'ALARM'],
    ['LessThanThreshold', 5, 'OK'],
    ['LessThanOrEqualToThreshold', 5, 'ALARM'],
    ['LessThanThreshold', 4, 'ALARM'],
    ['GreaterThanThreshold', 6, 'ALARM'],
  ])('by %s with %d is %s', (comparison, value, expected) => {
    const points = [{ time: T, value, sampleCount: 1 }];
    expect(
      evaluate(points, rule({ comparison, evaluation_periods: 1, datapoints_to_alarm: null }))?.state,
    ).toBe(expected);
  });

  it('keeps its state where a percentile is of too few samples, if it is told to', () => {
    const points = [{ time: T, value: 9, sampleCount: 99 }];
    const p90 = { statistic: 'p90', evaluation_periods: 1, datapoints_to_alarm: null };
    expect(evaluate(points, rule({ ...p90, low_samples: 'ignore' }))).toBeUndefined();
    expect(evaluate(points, rule({ ...p90, low_samples: 'evaluate' }))?.state).toBe('ALARM');
    const enough = [{ time: T, value: 9, sampleCount: 100 }];
    expect(evaluate(enough, rule({ ...p90, low_samples: 'ignore' }))?.state).toBe('ALARM');
  });
});

describe('its reason', () => {
  const reason = (text: string, more: Partial<Rule>) => {
    const of = rule(more);
    const verdict = evaluate(range(text), of);
    return verdict && reasonOf(verdict, of);
  };
  it.each([
    [
      '- - X 0 X',
      { datapoints_to_alarm: 2 },
      'Threshold Crossed: 2 out of the last 3 datapoints [9.0 (29/11/26 10:02:00), 9.0 (29/11/26 10:04:00)] were greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).',
    ],
    [
      '- - 0 0 X',
      { datapoints_to_alarm: 3 },
      'Threshold Crossed: 2 out of the last 3 datapoints [1.0 (29/11/26 10:02:00), 1.0 (29/11/26 10:03:00)] were not greater than the threshold (5.0) (minimum 1 datapoint for ALARM -> OK transition).',
    ],
    [
      '- - -',
      { evaluation_periods: 1, datapoints_to_alarm: 1, treat_missing: 'notBreaching' },
      'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
    ],
    ['- - - - -', {}, 'Insufficient Data: 3 datapoints were unknown.'],
  ])('for %s says what was seen', (text, more, expected) => {
    expect(reason(text, more)).toBe(expected);
  });

  it('says the same to machines', () => {
    const of = { ...rule({ evaluation_periods: 1, datapoints_to_alarm: 1 }), period: 60, unit: 'Count' };
    const verdict = evaluate(range('- - X'), of);
    if (verdict === undefined) expect.fail('no verdict');
    expect(JSON.parse(reasonDataOf(verdict, { now: T * 1000, rule: of }))).toEqual({
      version: '1.0',
      queryDate: '2026-11-29T10:00:00.000+0000',
      startDate: '2026-11-29T10:02:00.000+0000',
      unit: 'Count',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [9],
      threshold: 5,
      evaluatedDatapoints: [{ timestamp: '2026-11-29T10:02:00.000+0000', sampleCount: 1, value: 9 }],
    });
  });
});
