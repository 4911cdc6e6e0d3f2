import { describe, expect, it } from 'vitest';

import { csvLine, readCsv } from './result-file.ts';

describe('a result file', () => {
  it('has every value in quotes and NULL as nothing, and is read page by page', () => {
    const rows = [
      ['a', 'b'],
      ['', null],
      ['x "y", z\n', 'é'],
      [null, null],
    ];
    const file = Buffer.from(rows.map(csvLine).join(''));
    expect(file.toString()).toBe('"a","b"\n"",\n"x ""y"", z\n","é"\n,\n');
    const found: unknown[] = [];
    for (let from: number | undefined = 0; from !== undefined;) {
      const page = readCsv(file, from, 3);
      found.push(...page.rows);
      from = page.next;
    }
    expect(found).toEqual(rows);
  });
});
