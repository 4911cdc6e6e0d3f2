import { describe, expect, it } from 'vitest';

import { chooseStore, nameStores } from './name-stores.ts';
import { printerFor } from './print-results.ts';

const AUDIT = { name: 'audit', id: '11111111-2222-3333-4444-555555555555' };
const TEAM = { name: 'my-team.store', id: '22222222-2222-3333-4444-555555555555' };

describe('the names of stores in a statement', () => {
  const named = (statement: string) => nameStores(statement, [AUDIT, TEAM], () => AUDIT);

  it.each([
    ['SELECT 1 FROM audit', `SELECT 1 FROM ${AUDIT.id}`],
    [
      'select 1 from Events e join my-team.store t on e.a = t.a',
      `select 1 from ${AUDIT.id} e join ${TEAM.id} t on e.a = t.a`,
    ],
    ['SELECT 1 FROM "my-team.store"', `SELECT 1 FROM ${TEAM.id}`],
    ['SELECT 1 FROM $EDS_ID WHERE x = 1', `SELECT 1 FROM ${AUDIT.id} WHERE x = 1`],
    [`SELECT 1 FROM ${TEAM.id}`, `SELECT 1 FROM ${TEAM.id}`],
    ['SELECT 1 FROM (SELECT audit FROM events)', `SELECT 1 FROM (SELECT audit FROM ${AUDIT.id})`],
    ['SELECT 1 FROM /* of */ events -- from audit', `SELECT 1 FROM /* of */ ${AUDIT.id} -- from audit`],
    ["SELECT ' FROM audit ' FROM audit", `SELECT ' FROM audit ' FROM ${AUDIT.id}`],
    [
      'WITH events AS (SELECT 1 FROM audit) SELECT 1 FROM events',
      `WITH events AS (SELECT 1 FROM ${AUDIT.id}) SELECT 1 FROM events`,
    ],
    [
      'SELECT extract(year FROM eventtime) FROM events',
      `SELECT extract(year FROM eventtime) FROM ${AUDIT.id}`,
    ],
  ])('are ids: %s', (given, expected) => {
    expect(named(given)).toBe(expected);
  });

  it('ask which one, when there are several and none was chosen', () => {
    expect(chooseStore([AUDIT], undefined)).toBe(AUDIT);
    expect(chooseStore([AUDIT, TEAM], TEAM.name)).toBe(TEAM);
    expect(chooseStore([AUDIT, TEAM], `arn:aws:cloudtrail:x:1:eventdatastore/${TEAM.id}`)).toBe(TEAM);
    expect(() => chooseStore([AUDIT, TEAM], undefined)).toThrow(
      '--store NAME; there are: audit, my-team.store',
    );
    expect(() => chooseStore([], undefined)).toThrow('create-event-data-store');
    expect(() => chooseStore([AUDIT], 'other')).toThrow('no event data store "other"; there are: audit');
  });
});

describe('results are printed', () => {
  const columns = [
    { Name: 'name', Type: 'varchar' },
    { Name: 'n', Type: 'bigint' },
    { Name: 'ok', Type: 'boolean' },
    { Name: 'name', Type: 'varchar' },
  ];
  const rows = [
    ['a,"b"', '12', 'true', null],
    ['\u001b[2J\nx', '9007199254740993', 'false', ''],
  ];

  it('as a table that cannot play tricks on a terminal', () => {
    const print = printerFor('table', 10);
    expect(print({ columns, rows }).split('\n')).toEqual([
      'name             n  ok     name',
      '──────  ──────────  ─────  ────',
      'a,"b"           12  true   ∅',
      '·[2J⏎x  900719925…  false',
      '',
    ]);
  });

  it('as JSON with numbers, booleans and null', () => {
    expect(printerFor('json', Infinity)({ columns, rows })).toBe(
      '{"name":"a,\\"b\\"","n":12,"ok":true,"name_2":null}\n' +
        '{"name":"\\u001b[2J\\nx","n":"9007199254740993","ok":false,"name_2":""}\n',
    );
  });

  it('as CSV with one header, in which NULL and an empty text differ', () => {
    const print = printerFor('csv', Infinity);
    expect(print({ columns, rows: rows.slice(0, 1) }) + print({ columns, rows: rows.slice(1) })).toBe(
      'name,n,ok,name\r\n"a,""b""",12,true,\r\n"\u001b[2J\nx",9007199254740993,false,""\r\n',
    );
  });
});
