import { describe, expect, it } from 'vitest';

import { encode } from './encode.ts';

const text = (statement: string, parameters?: readonly string[]) =>
  encode(statement, { parameters }).text.trim();

describe('the words that the parser gets', () => {
  it('hold nothing that the caller wrote but keywords, numbers and signs', () => {
    expect(
      text(`SELECT "a b", url('http://x'), 'it''s' AS Evil FROM "s"."t" -- comment\nWHERE x > 1.5 /* y */`),
    ).toBe("SELECT i0 , f1 ( 's2' ) , 's3' AS i4 FROM i5 . i6 WHERE i7 > 1.5");
  });

  it('take the id of a store as a name, though it begins with a digit', () => {
    expect(text('SELECT 1 FROM 0a1b2c3d-0000-4000-8000-00000000000a')).toBe('SELECT 1 FROM i0');
  });

  it('take words as names where Trino does, even if they are keywords elsewhere', () => {
    expect(text('SELECT date, timestamp, filter, first, rows, key, type FROM t')).toBe(
      'SELECT i0 , i1 , i2 , i3 , i4 , i5 , i6 FROM i7',
    );
  });

  it('make calls of what has a syntax of its own', () => {
    expect(
      text(
        "SELECT CAST(x AS map(varchar, json)), EXTRACT(DOW FROM t), ARRAY[1], INTERVAL '7' DAY, DATE '2026-01-01'",
      ),
    ).toBe("SELECT f0 ( i1 , 's2' ) , f3 ( 's4' , i5 ) , f6 ( 1 ) , 's7' , 's8'");
  });

  it('put literals for parameters, whatever they hold', () => {
    expect(text('SELECT ? , ? , ?', ["it's ' OR 1=1 --", '-5', "DATE '2026-01-01'"])).toBe(
      "SELECT 's0' , ( - 5 ) , 's1'",
    );
    expect(encode('SELECT ?', { parameters: ["' OR '1'='1"] }).leaves[0]).toMatchObject({
      literal: { value: "' OR '1'='1" },
    });
  });

  it.each([
    ['DROP TABLE t', "line 1:1: only SELECT statements are allowed, not 'DROP'"],
    ['SELECT 1; DROP TABLE t', 'line 1:11: only one statement is allowed'],
    ["SELECT\n 'open", 'line 2:2: a string literal is not closed'],
    [
      'SELECT `a`',
      'line 1:8: backquoted identifiers are not supported; use double quotes to quote identifiers',
    ],
    ['SELECT 1 FROM t TABLESAMPLE BERNOULLI (10)', 'line 1:17: TABLESAMPLE is not supported'],
    ['SELECT ?', 'line 1:8: Incorrect number of parameters: expected 1 but found 0'],
    ['SELECT @@version', "line 1:8: unexpected character '@'"],
    ['WITH RECURSIVE a AS (SELECT 1) SELECT 1', 'line 1:6: WITH RECURSIVE is not supported'],
  ])('refuse %s', (statement, message) => {
    expect(() => encode(statement)).toThrow(message);
  });
});
