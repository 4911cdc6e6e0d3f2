import { describe, expect, it } from 'vitest';

import { boundsOf } from './bounds.ts';

const bounds = (sql: string, parameters: readonly string[] = []) =>
  Object.fromEntries(boundsOf(sql, (name) => name.at(-1) === 't', parameters));

describe('bounds of a query', () => {
  it('are what its WHERE says plainly of columns', () => {
    expect(
      bounds(`SELECT * FROM db.t AS x CROSS JOIN UNNEST(x.resources) r (e) WHERE x."timestamp" >= '2026/01/01'
        AND "timestamp" < '2026/02/01' AND region IN ('a', 'b') AND eventname = 'X' AND lower(awsregion) = 'y' GROUP BY 1`),
    ).toEqual({
      timestamp: { from: '2026/01/01', to: '2026/02/01', values: undefined },
      region: { values: ['a', 'b'] },
      eventname: { values: ['X'] },
    });
    expect(bounds("SELECT 1 FROM t WHERE eventtime BETWEEN '2026' AND '2027' AND year = 2026")).toEqual({
      eventtime: { from: '2026', to: '2027' },
      year: { values: ['2026'] },
    });
    expect(bounds('SELECT 1 FROM t WHERE day = ? AND n > ?', ["'it''s'", 'now()'])).toEqual({
      day: { values: ["it's"] },
    });
  });

  it('are none where another row could count', () => {
    for (const where of [
      "day = '1' OR day = '2'",
      "NOT day = '1'",
      "(day = '1')",
      "day = '1' || 'x'",
      "CASE WHEN a THEN b = 'c' AND day = '1' AND d END",
      "useridentity.day = '1'",
      "day = '1' IS NULL",
      "'1' = day",
      "day <> '1'",
      "day LIKE '1%'",
    ])
      expect(bounds(`SELECT * FROM t WHERE ${where}`), where).toEqual({});
    for (const sql of [
      "SELECT * FROM t, u WHERE day = '1'",
      "SELECT * FROM t JOIN u ON true WHERE day = '1'",
      "SELECT * FROM u JOIN t ON true WHERE day = '1'",
      "SELECT * FROM t WHERE day = '1' UNION ALL SELECT * FROM t",
      "SELECT * FROM (SELECT * FROM t) WHERE day = '1'",
      "SELECT * FROM u WHERE day = '1' AND x IN (SELECT x FROM t)",
    ])
      expect(bounds(sql), sql).toEqual({});
  });
});
