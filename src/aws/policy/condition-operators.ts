import { BlockList, isIP } from 'node:net';

import { matches, matchesArn, textOf, type Pattern, type VariableLookup } from './pattern.ts';

export type Comparison = {
  readonly value: Pattern;
  readonly actual: string;
  readonly lookup: VariableLookup;
};

export type Operator = {
  /** `…Not…`: holds when no value compares. */
  readonly negated: boolean;
  readonly wildcards: boolean;
  readonly test: (comparison: Comparison) => boolean;
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...pair('StringEquals', 'StringNotEquals', {
    wildcards: false,
    test: ({ value, actual, lookup }) => matches(value, actual, lookup),
  }),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', {
    wildcards: false,
    test: (comparison) => expected(comparison)?.toLowerCase() === comparison.actual.toLowerCase(),
  }),
  ...pair('StringLike', 'StringNotLike', {
    wildcards: true,
    test: ({ value, actual, lookup }) => matches(value, actual, lookup),
  }),
  ...pair('ArnEquals', 'ArnNotEquals', { wildcards: true, test: arnLike }),
  ...pair('ArnLike', 'ArnNotLike', { wildcards: true, test: arnLike }),
  ...pair(
    'NumericEquals',
    'NumericNotEquals',
    compare(Number, (a, b) => a === b),
  ),
  NumericLessThan: plain(compare(Number, (a, b) => a < b)),
  NumericLessThanEquals: plain(compare(Number, (a, b) => a <= b)),
  NumericGreaterThan: plain(compare(Number, (a, b) => a > b)),
  NumericGreaterThanEquals: plain(compare(Number, (a, b) => a >= b)),
  ...pair(
    'DateEquals',
    'DateNotEquals',
    compare(msOf, (a, b) => a === b),
  ),
  DateLessThan: plain(compare(msOf, (a, b) => a < b)),
  DateLessThanEquals: plain(compare(msOf, (a, b) => a <= b)),
  DateGreaterThan: plain(compare(msOf, (a, b) => a > b)),
  DateGreaterThanEquals: plain(compare(msOf, (a, b) => a >= b)),
  Bool: plain({
    wildcards: false,
    test: (comparison) => expected(comparison)?.toLowerCase() === comparison.actual.toLowerCase(),
  }),
  Null: plain({
    wildcards: false,
    test: (comparison) => expected(comparison)?.toLowerCase() === comparison.actual,
  }),
  BinaryEquals: plain({ wildcards: false, test: (comparison) => expected(comparison) === comparison.actual }),
  ...pair('IpAddress', 'NotIpAddress', { wildcards: false, test: inNetwork }),
};

type Test = Omit<Operator, 'negated'>;

function plain(test: Test): Operator {
  return { ...test, negated: false };
}

function pair(name: string, negatedName: string, test: Test): Record<string, Operator> {
  return { [name]: { ...test, negated: false }, [negatedName]: { ...test, negated: true } };
}

function expected({ value, lookup }: Comparison): string | undefined {
  return textOf(value, lookup);
}

function compare(
  parse: (text: string) => number,
  holds: (actual: number, expected: number) => boolean,
): Test {
  return {
    wildcards: false,
    test: (comparison) => {
      const text = expected(comparison);
      return (
        text !== undefined &&
        text.trim() !== '' &&
        comparison.actual !== '' &&
        holds(parse(comparison.actual), parse(text))
      );
    },
  };
}

/** ISO 8601, or seconds since the epoch. */
function msOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function arnLike({ value, actual, lookup }: Comparison): boolean {
  return matchesArn(value, actual, lookup);
}

function inNetwork(comparison: Comparison): boolean {
  const text = expected(comparison) ?? '';
  const [network = '', bits] = text.split('/');
  const address = unmapped(comparison.actual);
  const family = isIP(network);
  if (family === 0 || family !== isIP(address)) return false;
  const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, prefix, type);
  return list.check(address, type);
}

/** `::ffff:10.0.0.1`, as a dual-stack socket shows an IPv4 peer. */
function unmapped(address: string): string {
  return address.toLowerCase().startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
