import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEngine } from '../../src/store/events/engine/engine.ts';
import {
  createLogEventStore,
  type ClickHouseLogEvents,
} from '../../src/store/log-events/create-log-event-store.ts';
import { LOG_AGGREGATES, LOG_FUNCTIONS } from '../../src/store/log-query.ts';
import { parseQuery } from '../../src/use/logs/insights/parse-query.ts';

const NOON = Date.parse('2026-11-29T12:00:00Z');
const MINUTE = 60_000;

/** Calls of five users, one a minute. */
const CALLS = [
  { eventName: 'ConsoleLogin', user: { name: 'eve', ids: [7, 8] }, ms: 120, ok: true, ip: '10.1.2.3' },
  { eventName: 'CreateUser', user: { name: 'eve' }, ms: 30, ok: false, errorCode: 'AccessDenied', ip: '::1' },
  { eventName: 'CreateUser', user: { name: 'mallory' }, ms: 9.5, ok: true, ip: '192.0.2.1' },
  { eventName: 'DeleteUser', user: { name: 'trent' }, ms: 1000, ok: true, errorCode: '' },
];
const LINE = 'user=alice, method:GET, latency := 42 "quoted" it\'s -- {p0:String}';

describe('questions about log events', () => {
  let dir: string;
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let store: ClickHouseLogEvents;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'opentrail-log-queries-'));
    engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
    store = await createLogEventStore(engine.url);
    const put = (group: string, stream: string, events: readonly { time: number; message: string }[]) =>
      store.append({ group, stream, ingested: NOON, events });
    await put(
      'g1',
      's1',
      CALLS.map((call, index) => ({ time: NOON + index * MINUTE, message: JSON.stringify(call) })),
    );
    await put('g2', 's2', [{ time: NOON + 10 * MINUTE, message: LINE }]);
    await put('g2', 'gone', [{ time: NOON, message: 'of a deleted stream' }]);
    await put('g3', 's3', [{ time: NOON, message: 'of another group' }]);
    await put('g1', 's1', [{ time: NOON - 100 * MINUTE, message: 'expired' }]);
  });
  afterAll(async () => {
    await store.stop();
    await engine.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const ask = (text: string, limit = 100) =>
    store.query({
      groups: [
        { id: 'g1', name: '1:one', oldest: NOON - MINUTE },
        { id: 'g2', name: '1:two', oldest: 0 },
      ],
      streams: new Map([
        ['s1', 'first'],
        ['s2', 'second'],
      ]),
      from: NOON - 1000 * MINUTE,
      to: NOON + 1000 * MINUTE,
      commands: parseQuery(text),
      limit,
    });
  /** Rows without `@ptr`, their values joined; what is missing is `-`. */
  const rows = async (text: string) => {
    const { columns, rows: found } = await ask(text);
    const wanted = columns.flatMap((name, index) => (name === '@ptr' ? [] : [index]));
    return found.map((row) => wanted.map((index) => row[index] ?? '-').join(' | '));
  };

  it.each<[string, string[]]>([
    [
      'fields @timestamp, eventName, user.name | filter ms >= 30 | sort @timestamp asc',
      [
        '2026-11-29 12:00:00.000 | ConsoleLogin | eve',
        '2026-11-29 12:01:00.000 | CreateUser | eve',
        '2026-11-29 12:03:00.000 | DeleteUser | trent',
      ],
    ],
    ['filter eventName = "DeleteUser" | fields @logStream, @log, ms', ['first | 1:one | 1000']],
    ['fields eventName | sort ms desc | limit 2', ['DeleteUser', 'ConsoleLogin']],
    ['filter @message like "quoted" | display @log', ['1:two']],
    ['filter @message like /lat[a-z]+ := \\d+/ | display @logStream', ['second']],
    ['filter @message like "{p0:String}" and @message like "it\'s --" | display @log', ['1:two']],
    ['filter eventName like /User$/ | stats count(*) as n', ['3']],
    ['filter eventName not like /User$/ | display eventName', ['ConsoleLogin']],
    ['filter eventName =~ "Delete" | display eventName', ['DeleteUser']],
    ['filter eventName in ["DeleteUser", "x"] | display ms', ['1000']],
    ['filter ms in [30, 9.5] | display ms | sort ms', ['9.5', '30']],
    ['filter user.name not in ["eve"] and ispresent(user.name) | display user.name', ['trent', 'mallory']],
    ['filter ispresent(errorCode) | stats count(*)', ['2']],
    ['filter isempty(errorCode) | stats count(*) as c', ['4']],
    ['filter not ispresent(eventName) | display @logStream', ['second']],
    ['filter ok = 0 | display eventName', ['CreateUser']],
    ['filter errorCode != "AccessDenied" | display eventName', ['DeleteUser']],
    ['filter (ms > 100 or ms < 10) and ok = 1 | stats count(*)', ['3']],
    ['fields user.ids.0, user.ids.1 | filter ispresent(user.ids.0) | display user.ids.1', ['8']],
    [
      'stats count(*) as calls, sum(ms) as total by user.name | sort calls desc, total desc | limit 2',
      ['eve | 2 | 150', 'trent | 1 | 1000'],
    ],
    ['stats avg(ms), min(ms), max(ms), pct(ms, 50)', ['289.875 | 9.5 | 1000 | 75']],
    ['stats count_distinct(user.name) as users', ['3']],
    [
      'stats earliest(eventName), latest(eventName) by user.name | sort user.name asc',
      [
        '- | - | -',
        'eve | ConsoleLogin | CreateUser',
        'mallory | CreateUser | CreateUser',
        'trent | DeleteUser | DeleteUser',
      ],
    ],
    [
      'filter ms > 0 | stats count(*) by bin(2m) as t | sort t asc',
      ['2026-11-29 12:00:00.000 | 2', '2026-11-29 12:02:00.000 | 2'],
    ],
    ['filter ms > 0 | stats sum(ms) / count(*) as mean', ['289.875']],
    ['filter ms > 0 | stats count(*) as n by user.name | stats max(n) as most', ['2']],
    [
      'filter ms > 0 | fields ms * 2 + 1 as twice | sort twice asc | display twice',
      ['20', '61', '241', '2001'],
    ],
    [
      'parse @message "user=*, method:*, latency := *" as @user, method, rest | filter method = "GET" | display @user, method, rest',
      ['alice | GET | 42 "quoted" it\'s -- {p0:String}'],
    ],
    [
      'parse @message /user=(?<who>\\w+), (method):(?<verb>\\w+)/ | filter ispresent(who) | display who, verb',
      ['alice | GET'],
    ],
    ['parse user.name "m*" as rest | filter ispresent(rest) | display rest', ['allory']],
    ['filter ms > 0 | dedup user.name | display eventName', ['DeleteUser', 'CreateUser', 'CreateUser']],
    [
      'fields strlen(eventName) as l, toupper(user.name) as u, concat(user.name, "/", ms) as c | filter l = 12 | display l, u, c',
      ['12 | EVE | eve/120'],
    ],
    [
      'filter eventName = "DeleteUser" | display coalesce(errorCode2, user.name), substr(eventName, 0, 6), replace(eventName, "User", "X")',
      ['trent | Delete | DeleteX'],
    ],
    ['filter isIpInSubnet(ip, "10.0.0.0/8") | display ip', ['10.1.2.3']],
    ['filter isValidIpv6(ip) | display ip', ['::1']],
    [
      'filter eventName = "ConsoleLogin" | display datefloor(@timestamp, 1h) as h, toMillis(@timestamp) as m, fromMillis(0) as z',
      [`2026-11-29 12:00:00.000 | ${NOON} | 1970-01-01 00:00:00.000`],
    ],
    ["filter `user.name` = 'trent' # why not\n| fields eventName", ['DeleteUser']],
    [
      'filter strcontains(eventName, "Login") | display abs(-3), floor(2.5), ceil(2.5), greatest(1, ms), 7 % 4, 2 ^ 3',
      ['3 | 2 | 3 | 120 | 3 | 8'],
    ],
    [
      'filter ms > 0 | stats stddev(ms) > 0 as varies, sortsFirst(user.name), sortsLast(user.name)',
      ['1 | eve | trent'],
    ],
  ])('%s', async (text, expected) => expect(await rows(text)).toEqual(expected));

  it('show time and message, the newest first, and where each event is', async () => {
    const { columns, rows: found } = await ask('fields @timestamp, @message', 2);
    expect(columns).toEqual(['@timestamp', '@message', '@ptr']);
    expect(found.map(([, message]) => message)).toEqual([LINE, JSON.stringify(CALLS[3])]);
    expect(new Set(found.map(([, , ptr]) => ptr)).size).toBe(2);
  });

  it('tell what was read and what passed the filters', async () => {
    const { recordsScanned, recordsMatched, bytesScanned } = await ask('filter ok = 1 | stats count(*)');
    expect({ recordsScanned, recordsMatched }).toEqual({ recordsScanned: 5, recordsMatched: 3 });
    expect(bytesScanned).toBeGreaterThan(200);
  });

  it.each([
    ['display', LOG_FUNCTIONS],
    ['stats', LOG_AGGREGATES],
  ])('%s knows all functions, also of what is missing', async (command, functions) => {
    const given: Readonly<Record<string, string>> = {
      bin: '1h',
      datefloor: '@timestamp, 1h',
      dateceil: '@timestamp, 1h',
      pct: 'nothing, 99',
      isipinsubnet: 'nothing, "10.0.0.0/8"',
    };
    const calls = Object.entries(functions).map(
      ([name, [least]]) =>
        `${name}(${given[name] ?? Array.from({ length: Math.max(1, least) }, () => 'nothing').join(', ')}) as x_${name}`,
    );
    const { columns } = await ask(`${command} ${calls.join(', ')}`);
    expect(columns.filter((name) => name.startsWith('x_'))).toHaveLength(calls.length);
  });
});
