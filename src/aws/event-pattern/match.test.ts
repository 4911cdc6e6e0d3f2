import { describe, expect, it } from 'vitest';

import { matches } from './match.ts';
import { parsePattern } from './parse-pattern.ts';

type Row = readonly [pattern: object, yes: readonly object[], no: readonly object[]];

/** What each pattern matches and what it does not, as event-ruler decided. */
const ROWS: readonly Row[] = [
  [
    { a: ['x', 1, true, null, ''] },
    [{ a: 'x' }, { a: 1 }, { a: true }, { a: null }, { a: '' }],
    [{ a: 'X' }, { a: '1' }, { a: 'true' }, { a: false }, { a: [] }, {}],
  ],
  [
    { a: [{ prefix: 'ab' }] },
    [{ a: 'abc' }, { a: 'ab' }, { a: ['x', 'ab'] }],
    [{ a: 'Ab' }, { a: 'xab' }, { a: 12 }],
  ],
  [{ a: [{ prefix: '' }] }, [{ a: '' }, { a: 'x' }], [{ a: 1 }, { a: null }]],
  [{ a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: 'x.PNG' }, { a: 'png' }]],
  [{ a: [{ suffix: { 'equals-ignore-case': '.png' } }] }, [{ a: 'x.PnG' }], [{ a: 'x.gif' }, { a: 'png' }]],
  [
    { a: [{ prefix: { 'equals-ignore-case': 'straße' } }] },
    [{ a: 'STRASSE 1' }, { a: 'Straße' }],
    [{ a: 'strase' }],
  ],
  [{ a: [{ 'equals-ignore-case': 'ss' }] }, [{ a: 'SS' }], [{ a: 'ß' }, { a: 's' }]],
  [{ a: [{ wildcard: 'a*b' }] }, [{ a: 'ab' }, { a: 'a*b' }, { a: 'axxb' }], [{ a: 'a' }, { a: 'abc' }]],
  [{ a: [{ wildcard: '*/bin/*.jar' }] }, [{ a: '/usr/bin/x.jar' }, { a: '/bin/.jar' }], [{ a: '/bin.jar' }]],
  [{ a: [{ wildcard: 'ab*ba' }] }, [{ a: 'abba' }, { a: 'ab ba' }], [{ a: 'aba' }]],
  [{ a: [{ wildcard: 'a\\*\\\\' }] }, [{ a: 'a*\\' }], [{ a: 'axx' }]],
  [{ a: [{ wildcard: '*' }] }, [{ a: '' }, { a: 'x' }], [{ a: 1 }, { a: null }]],
  [
    { a: [{ 'anything-but': 'x' }] },
    [{ a: 'y' }, { a: null }, { a: 1 }, { a: false }, { a: ['x', 'y'] }],
    [{ a: 'x' }, {}, { a: [] }, { a: {} }, { a: ['x'] }],
  ],
  [{ a: [{ 'anything-but': [5, 6] }] }, [{ a: 7 }, { a: '5' }], [{ a: 5.0 }, { a: 6 }]],
  [{ a: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, [{ a: 'z' }, { a: 1 }], [{ a: 'x1' }, { a: 'y' }]],
  [{ a: [{ 'anything-but': { suffix: '.txt' } }] }, [{ a: 'a.png' }], [{ a: 'a.txt' }]],
  [
    { a: [{ 'anything-but': { 'equals-ignore-case': ['Up', 'down'] } }] },
    [{ a: 'left' }],
    [{ a: 'UP' }, { a: 'Down' }],
  ],
  [{ a: [{ 'anything-but': { wildcard: ['*/x/*', 'y*'] } }] }, [{ a: 'z' }], [{ a: 'a/x/b' }, { a: 'y' }]],
  [
    { a: [{ numeric: ['>', 0, '<=', 5] }] },
    [{ a: 5 }, { a: 0.1 }, { a: ['x', 3] }],
    [{ a: 0 }, { a: 5.1 }, { a: '3' }, { a: null }],
  ],
  [{ a: [{ numeric: ['=', 301.8] }] }, [{ a: 3.018e2 }], [{ a: 301 }]],
  [
    { a: [{ cidr: '10.0.0.0/24' }] },
    [{ a: '10.0.0.255' }, { a: '::ffff:a00:7' }],
    [{ a: '10.0.1.0' }, { a: 'x' }, { a: 10 }],
  ],
  [{ a: [{ cidr: '2001:db8::/32' }] }, [{ a: '2001:0DB8:1::1' }], [{ a: '2001:db9::' }, { a: '10.0.0.1' }]],
  [{ a: ['::1'] }, [{ a: '::1' }, { a: '0:0:0:0:0:0:0:1' }], [{ a: '::2' }]],
  [{ a: [{ exactly: '::1' }] }, [{ a: '::1' }], [{ a: '0:0:0:0:0:0:0:1' }]],
  [
    { a: [{ exists: true }] },
    [{ a: null }, { a: [1] }],
    [{}, { a: [] }, { a: {} }, { a: { b: 1 } }, { a: [{ b: 1 }] }],
  ],
  [{ a: [{ exists: false }] }, [{}, { a: [] }, { a: { b: 1 } }, { b: 1 }], [{ a: null }, { a: 1 }]],
  [{ a: [{ exists: false }, 'x'] }, [{}, { a: 'x' }], [{ a: 'y' }]],
  [{ 'a.b': [1] }, [{ a: { b: 1 } }, { 'a.b': 1 }], [{ a: 1, b: 1 }]],
  [{ a: { b: { c: [1] } } }, [{ 'a.b': { c: 1 } }, { a: [{ b: [[{ c: 1 }]] }] }], [{ 'a.b': { d: 1 } }]],
  [
    { a: [{ prefix: 'x' }], $or: [{ b: [1] }, { c: [2], d: [3] }] },
    [
      { a: 'x', b: 1 },
      { a: 'x', c: 2, d: 3 },
    ],
    [{ a: 'x', c: 2 }, { b: 1 }],
  ],
  [{ $or: ['a', 'b'] }, [{ $or: 'a' }], [{ a: 1 }]],
  // Array consistency: what a pattern says of one object must hold of one element.
  [
    { u: { n: ['a'], e: ['x'] } },
    [{ u: [{ n: 'a', e: 'x' }] }, { u: [{ n: 'b' }, { n: 'a', e: ['y', 'x'] }] }],
    [{ u: [{ n: 'a' }, { e: 'x' }] }],
  ],
  [
    { u: { n: ['a'], t: { k: ['c'], v: ['d'] } } },
    [{ u: [{ n: 'a', t: [{ k: 'z' }, { k: 'c', v: 'd' }] }] }],
    [
      { u: [{ n: 'a', t: [{ k: 'c' }, { v: 'd' }] }] },
      { u: [{ n: 'a', t: [] }, { t: [{ k: 'c', v: 'd' }] }] },
    ],
  ],
  [
    { d: { a: [1], b: [{ exists: false }] } },
    [{ d: [{ a: 1 }] }, { d: [{ a: 1 }, { b: 1 }] }],
    [{ d: [{ a: 1, b: 2 }] }],
  ],
  [{ d: { a: [{ exists: false }], b: [1] } }, [{ d: [{ b: 1 }] }], [{ d: [{ b: 1 }, { a: 1 }] }]],
];

describe('matches', () => {
  it.each(ROWS)('%j', (pattern, yes, no) => {
    const parsed = parsePattern(JSON.stringify(pattern));
    const decided = [...yes, ...no].map((event) => [
      event,
      matches(parsed, event as Record<string, unknown>),
    ]);
    expect(decided).toEqual([...yes.map((event) => [event, true]), ...no.map((event) => [event, false])]);
  });

  it('lets the last of a repeated path count, and takes together what is said of one object twice', () => {
    const parsed = parsePattern('{"a":["x"],"a":["y"],"d":{"b":[1]},"d":{"c":[2]}}');
    expect(matches(parsed, { a: 'y', d: { b: 1, c: 2 } })).toBe(true);
    expect(matches(parsed, { a: 'x', d: { b: 1, c: 2 } })).toBe(false);
    expect(matches(parsed, { a: 'y', d: { c: 2 } })).toBe(false);
  });

  it('takes little time for arrays whose elements could be combined in many ways, and none too deep', () => {
    const list = Array.from({ length: 5000 }, (_, n) => ({ p: n, q: 1 }));
    const pattern = parsePattern(
      JSON.stringify({
        a: { p: [{ exists: true }], q: [1] },
        b: { p: [{ numeric: ['>', 0] }], q: [1] },
        c: { q: [2] },
      }),
    );
    const before = process.cpuUsage();
    expect(matches(pattern, { a: list, b: list, c: [...list, { q: 3 }] })).toBe(false);
    expect(matches(pattern, { a: list, b: list, c: [...list, { q: 2 }] })).toBe(true);
    const deep = JSON.parse(`{"a":${'['.repeat(100_000)}1${']'.repeat(100_000)}}`) as Record<string, unknown>;
    expect(matches(pattern, deep)).toBe(false);
    const { user } = process.cpuUsage(before);
    expect(user).toBeLessThan(2_000_000);
  });
});
