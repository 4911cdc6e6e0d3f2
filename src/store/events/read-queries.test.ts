import { expect, it } from 'vitest';

import type { Statement } from './clickhouse.ts';
import { existing } from './read-queries.ts';

const ID = '01234567-89ab-cdef-0123-456789abcdef';
/** In RowBinary a UUID is two numbers, each with its lowest byte first. */
const stored = Buffer.concat([
  Buffer.from('0123456789abcdef', 'hex').reverse(),
  Buffer.from('0123456789abcdef', 'hex').reverse(),
]);

/** An engine with so many events in the range, and the one asked for among them. */
function engineWith(events: number) {
  const asked: string[] = [];
  const rows = (_lane: string, { sql }: Statement) => {
    asked.push(sql);
    const named = sql.includes('id IN (');
    return Promise.resolve(Buffer.concat([stored, Buffer.alloc(named ? 0 : 16 * (events - 1))]));
  };
  return { asked, deps: { clickhouse: { rows }, settings: {}, columnsOf: () => undefined } as never };
}

it('asks for all ids of a range that has few, and by their names where it has many', async () => {
  const other = ID.replace('0', 'f');
  const wanted = { ids: [ID, other, "x' OR 1"], from: 1, to: 2 };
  const few = engineWith(10);
  expect(await existing(few.deps, wanted)).toEqual(new Set([ID]));
  expect(few.asked).toHaveLength(1);
  const many = engineWith(50_000);
  expect(await existing(many.deps, wanted)).toEqual(new Set([ID]));
  expect(many.asked).toHaveLength(2);
  expect(many.asked[1]).toContain(`id IN ('${ID}','${other}')`);
});
