import { describe, expect, it } from 'vitest';

import { parseType } from '../types/parse-type.ts';
import { printValue } from './print-value.ts';

const print = (value: unknown, type: string, emptyIsNull = false) =>
  printValue(value, parseType(type), emptyIsNull);

describe('values as Trino prints them', () => {
  it.each([
    [1, 'double', '1.0'],
    [0.1, 'double', '0.1'],
    [10_000_000, 'double', '1.0E7'],
    [1234567.5, 'double', '1234567.5'],
    [0.0001234, 'double', '1.234E-4'],
    ['nan', 'double', 'NaN'],
    ['-inf', 'double', '-Infinity'],
    [true, 'boolean', 'true'],
    [0, 'boolean', 'false'],
    ['9007199254740993', 'bigint', '9007199254740993'],
    ['2026-01-01 00:00:00.000', 'timestamp', '2026-01-01 00:00:00.000'],
    [null, 'varchar', null],
    [['a', null], 'array(varchar)', '[a, null]'],
    [
      [
        ['a', 'b'],
        ['c', null],
      ],
      'map(varchar, varchar)',
      '{a=b, c=null}',
    ],
    [['x', 2], 'row(a varchar, bigint)', '{a=x, field1=2}'],
    [[null, [null, null]], 'row(a varchar, b row(c varchar, d varchar))', null],
    [['x', [null, null]], 'row(a varchar, b row(c varchar, d varchar))', '{a=x, b=null}'],
    [93_784_005, 'interval day to second', '1 02:03:04.005'],
    [-14, 'interval year to month', '-1-2'],
    ['6D79', 'varbinary', '6d 79'],
  ])('%j as %s is %s', (value, type, printed) => {
    expect(print(value, type)).toBe(printed);
  });

  it('are NULL where empty is NULL', () => {
    expect(print([], 'map(varchar, varchar)', true)).toBeNull();
    expect(print([], 'array(varchar)', true)).toBeNull();
    expect(print([], 'array(varchar)')).toBe('[]');
  });
});
