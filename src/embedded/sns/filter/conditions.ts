import { BlockList, isIP } from 'node:net';

import ipaddr from 'ipaddr.js';

import { BadAttribute } from '../bad-attribute.ts';

export type Scalar = string | number | boolean | null;

/** One element of a key's list. `absent`: whether it also holds where the key is not there. */
export type Condition = {
  readonly absent: boolean;
  readonly holds: (value: Scalar) => boolean;
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html. Throws BadAttribute. */
export function compileCondition(given: unknown): Condition {
  if (isScalar(given)) return { absent: given === null, holds: equalTo(given) };
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw complaint('Match value must be String, number, true, false, or null');
  const entries = Object.entries(given);
  const [entry] = entries;
  if (entry === undefined) throw complaint('Empty objects are not allowed');
  if (entries.length > 1) throw complaint('Only one key allowed in match expression');
  const [operator, operand] = entry;
  const compile = OPERATORS[operator];
  if (compile === undefined) throw complaint(`Unrecognized match type ${operator}`);
  return compile(operand);
}

const OPERATORS: Readonly<Record<string, (operand: unknown) => Condition>> = {
  __proto__: null as never,
  prefix: (operand) => present(startsWith(text('prefix', operand))),
  suffix: (operand) => present(endsWith(text('suffix', operand))),
  'equals-ignore-case': (operand) => {
    const wanted = text('equals-ignore-case', operand).toLowerCase();
    return present((value) => typeof value === 'string' && value.toLowerCase() === wanted);
  },
  'anything-but': (operand) => present(anythingBut(operand)),
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw complaint('exists match pattern must be either true or false.');
    return { absent: !operand, holds: () => operand };
  },
  cidr: (operand) => present(inBlock(text('prefix', operand))),
  numeric: (operand) => present(numeric(operand)),
};

type Test = (value: Scalar) => boolean;

function present(holds: Test): Condition {
  return { absent: false, holds };
}

function startsWith(wanted: string): Test {
  return (value) => typeof value === 'string' && value.startsWith(wanted);
}

function endsWith(wanted: string): Test {
  return (value) => typeof value === 'string' && value.endsWith(wanted);
}

/** Numbers are compared to five digits after the point. */
function equalTo(wanted: Scalar): Test {
  if (typeof wanted !== 'number') return (value) => value === wanted;
  const rounded = round(wanted);
  return (value) => typeof value === 'number' && round(value) === rounded;
}

function anythingBut(operand: unknown): Test {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [entry, ...more] = Object.entries(operand);
    const [operator, wanted] = entry ?? [];
    if (more.length > 0 || (operator !== 'prefix' && operator !== 'suffix'))
      throw complaint('Unsupported anything-but pattern');
    const words = (Array.isArray(wanted) ? wanted : [wanted]).map((one) => text(operator, one));
    const tests = words.map(operator === 'prefix' ? startsWith : endsWith);
    return (value) => !tests.some((test) => test(value));
  }
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const fits = (kind: string) => values.length > 0 && values.every((value) => typeof value === kind);
  if (!fits('string') && !fits('number'))
    throw complaint('Value of anything-but must be an array or single string/number value.');
  const tests = (values as readonly Scalar[]).map(equalTo);
  return (value) => !tests.some((test) => test(value));
}

function inBlock(block: string): Test {
  if (!ipaddr.isValidCIDR(block)) throw complaint(`Malformed CIDR, one '/' required`);
  const [address, bits] = ipaddr.parseCIDR(block);
  const list = new BlockList();
  list.addSubnet(address.toString(), bits, address.kind());
  return (value) => typeof value === 'string' && isIP(value) !== 0 && list.check(value, address.kind());
}

const LIMITS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  __proto__: null as never,
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function numeric(operand: unknown): Test {
  const [operator, limit, second, top, ...more] = Array.isArray(operand) ? (operand as unknown[]) : [];
  if (!Array.isArray(operand) || typeof operator !== 'string')
    throw complaint(`Invalid member in numeric match: ${operator === undefined ? ']' : String(operator)}`);
  const lower = LIMITS[operator];
  if (lower === undefined) throw complaint(`Unrecognized numeric range operator: ${operator}`);
  const bottom = number(operator, limit);
  if (operand.length === 2) return (value) => typeof value === 'number' && lower(round(value), bottom);
  if (!operator.startsWith('>')) throw complaint('Too many elements in numeric expression');
  if (typeof second !== 'string') throw complaint(`Bad value in numeric range: ${String(second)}`);
  const upper = second.startsWith('<') ? LIMITS[second] : undefined;
  if (upper === undefined) throw complaint(`Bad numeric range operator: ${second}`);
  const ceiling = number(second, top);
  if (more.length > 0) throw complaint('Too many terms in numeric range expression');
  if (bottom >= ceiling) throw complaint('Bottom must be less than top');
  return (value) => typeof value === 'number' && lower(round(value), bottom) && upper(round(value), ceiling);
}

const LARGEST = 1e9;

function number(operator: string, value: unknown): number {
  if (typeof value !== 'number')
    throw complaint(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  if (Math.abs(value) > LARGEST) throw complaint(`Value must be between -${LARGEST} and ${LARGEST}`);
  return round(value);
}

function text(operator: string, value: unknown): string {
  if (typeof value !== 'string') throw complaint(`${operator} match pattern must be a string`);
  return value;
}

function round(value: number): number {
  return Math.round(value * 100_000) / 100_000;
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function complaint(what: string): BadAttribute {
  return new BadAttribute(`FilterPolicy: ${what}`);
}
