import { describe, expect, it } from 'vitest';

import { plotOf } from './plot.ts';

describe('what of rows is drawn', () => {
  it('sets numbers against moments, in the order of time', () => {
    const rows = [
      ['2026-01-02 04:00:00.000', '3', '1'],
      ['2026-01-02 03:00:00.000', '5', null],
    ];
    expect(plotOf({ columns: ['bin(1h)', 'calls', 'errors'], rows })).toEqual({
      kind: 'time',
      xTitle: 'bin(1h)',
      x: [Date.UTC(2026, 0, 2, 3), Date.UTC(2026, 0, 2, 4)],
      series: [
        { title: 'calls', values: [5, 3] },
        { title: 'errors', values: [undefined, 1] },
      ],
    });
  });

  it('has a line for each word where a row has one, the greatest first', () => {
    const rows = [
      ['2026-01-01', 'GetObject', '1'],
      ['2026-01-01', 'PutObject', '7'],
      ['2026-01-02', 'GetObject', '2'],
    ];
    expect(plotOf({ columns: ['day', 'name', 'n'], rows })?.series).toEqual([
      { title: 'PutObject', values: [7, undefined] },
      { title: 'GetObject', values: [1, 2] },
    ]);
  });

  it('sets numbers against words as they come, and tells of those left out', () => {
    const rows = Array.from({ length: 50 }, (_row, n) => [`name-${n}`, String(50 - n)]);
    const plot = plotOf({ columns: ['name', 'n'], rows });
    expect(plot).toMatchObject({ kind: 'words', left: 10, series: [{ title: 'n' }] });
    expect(plot?.x).toHaveLength(40);
  });

  it('tells places of one name apart', () => {
    const rows = [
      ['a', '1'],
      ['a', '2'],
    ];
    expect(plotOf({ columns: ['name', 'n'], rows })?.x).toEqual(['a', 'a (2)']);
  });

  it.each([
    ['no rows', []],
    ['no number', [['a', 'b']]],
    ['a number alone', [['1']]],
  ])('is nothing of %s', (_what, rows) => {
    expect(plotOf({ columns: ['a', 'b'].slice(0, rows[0]?.length ?? 2), rows })).toBeUndefined();
  });
});
