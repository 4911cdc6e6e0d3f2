import { describe, expect, it } from 'vitest';

import type { EventColumns } from '../../record/event-record.ts';
import { createRowEncoder, INSERT_COLUMNS } from './encode-rows.ts';

const columns: EventColumns = {
  id: '6f3d1a52-0000-4000-8000-000000000001',
  eventId: '6f3d1a52-0000-4000-8000-000000000001',
  time: 1_795_000_000,
  account: '123456789012',
  region: 'us-east-1',
  source: 'ec2.amazonaws.com',
  name: 'RunInstances',
  category: 'Management',
  readOnly: false,
  username: 'alice',
  accessKey: 'AKIA',
  userArn: 'arn',
  sourceIp: '10.0.0.1',
  error: '',
  resources: [],
};
const row = (over: Partial<EventColumns>, raw: Uint8Array = Buffer.from('{}'), seq = 1) => ({
  columns: { ...columns, ...over },
  raw,
  origin: 'captured' as const,
  seq,
});

/** The fields of each line, by column; the escapes still in them. */
function fields(body: Buffer): Record<string, string>[] {
  const lines = body.toString('latin1').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    const values = line.split('\t');
    expect(values).toHaveLength(INSERT_COLUMNS.length);
    return Object.fromEntries(INSERT_COLUMNS.map((name, i) => [name, values[i] ?? '']));
  });
}

describe('rows of an insert', () => {
  it('have one field for each column', () => {
    const [first] = fields(createRowEncoder('j')([row({})]));
    expect(first).toMatchObject({
      account: '123456789012',
      t: '1795000000',
      journal: 'j',
      seq: '1',
      read_only: '0',
      res: '[]',
      raw: '{}',
    });
  });

  it('cannot be broken by any byte of a record', () => {
    const raw = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
    const [first] = fields(createRowEncoder('j')([row({}, raw)]));
    const escapes: Record<string, string> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };
    expect(first?.['raw']?.replace(/\\(.)/g, (_, char: string) => escapes[char] ?? '')).toBe(
      raw.toString('latin1'),
    );
  });

  it('cannot be broken by any character of a column', () => {
    const hostile = "a\tb\nc\\d\re'f";
    const [first] = fields(
      createRowEncoder(hostile)([row({ username: hostile, resources: [{ type: '', name: hostile }] })]),
    );
    expect(first?.['username']).toBe("a\\tb\\nc\\\\d\\re'f");
    expect(first?.['journal']).toBe("a\\tb\\nc\\\\d\\re'f");
    expect(first?.['res']).toBe("['r=a\\tb\\nc\\\\d\\re\\'f']");
  });

  it('write times outside of what the table holds as its ends', () => {
    const encode = createRowEncoder('j');
    expect(
      fields(encode([row({ time: -5 }), row({ time: 9e15 }), row({ time: 7 })])).map(({ t }) => t),
    ).toEqual(['0000000000', '4102444800', '0000000007']);
  });

  it('are whole however large the batch', () => {
    const encode = createRowEncoder('j');
    const rows = Array.from({ length: 3000 }, (_, i) => row({}, Buffer.alloc(2000, 0x5c), i));
    expect(fields(encode(rows)).map(({ seq }) => Number(seq))).toEqual(rows.map(({ seq }) => seq));
    expect(fields(encode([row({})]))).toHaveLength(1);
  });
});
