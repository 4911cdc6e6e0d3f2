import { describe, expect, it } from 'vitest';

import { parsePattern } from './parse-pattern.ts';

/** The texts and places are what AWS answers, or its library event-ruler says. */
const REFUSED: readonly (readonly [pattern: string, reason: string, line: number, column: number])[] = [
  ['{"int": 42}', '"int" must be an object or an array', 1, 11],
  ['{"string": "my-value"}', '"string" must be an object or an array', 1, 13],
  ['{"resources": []}', 'Empty arrays are not allowed', 1, 17],
  ['{"source": ["aws.health"], "detail": {}}', 'Empty objects are not allowed', 1, 40],
  ['{"a": [[1]]}', 'Match value must be String, number, true, false, or null', 1, 9],
  ['["not", "a", "dict"]', 'Filter is not an object', 1, 2],
  ['{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', 'Unrecognized match type NUMERIC', 1, 36],
  ['{"my_key": [{"EXISTS": true}]}', 'Unrecognized match type EXISTS', 1, 28],
  ['{"a": [{"toString": "x"}]}', 'Unrecognized match type toString', 1, 22],
  ['{"a": [{}]}', 'Match expression name not found', 1, 10],
  ['{"a": [{"exists": "true"}]}', 'exists match pattern must be either true or false.', 1, 20],
  ['{"time": [{"prefix": ["2022-07-13"]}]}', 'prefix match pattern must be a string', 1, 23],
  ['{"time": [{"prefix": 123}]}', 'prefix match pattern must be a string', 1, 25],
  ['{"a": [{"prefix": {"suffix": "x"}}]}', 'Unsupported prefix pattern: suffix', 1, 31],
  ['{"FileName": [{"suffix": 123}]}', 'suffix match pattern must be a string', 1, 29],
  ['{"EventBusArn": [{"wildcard": 123}]}', 'wildcard match pattern must be a string', 1, 34],
  ['{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard characters at pos 2', 1, 25],
  ['{"a":[{"wildcard":"é**"}]}', 'Consecutive wildcard characters at pos 3', 1, 24],
  ['{"a":[{"wildcard":"a\\\\b"}]}', 'Invalid escape character at pos 2', 1, 25],
  ['{"d": [{"equals-ignore-case": ["x"]}]}', 'equals-ignore-case match pattern must be a string', 1, 32],
  ['{"a":[{"cidr":["x"]}]}', 'prefix match pattern must be a string', 1, 16],
  ['{"a":[{"numeric":10}]}', 'Value of numeric must be an array.', 1, 20],
  ['{"a":[{"numeric":[5]}]}', 'Invalid member in numeric match: 5', 1, 20],
  ['{"a":[{"numeric":["!=",5]}]}', 'Unrecognized numeric range operator: !=', 1, 25],
  ['{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}', 'Bad numeric range operator: >', 1, 49],
  ['{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', 'Value of < must be numeric', 1, 50],
  ['{"a":[{"numeric":["<",5,">",3]}]}', 'Too many elements in numeric expression', 1, 26],
  ['{"a":[{"numeric":[">",5,"<",3]}]}', 'Bottom must be less than top', 1, 31],
  [
    '{"a":[{"anything-but":null}]}',
    'Value of anything-but must be an array or single string/number value.',
    1,
    27,
  ],
  ['{"a":[{"anything-but":{"exists":true}}]}', 'Unsupported anything-but pattern: exists', 1, 37],
  ['{"a":[{"anything-but":{"prefix":""}}]}', 'Null prefix/suffix not allowed', 1, 35],
  [
    '{"a":[{"anything-but":[1,"x"]}]}',
    'Inside anything but list, either all values are number or string, mixed type is not supported',
    1,
    30,
  ],
  ['{"a":\n\n [{"prefix":\n "x","suffix":"y"}]}', 'Only one key allowed in match expression', 4, 16],
  ['{"$or":[{"a":["x"]}]}', 'There must have at least 2 Objects in $or relationship.', 1, 21],
  [
    '{"$or":[{"a":["x"]},{"prefix":["y"]}]}',
    'prefix is Ruler reserved fieldName which cannot be used inside $or.',
    1,
    32,
  ],
  [
    "{'bad': 'quotation'}",
    "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
    1,
    2,
  ],
  [
    '{"not": closed mark"',
    "Unrecognized token 'closed': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    1,
    15,
  ],
  [
    '{"a":["x" "y"]}',
    `Unexpected character ('"' (code 34)): was expecting comma to separate Array entries`,
    1,
    11,
  ],
];

describe('parsePattern', () => {
  it.each(REFUSED)('refuses %s: %s', (pattern, reason, line, column) => {
    expect(refusal(pattern)).toBe(
      `Event pattern is not valid. Reason: ${reason}\n at [Source: (String)"${pattern}"; line: ${line}, column: ${column}]`,
    );
  });

  it.each([
    ['10.0.0.0', "Malformed CIDR, one '/' required"],
    ['10.0.0.0/x', 'Malformed CIDR, mask bits must be an integer'],
    ['10.0.0.0/32', 'IPv4 mask bits must be < 32'],
    ['::/128', 'IPv6 mask bits must be < 128'],
    ['xx.11.xx/8', 'Nonstandard IP address: xx.11.xx'],
    ['10.0.0.300/8', 'Invalid IP address: 10.0.0.300'],
  ])('refuses the range %s without a place: %s', (cidr, reason) => {
    expect(refusal(JSON.stringify({ a: [{ cidr }] }))).toBe(`Event pattern is not valid. Reason: ${reason}`);
  });

  it('tells the place of a mistake inside a list twice, as AWS does', () => {
    const pattern = '{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}';
    const place = `\n at [Source: (String)"${pattern}"; line: 1, column: 57]`;
    expect(refusal(pattern)).toBe(
      `Event pattern is not valid. Reason: wildcard match pattern must be a string${place}${place}`,
    );
  });

  it('quotes 500 characters of a longer pattern', () => {
    const pattern = `{"a":["${'x'.repeat(600)}"],"b":1}`;
    expect(refusal(pattern)).toContain(`xxx"[truncated 116 chars]; line: 1, column: 616]`);
  });

  it.each(['*:*:*:*:*:event-bus/*', '*a*a*a*a*a*a'])('refuses %s as too complex', (wildcard) => {
    expect(refusal(JSON.stringify({ a: [{ wildcard }] }))).toBe(
      'Event pattern is not valid. Reason: Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  });

  it.each(['*a*b*c*d*e*f*', 'arn:*:*:*:*:*', 'arn:aws:events:us-east-1:*:event-bus/*'])(
    'accepts %s',
    (wildcard) => {
      expect(parsePattern(JSON.stringify({ a: [{ wildcard }] })).branches).toHaveLength(1);
    },
  );

  it('refuses more than 4096 characters, 256 fields, and 1000 combinations', () => {
    expect(() => parsePattern(`{"a":["${'x'.repeat(4096)}"]}`)).toThrow(
      expect.objectContaining({
        code: 'ValidationException',
        message: expect.stringContaining('4096') as unknown,
      }),
    );
    expect(refusal(`{${Array.from({ length: 257 }, (_, n) => `"f${n}":[1]`).join()}}`)).toContain(
      'Size of rule exceeds max value of 256',
    );
    const or = (n: number) => `"o${n}":{"$or":[{"a":[1]},{"b":[1]}]}`;
    expect(parsePattern(`{${Array.from({ length: 9 }, (_, n) => or(n)).join()}}`).branches).toHaveLength(512);
    expect(refusal(`{${Array.from({ length: 90 }, (_, n) => or(n)).join()}}`)).toContain(
      'Rule is too complex',
    );
  });
});

function refusal(pattern: string): string {
  try {
    parsePattern(pattern);
  } catch (error) {
    expect(error).toMatchObject({ code: 'InvalidEventPatternException', status: 400 });
    return (error as Error).message;
  }
  throw new Error(`${pattern} was taken`);
}
