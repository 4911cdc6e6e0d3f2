import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { parseSigma, parseSigmaRules } from './parse-sigma.ts';
import { matches, mayMatch, type CloudTrailRecord } from './sigma-rule.ts';

const rule = (detection: object) =>
  parseSigma(stringify({ title: 'A rule', logsource: { product: 'aws', service: 'cloudtrail' }, detection }));
const selection = (fields: unknown) => rule({ selection: fields, condition: 'selection' });

type Row = readonly [fields: unknown, yes: readonly CloudTrailRecord[], no: readonly CloudTrailRecord[]];

const ROWS: readonly Row[] = [
  [
    { eventName: 'StopLogging' },
    [{ eventName: 'StopLogging' }, { eventName: 'stoplogging' }],
    [{ eventName: 'StopLogging2' }, {}],
  ],
  [
    { eventName: ['A', 'B'], errorCode: null },
    [{ eventName: 'B' }, { eventName: 'a', errorCode: null }],
    [{ eventName: 'A', errorCode: 'X' }, { errorCode: null }],
  ],
  [
    [{ a: 1 }, { b: 2, c: 3 }],
    [{ a: 1 }, { b: 2, c: '3' }],
    [{ b: 2 }, { c: 3 }],
  ],
  [{ a: 'false' }, [{ a: false }, { a: 'False' }], [{ a: true }, { a: null }]],
  [{ a: true }, [{ a: true }, { a: 'true' }], [{ a: 'yes' }]],
  [{ a: 5 }, [{ a: 5 }, { a: '5' }], [{ a: 5.5 }]],
  [{ a: '' }, [{ a: '' }], [{}, { a: null }, { a: 'x' }]],
  [{ 'a|contains': ['x', 'y'] }, [{ a: 'aXb' }, { a: ['q', 'by'] }], [{ a: 'ab' }]],
  [{ 'a|contains|all': ['x', 'y'] }, [{ a: 'xy' }, { a: ['x', 'y'] }], [{ a: 'x' }]],
  [{ 'a|startswith': 'Ab' }, [{ a: 'abc' }], [{ a: 'cab' }]],
  [{ 'a|endswith': 'bC' }, [{ a: 'abc' }, { a: 'bc' }], [{ a: 'c' }]],
  [{ 'a|startswith|cased': 'Ab' }, [{ a: 'Abc' }], [{ a: 'abc' }]],
  [{ 'a|cased': 'Ab' }, [{ a: 'Ab' }], [{ a: 'ab' }]],
  [{ a: 'x*y' }, [{ a: 'xy' }, { a: 'X__Y' }], [{ a: 'xyz' }, { a: 'ax_y' }]],
  [{ a: 'x?y*' }, [{ a: 'x1y' }, { a: 'X\n2'.replace('\n2', '2yz') }], [{ a: 'xy' }]],
  [{ a: 'a\\*b\\?c\\\\d\\e' }, [{ a: 'a*b?c\\d\\e' }], [{ a: 'axb?c\\d\\e' }]],
  [{ a: 'ab*ba' }, [{ a: 'abba' }], [{ a: 'aba' }]],
  [
    { 'a|contains': '*' },
    [{ a: 'x' }, { a: ['x'] }, { a: [{ b: 'x' }] }, { a: 0 }],
    [{}, { a: '' }, { a: null }, { a: [] }, { a: {} }, { a: { b: null } }],
  ],
  [{ 'a|re': '.+:role/aws:.+' }, [{ a: 'xx:role/aws:y' }], [{ a: ':role/aws:y' }, { a: 'x:ROLE/aws:y' }]],
  [{ 'a|re|i': '^x+$' }, [{ a: 'XX' }], [{ a: 'XY' }]],
  [
    { 'a|cidr': ['10.0.0.0/8', '2001:db8::/32'] },
    [{ a: '10.1.2.3' }, { a: '2001:db8::1' }],
    [{ a: '11.1.2.3' }, { a: '10.1' }, { a: 'AWS Internal' }, { a: 10 }],
  ],
  [{ 'a|exists': true }, [{ a: 'x' }, { a: null }, { a: [] }], [{}, { b: 1 }]],
  [{ 'a.b|exists': false }, [{}, { a: 1 }, { a: {} }], [{ a: { b: 1 } }, { a: [{ b: null }] }]],
  [{ 'a|fieldref': 'b.c' }, [{ a: 'X', b: { c: 'x' } }], [{ a: 'x', b: { c: 'y' } }, { a: 'x' }, {}]],
  [{ 'a|fieldref|endswith': 'b' }, [{ a: 'user/x', b: 'x' }], [{ a: 'x/user', b: 'x' }]],
  [{ 'a|neq': 'x' }, [{ a: 'y' }, {}], [{ a: 'X' }]],
  [{ 'a|gte': 5 }, [{ a: 5 }, { a: '6' }], [{ a: 4 }, { a: 'x' }, { a: '' }, {}]],
  [{ 'a|base64': 'secret' }, [{ a: 'c2VjcmV0' }], [{ a: 'C2VJCMV0' }]],
  [
    { 'a|base64offset|contains': 'secret' },
    ['', 'a', 'ab'].map((before) => ({ a: Buffer.from(`${before}secret!`).toString('base64') })),
    [{ a: Buffer.from('public').toString('base64') }],
  ],
  [
    { 'a.b.c': 'x' },
    [
      { a: { b: { c: 'x' } } },
      { a: [{ b: [{ c: 'y' }, { c: 'x' }] }] },
      { 'a.b': { c: 'x' } },
      { a: { 'b.c': 'x' } },
    ],
    [{ a: { b: 'x' } }, { a: { b: { c: { d: 'y' } } } }],
  ],
  [
    { 'a|contains': 'Suspended' },
    [{ a: { VersioningConfiguration: { Status: 'Suspended' } } }],
    [{ a: { Status: 'Enabled' } }],
  ],
  [
    { 'a|contains': '"Status":"Suspended"' },
    [{ a: { Status: 'Suspended' } }],
    [{ a: { State: 'Suspended' } }],
  ],
  [
    { 'a|contains|all': ['"arn:aws:s3:::<NAME>/*"', '"Effect":"Allow"'] },
    [{ a: { policyDocument: '{"Effect": "Allow",\n "Resource": "arn:aws:s3:::<NAME>/*"}' } }],
    [{ a: { policyDocument: '{"Effect": "Deny", "Resource": "arn:aws:s3:::<NAME>/*"}' } }],
  ],
  // Words without a field may stand anywhere.
  [
    ['kali', 'pentoo'],
    [{ userAgent: 'aws-cli Kali' }, { a: { b: ['x PENTOO'] } }],
    [{ userAgent: 'aws-cli' }],
  ],
  [{ '|all': ['kali', 'root'] }, [{ userAgent: 'kali', a: 'root' }], [{ userAgent: 'kali' }]],
];

describe('a selection', () => {
  it.each(ROWS)('%j', (fields, yes, no) => {
    const parsed = selection(fields);
    expect(yes.filter((record) => !matches(parsed, record))).toEqual([]);
    expect(no.filter((record) => matches(parsed, record))).toEqual([]);
    expect(yes.filter((record) => !mayMatch(parsed, { eventSource: '', eventName: '', ...record }))).toEqual(
      [],
    );
  });
});

describe('a condition', () => {
  const selections = { sel_a: { a: 1 }, sel_b: { b: 1 }, filter_main_c: { c: 1 }, _d: { d: 1 } };
  it.each<readonly [string, string, string]>([
    ['sel_a', 'a ab ac', 'b'],
    ['sel_a and not filter_main_c', 'a ab', 'ac b'],
    ['sel_a or sel_b and filter_main_c', 'a bc', 'b c'],
    ['(sel_a or sel_b) and filter_main_c', 'ac bc', 'a b c'],
    ['not (sel_a or sel_b)', 'c d', 'a b ab'],
    ['1 of sel_*', 'a b', 'c'],
    ['all of sel_*', 'ab abc', 'a b'],
    ['sel_a and not 1 of filter_main_*', 'a', 'ac'],
    ['any of them', 'a b c', 'd'],
    ['all of them', 'abc', 'ab d'],
    ['NOT sel_a AND NOT sel_b', 'c', 'a b'],
    ['1 of *_b', 'b', 'a'],
  ])('%s', (condition, yes, no) => {
    const parsed = rule({ ...selections, condition });
    const record = (letters: string) => Object.fromEntries([...letters].map((letter) => [letter, 1]));
    expect(yes.split(' ').filter((letters) => !matches(parsed, record(letters)))).toEqual([]);
    expect(no.split(' ').filter((letters) => matches(parsed, record(letters)))).toEqual([]);
  });

  it('may be a list, of which one has to hold', () => {
    const parsed = rule({ ...selections, condition: ['sel_a', 'sel_b'] });
    expect([{ a: 1 }, { b: 1 }, { c: 1 }].map((record) => matches(parsed, record))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('what a rule can match at all', () => {
  const call = (eventName: string, eventSource = 'iam.amazonaws.com') => ({ eventName, eventSource });

  it('is known from names and sources that it asks for whole', () => {
    const parsed = rule({
      selection: { eventSource: 'IAM.amazonaws.com', eventName: ['CreateUser', 'DeleteUser'] },
      filter: { eventName: 'GetUser' },
      condition: 'selection and not filter',
    });
    expect([...(parsed.only.eventNames ?? [])]).toEqual(['createuser', 'deleteuser']);
    expect(mayMatch(parsed, call('CreateUser'))).toBe(true);
    expect(mayMatch(parsed, call('GetUser'))).toBe(false);
    expect(mayMatch(parsed, call('CreateUser', 's3.amazonaws.com'))).toBe(false);
  });

  it('is joined by or, met by and, and anything where one way leaves it open', () => {
    const names = (detection: object) => rule(detection).only.eventNames;
    const a = { eventName: ['A', 'B'] };
    const b = { eventName: ['B', 'C'] };
    expect(names({ a, b, condition: 'a or b' })).toEqual(new Set(['a', 'b', 'c']));
    expect(names({ a, b, condition: 'a and b' })).toEqual(new Set(['b']));
    expect(names({ a, b, condition: 'not a' })).toBeUndefined();
    expect(names({ a, b: { x: 1 }, condition: 'a or b' })).toBeUndefined();
    expect(names({ a: { 'eventName|startswith': 'A' }, condition: 'a' })).toBeUndefined();
    expect(names({ a: { eventName: ['A', 'B*'] }, condition: 'a' })).toBeUndefined();
    expect(names({ a: { eventName: ['A', null] }, condition: 'a' })).toBeUndefined();
    expect(names({ a: { 'eventName|neq': 'A' }, condition: 'a' })).toBeUndefined();
  });
});

const RULE = `
title: Root was used
id: 8ad1600d-e9dc-4251-b0ee-a65268f29add
status: test
description: |
    Somebody used root.
author: somebody
tags:
    - attack.t1078.004
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        userIdentity.type: Root
    condition: selection
falsepositives:
    - Tasks for which root is needed
level: high
`;

describe('parseSigma', () => {
  it('tells what a rule is about', () => {
    expect(parseSigma(RULE)).toMatchObject({
      id: '8ad1600d-e9dc-4251-b0ee-a65268f29add',
      title: 'Root was used',
      level: 'high',
      status: 'test',
      author: 'somebody',
      description: 'Somebody used root.',
      tags: ['attack.t1078.004'],
      falsePositives: ['Tasks for which root is needed'],
      references: [],
      logsource: { product: 'aws', service: 'cloudtrail' },
      text: RULE.trim(),
    });
  });

  it('reads several rules, and says which one is wrong', () => {
    const [first, second] = parseSigmaRules(`${RULE}---\n# another\n${RULE.replace('high', 'low')}`);
    expect([first?.level, second?.level]).toEqual(['high', 'low']);
    expect(() =>
      parseSigmaRules(
        `${RULE}---${RULE.replace('Root\n', '\n')}---${RULE.replace('level: high', 'level: worst')}`,
      ),
    ).toThrow(/^rule 3: level: /);
    expect(() => parseSigma(`${RULE}---${RULE}`)).toThrow('one rule is expected (got 2)');
  });

  it.each<readonly [string, string, string]>([
    [
      'product: aws',
      'product: windows',
      'logsource: only product aws, service cloudtrail is supported (got product windows, service cloudtrail)',
    ],
    [
      'userIdentity.type: Root',
      'a|windash: x',
      'detection.selection.a|windash: the modifier windash is not supported',
    ],
    [
      'userIdentity.type: Root',
      'a|expand: "%x%"',
      'detection.selection.a|expand: the modifier expand is not supported',
    ],
    [
      'userIdentity.type: Root',
      'a|re|contains: x',
      'detection.selection.a|re|contains: re and contains do not go together',
    ],
    [
      'userIdentity.type: Root',
      'a|exists: x',
      'detection.selection.a|exists: exists takes true or false (got "x")',
    ],
    [
      'userIdentity.type: Root',
      'a|cidr: 10.0.0.1',
      'detection.selection.a|cidr: "10.0.0.1" is no range of addresses (10.0.0.0/8)',
    ],
    ['userIdentity.type: Root', 'a|gt: x', 'detection.selection.a|gt: gt takes a number (got "x")'],
    [
      'userIdentity.type: Root',
      'a|contains: null',
      'detection.selection.a|contains: null goes with no modifier (got contains)',
    ],
    [
      'userIdentity.type: Root',
      'a: {b: c}',
      'detection.selection.a: must be a text, a number or a boolean (got {"b":"c"})',
    ],
    ['userIdentity.type: Root', 'a: []', 'detection.selection.a: the list of values is empty'],
    [
      'userIdentity.type: Root',
      'a|re: "(?=x)"',
      'detection.selection.a|re: the regular expression "(?=x)" is not supported: ',
    ],
    [
      'condition: selection',
      'condition: selection | count() > 5',
      'detection.condition: aggregation is not supported: "selection | count() > 5"',
    ],
    [
      'condition: selection',
      'condition: selection2',
      'detection.condition: there is no selection "selection2"',
    ],
    [
      'condition: selection',
      'condition: 1 of filter_*',
      'detection.condition: no selection is called "filter_*"',
    ],
    [
      'condition: selection',
      'condition: 2 of selection',
      'detection.condition: "2 of" is not supported, only "1 of", "any of" and "all of"',
    ],
    ['condition: selection', 'condition: selection and', 'detection.condition: it ends too early'],
    [
      'condition: selection',
      'condition: (selection',
      'detection.condition: a closing parenthesis is missing',
    ],
    [
      'condition: selection',
      'condition: selection selection',
      'detection.condition: "selection" is not expected there',
    ],
    [
      'condition: selection',
      'timeframe: 5m\n    condition: selection',
      'detection.timeframe: is not supported',
    ],
    ['    condition: selection', '', 'detection.condition: a text is expected'],
    [
      'title: Root was used',
      'correlation: {type: event_count}',
      'correlation: rules of this kind are not supported',
    ],
    ['title: Root was used', '', 'title: '],
    ['level: high', 'level: high\nlevel: low', 'no YAML: Map keys must be unique'],
    ['level: high', 'level: [', 'no YAML: '],
  ])('refuses %j instead as %j: %s', (from, to, message) => {
    expect(RULE).toContain(from);
    expect(() => parseSigma(RULE.replace(from, to))).toThrow(message);
  });

  it('takes no harm from what grows without end', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join()}]`).join('\n')}\n`;
    expect(() => parseSigma(RULE + bomb)).toThrow('no YAML: Excessive alias count');
    expect(() =>
      parseSigma(RULE.replace('condition: selection', `condition: ${'('.repeat(10_000)}`)),
    ).toThrow('too many parentheses');
    const before = process.cpuUsage();
    expect(matches(selection({ 'a|re': '^(a+)+$' }), { a: `${'a'.repeat(5000)}!` })).toBe(false);
    expect(matches(selection({ a: `${'a*?'.repeat(20)}b` }), { a: 'a'.repeat(2000) })).toBe(false);
    let deep: unknown = 'x';
    for (let n = 0; n < 5000; n++) deep = { a: deep };
    for (const wanted of ['y', '*'])
      expect(matches(selection({ 'a|contains': wanted }), { a: deep })).toBe(false);
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});
