import { SigmaError } from './sigma-rule.ts';

const COMPARES = [
  'contains',
  'startswith',
  'endswith',
  're',
  'cidr',
  'exists',
  'lt',
  'lte',
  'gt',
  'gte',
] as const;
const ENCODINGS = ['base64', 'base64offset'] as const;
const FLAGS = ['i', 'm', 's'];

/** What stands behind the field, from `|` to `|`. https://sigmahq.io/docs/basics/modifiers.html */
export type Modifiers = {
  readonly names: readonly string[];
  /** Undefined: equality. */
  readonly compare: (typeof COMPARES)[number] | undefined;
  readonly encoding: (typeof ENCODINGS)[number] | undefined;
  /** Every value has to hold, not one of them. */
  readonly isAll: boolean;
  readonly isCased: boolean;
  readonly isFieldRef: boolean;
  readonly isNegated: boolean;
  /** Of `re`: `i`, `m`, `s`. */
  readonly flags: string;
};

/** Throws SigmaError that names what is not supported. */
export function parseModifiers(names: readonly string[], place: string): Modifiers {
  const compares = names.filter((name) => isOneOf(COMPARES, name));
  const encodings = names.filter((name) => isOneOf(ENCODINGS, name));
  const [compare] = compares;
  const flags = names.filter((name) => FLAGS.includes(name));
  for (const name of names) {
    const isKnown =
      isOneOf(COMPARES, name) ||
      isOneOf(ENCODINGS, name) ||
      ['all', 'cased', 'fieldref', 'neq'].includes(name);
    if (!isKnown && !(FLAGS.includes(name) && compare === 're'))
      throw new SigmaError(`${place}: the modifier ${name} is not supported`);
  }
  if (compares.length > 1 || encodings.length > 1)
    throw new SigmaError(
      `${place}: ${(compares.length > 1 ? compares : encodings).join(' and ')} do not go together`,
    );
  const isFieldRef = names.includes('fieldref');
  const isText = compare === undefined || ['contains', 'startswith', 'endswith'].includes(compare);
  if ((isFieldRef || encodings.length > 0) && !isText)
    throw new SigmaError(
      `${place}: ${isFieldRef ? 'fieldref' : encodings.join()} does not go with ${compare}`,
    );
  return {
    names,
    compare,
    encoding: encodings[0],
    isAll: names.includes('all'),
    isCased: names.includes('cased'),
    isFieldRef,
    isNegated: names.includes('neq'),
    flags: flags.join(''),
  };
}

function isOneOf<T extends string>(list: readonly T[], name: string): name is T {
  return (list as readonly string[]).includes(name);
}
