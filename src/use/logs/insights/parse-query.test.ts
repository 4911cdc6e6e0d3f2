import { describe, expect, it } from 'vitest';

import type { AwsError } from '../../../aws/errors.ts';
import { parseQuery } from './parse-query.ts';

describe('the query language', () => {
  it('reads commands, whatever their case and white space', () => {
    expect(
      parseQuery('FIELDS @timestamp, a.b AS c\n | filter a = 1 AND NOT b in ["x", 2] | limit 5 # five'),
    ).toEqual([
      {
        kind: 'fields',
        fields: [
          { name: '@timestamp', expression: { kind: 'field', name: '@timestamp' } },
          { name: 'c', expression: { kind: 'field', name: 'a.b' } },
        ],
      },
      {
        kind: 'filter',
        condition: {
          kind: 'infix',
          operator: 'and',
          left: {
            kind: 'infix',
            operator: '=',
            left: { kind: 'field', name: 'a' },
            right: { kind: 'literal', value: 1 },
          },
          right: { kind: 'not', of: { kind: 'in', of: { kind: 'field', name: 'b' }, values: ['x', 2] } },
        },
      },
      { kind: 'limit', most: 5 },
    ]);
  });

  it('calls what has no name as it is written, and spans by their milliseconds', () => {
    expect(parseQuery('stats count( * ), max(ms)/2 by bin(5 m)')).toMatchObject([
      {
        values: [{ name: 'count( * )' }, { name: 'max(ms)/2' }],
        by: [{ name: 'bin(5 m)', expression: { name: 'bin', args: [{ kind: 'span', ms: 300_000 }] } }],
      },
    ]);
  });

  it.each<[string, string, number]>([
    ['', 'expected a command', 0],
    ['fields', 'expected a field', 6],
    ['fields @timestamp |', 'expected a command', 19],
    ['fields a b', 'expected | or the end', 9],
    ['filter', 'expected a field', 6],
    ['filter a =', 'expected a field', 10],
    ['filter (a = 1', 'expected )', 13],
    ['filter a like 5', 'expected a text or a /regular', 14],
    ['filter a like /(/', 'is no regular expression', 14],
    ['filter a in "x"', 'expected [', 12],
    ['filter nope(a)', 'unknown function nope', 7],
    ['filter strlen()', 'strlen takes 1 arguments (got 0)', 7],
    ['filter count(*) > 5', 'can only be used in stats', 7],
    ['stats sum(count(*))', 'can only be used in stats', 10],
    ['stats a', 'stats needs aggregations', 6],
    ['stats pct(a, 101)', 'percentage between 0 and 100', 6],
    ['stats count(*) by bin(x)', 'needs a span of time', 18],
    ['sort', 'expected a field', 4],
    ['limit 0', 'expected a number from 1 to 10000', 6],
    ['limit many', 'expected a number from 1 to 10000', 6],
    ['parse @message "a=*, b=*" as a', 'parse has 2 * and 1 names', 15],
    ['parse @message /a/', 'needs named groups', 15],
    ['filter a = "open', 'unexpected symbol found', 11],
    ['fields a | pattern @message', 'does not support the command pattern', 11],
    ['drop table log_events', 'expected a command', 0],
    [`filter ${'('.repeat(99)}a${')'.repeat(99)}`, 'nested deeper', 57],
    [`filter ${'not '.repeat(99)}a`, 'nested deeper', 200],
  ])('%s is malformed', (text, message, start) => {
    let error: AwsError | undefined;
    try {
      parseQuery(text);
    } catch (thrown) {
      error = thrown as AwsError;
    }
    expect(error).toMatchObject({
      code: 'MalformedQueryException',
      message: expect.stringContaining(message) as string,
    });
    const { queryCompileError } = error?.detail as unknown as {
      queryCompileError: { location: { startCharOffset: number; endCharOffset: number } };
    };
    if (!message.startsWith('nested')) expect(queryCompileError.location.startCharOffset).toBe(start);
    expect(queryCompileError.location.endCharOffset).toBeGreaterThanOrEqual(start > 100 ? 0 : start);
  });
});
