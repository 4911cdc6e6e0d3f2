import { BadAttribute } from '../bad-attribute.ts';
import { compileCondition, type Condition } from './conditions.ts';

/** A filter policy, read: every rule must hold, and of every alternative one. */
export type FilterPolicy = {
  readonly rules: readonly Rule[];
  readonly alternatives: readonly (readonly FilterPolicy[])[];
};

type Rule = { readonly path: readonly string[]; readonly conditions: readonly Condition[] };

export type FilterScope = 'MessageAttributes' | 'MessageBody';

const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 5;
const MAX_COMBINATIONS = 150;
const MAX_DEPTH = 20;

/**
 * Reads a filter policy. Throws BadAttribute in AWS's words.
 * https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
export function readFilterPolicy(text: string, scope: FilterScope): FilterPolicy {
  if (Buffer.byteLength(text) > MAX_BYTES) throw complaint('Filter policy is too large');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw complaint('failed to parse JSON');
  }
  if (!isObject(json)) throw complaint('Filter is not an object');
  const policy = readLevel(json, [], scope);
  const keys = new Set(pathsOf(policy));
  if (keys.size > MAX_KEYS) throw complaint(`Filter policy can not have more than ${MAX_KEYS} keys`);
  if (combinationsOf(policy) > MAX_COMBINATIONS) throw complaint('Filter policy is too complex');
  return policy;
}

type Json = Readonly<Record<string, unknown>>;

function readLevel(level: Json, path: readonly string[], scope: FilterScope): FilterPolicy {
  if (path.length > MAX_DEPTH) throw complaint('Filter policy is too complex');
  const rules: Rule[] = [];
  const alternatives: FilterPolicy[][] = [];
  for (const [key, value] of Object.entries(level)) {
    if (key === '$or' && isAlternatives(value)) {
      alternatives.push(value.map((one) => readLevel(one, path, scope)));
    } else if (Array.isArray(value)) {
      if (value.length === 0) throw complaint('Empty arrays are not allowed');
      rules.push({ path: [...path, key], conditions: value.map(compileCondition) });
    } else if (isObject(value)) {
      if (scope === 'MessageAttributes')
        throw new BadAttribute('Filter policy scope MessageAttributes does not support nested filter policy');
      const inner = readLevel(value, [...path, key], scope);
      rules.push(...inner.rules);
      alternatives.push(...inner.alternatives.map((one) => [...one]));
    } else {
      throw complaint(`"${key}" must be an object or an array`);
    }
  }
  return { rules, alternatives };
}

function isAlternatives(value: unknown): value is Json[] {
  return Array.isArray(value) && value.length > 1 && value.every(isObject);
}

function pathsOf({ rules, alternatives }: FilterPolicy): string[] {
  return [
    ...rules.map(({ path }) => JSON.stringify(path)),
    ...alternatives.flat().flatMap((one) => pathsOf(one)),
  ];
}

/** The values of all keys multiplied, each with the depth of its key; alternatives added. */
function combinationsOf({ rules, alternatives }: FilterPolicy): number {
  const own = rules.reduce((all, { path, conditions }) => all * conditions.length * path.length, 1);
  return alternatives.reduce(
    (all, one) => all * one.reduce((sum, each) => sum + combinationsOf(each), 0),
    own,
  );
}

export function complaint(what: string): BadAttribute {
  return new BadAttribute(`FilterPolicy: ${what}`);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
