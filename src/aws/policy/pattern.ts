import type { ConditionKeys } from './policy-request.ts';

/**
 * Text with `*`, `?` and policy variables (`${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`, `${?}`, `${$}`).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export type Pattern = {
  /** Code units, with ONE and MANY for the wildcards; undefined while variables stand in it. */
  readonly codes: readonly number[] | undefined;
  readonly parts: readonly (readonly number[] | Variable)[];
};

type Variable = { readonly key: string; readonly fallback: string | undefined };

const ONE = -1;
const MANY = -2;

export type PatternOptions = {
  /** Policy version 2012-10-17; in older ones `${` is just text. */
  readonly variables: boolean;
  readonly wildcards: boolean;
};

export function compilePattern(text: string, options: PatternOptions): Pattern {
  const parts: (number[] | Variable)[] = [];
  let at = 0;
  while (at < text.length) {
    const open = options.variables ? text.indexOf('${', at) : -1;
    const close = open < 0 ? -1 : text.indexOf('}', open);
    if (close < 0) break;
    parts.push(codesOf(text.slice(at, open), options.wildcards), variableOf(text.slice(open + 2, close)));
    at = close + 1;
  }
  parts.push(codesOf(text.slice(at), options.wildcards));
  const fixed = parts.every((part) => Array.isArray(part));
  return { parts, codes: fixed ? (parts as number[][]).flat() : undefined };
}

/** Finds the one value of a condition key. */
export type VariableLookup = (key: string) => string | undefined;

/** Whether the whole text fits. Linear in time but for `pattern × text` at worst; a variable without a value fits nothing. */
export function matches(pattern: Pattern, text: string, lookup: VariableLookup): boolean {
  const codes = pattern.codes ?? expand(pattern, lookup);
  return codes !== undefined && glob(codes, text);
}

/** Whether an ARN fits, each of its six parts on its own: a `*` does not reach over a colon. `*` alone fits all. */
export function matchesArn(pattern: Pattern, arn: string, lookup: VariableLookup): boolean {
  const codes = pattern.codes ?? expand(pattern, lookup);
  if (codes === undefined) return false;
  if (codes.length === 1 && codes[0] === MANY) return true;
  const wanted = splitCodes(codes);
  const parts = arn.split(':');
  if (wanted.length < 6 || parts.length < 6) return false;
  parts.push(parts.splice(5).join(':'));
  return parts.every((part, i) => glob(wanted[i] ?? [], part));
}

/** The text of a pattern without wildcards, its variables filled in. */
export function textOf(pattern: Pattern, lookup: VariableLookup): string | undefined {
  const codes = pattern.codes ?? expand(pattern, lookup);
  return codes === undefined ? undefined : String.fromCharCode(...codes);
}

/** Looks keys up without regard to case; a key with several values has no single one. */
export function lookupOf(context: ConditionKeys): (key: string) => readonly string[] | undefined {
  let byName: Map<string, readonly string[]> | undefined;
  return (key) => {
    byName ??= indexOf(context);
    return byName.get(key.toLowerCase());
  };
}

function indexOf(context: ConditionKeys): Map<string, readonly string[]> {
  const byName = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(context)) {
    if (value !== undefined) byName.set(name.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return byName;
}

function variableOf(text: string): number[] | Variable {
  if (text === '*' || text === '?' || text === '$') return codesOf(text, false);
  const match = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(text);
  return { key: match?.[1] ?? text, fallback: match?.[2] };
}

function codesOf(text: string, wildcards: boolean): number[] {
  const codes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (wildcards && code === 0x2a) codes.push(MANY);
    else codes.push(wildcards && code === 0x3f ? ONE : code);
  }
  return codes;
}

function expand(pattern: Pattern, lookup: VariableLookup): readonly number[] | undefined {
  const codes: number[] = [];
  for (const part of pattern.parts) {
    if ('key' in part) {
      const value = lookup(part.key) ?? part.fallback;
      if (value === undefined) return undefined;
      for (let i = 0; i < value.length; i++) codes.push(value.charCodeAt(i));
    } else {
      codes.push(...part);
    }
  }
  return codes;
}

/** At the first five colons. */
function splitCodes(codes: readonly number[]): number[][] {
  const parts: number[][] = [[]];
  for (const code of codes) {
    if (code === 0x3a && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(code);
  }
  return parts;
}

/** Greedy matching that goes back to the latest `*` only: no pattern makes it exponential. */
function glob(codes: readonly number[], text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let i = 0;
  while (i < text.length) {
    const code = codes[at];
    if (code === MANY) {
      star = at++;
      retry = i;
    } else if (code === ONE || code === text.charCodeAt(i)) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++retry;
    } else return false;
  }
  while (codes[at] === MANY) at++;
  return at === codes.length;
}
