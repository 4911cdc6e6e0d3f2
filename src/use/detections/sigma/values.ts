import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';

import { messageOf } from '../../../base/errors.ts';
import { ANY, globTest, isAny, parseGlob, plainText, type Glob } from './glob.ts';
import type { Modifiers } from './modifiers.ts';
import { hasText, isPresent, nodesAt, textsOf, type Node } from './nodes.ts';
import { SigmaError, type CloudTrailRecord } from './sigma-rule.ts';

/** One value of a field, made ready. `nodes` is what the record has at the field's path. */
export type ValueTest = (nodes: readonly Node[], record: CloudTrailRecord) => boolean;

/** Throws SigmaError where the value does not fit the modifiers; `place` is where it stands. */
export function valueTest(path: string, value: unknown, modifiers: Modifiers, place: string): ValueTest {
  const { compare } = modifiers;
  if (compare === 'exists') {
    if (typeof value !== 'boolean')
      throw new SigmaError(`${place}: exists takes true or false (got ${told(value)})`);
    return (_nodes, record) => isPresent(record, path) === value;
  }
  if (value === null) {
    if (modifiers.names.some((name) => name !== 'all'))
      throw new SigmaError(`${place}: null goes with no modifier (got ${modifiers.names.join('|')})`);
    return (nodes) => nodes.every((node) => node === null);
  }
  if (compare === 'cidr') return ofText(cidrTest(textOf(value, place), place));
  if (compare === 'lt' || compare === 'lte' || compare === 'gt' || compare === 'gte')
    return ofText(numberTest(compare, value, place));
  if (compare === 're') return ofText(regexTest(textOf(value, place), modifiers, place));
  if (modifiers.isFieldRef) return fieldRefTest(textOf(value, place), modifiers);
  if (modifiers.encoding !== undefined) return ofText(encodedTest(textOf(value, place), modifiers));
  const glob = parseGlob(textOf(value, place));
  if (isAny(glob)) return (nodes) => nodes.some((node) => hasText(node));
  return ofText(globTest(withCompare(glob, compare, path), modifiers.isCased));
}

/** Of a value without modifiers or wildcards: the text that it is compared with, in lower case. */
export function plainValue(value: unknown, modifiers: Modifiers): string | undefined {
  if (modifiers.names.some((name) => name !== 'all' && name !== 'cased')) return undefined;
  if (typeof value !== 'string') return undefined;
  return plainText(parseGlob(value))?.toLowerCase();
}

function told(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

function textOf(value: unknown, place: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new SigmaError(`${place}: must be a text, a number or a boolean (got ${told(value)})`);
}

function ofText(test: (text: string) => boolean): ValueTest {
  return (nodes) => nodes.some((node) => textsOf(node).some(test));
}

/** Words that belong to no field may stand anywhere in a text. */
function withCompare(glob: Glob, compare: Modifiers['compare'], path: string): Glob {
  if (compare === 'startswith') return [...glob, ANY];
  if (compare === 'endswith') return [ANY, ...glob];
  return compare === 'contains' || path === '' ? [ANY, ...glob, ANY] : glob;
}

function cidrTest(text: string, place: string): (text: string) => boolean {
  if (!ipaddr.isValidCIDR(text))
    throw new SigmaError(`${place}: ${told(text)} is no range of addresses (10.0.0.0/8)`);
  const range = ipaddr.parseCIDR(text);
  return (value) => {
    // Longer texts are no addresses, and what ipaddr takes for one need not be: 10.1 or 0x7f000001.
    if (value.length > 45 || !/^(?:\d+\.\d+\.\d+\.\d+|[\da-fA-F:.]*:[\da-fA-F:.]*)$/.test(value))
      return false;
    if (!ipaddr.isValid(value)) return false;
    const address = ipaddr.process(value);
    return address.kind() === range[0].kind() && address.match(range);
  };
}

const ORDER = {
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
};

function numberTest(compare: keyof typeof ORDER, value: unknown, place: string): (text: string) => boolean {
  const bound = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof bound !== 'number' || !Number.isFinite(bound))
    throw new SigmaError(`${place}: ${compare} takes a number (got ${told(value)})`);
  return (text) => /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) && ORDER[compare](Number(text), bound);
}

/** Anywhere in the text, and with regard to case, as the specification has it; in time that grows with the text (RE2). */
function regexTest(source: string, { flags }: Modifiers, place: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(flags === '' ? source : `(?${flags})${source}`);
    return (text) => compiled.test(text);
  } catch (error) {
    throw new SigmaError(
      `${place}: the regular expression ${told(source)} is not supported: ${messageOf(error)} (looking around and back references are not)`,
      { cause: error },
    );
  }
}

function fieldRefTest(other: string, { compare, isCased }: Modifiers): ValueTest {
  const fold = isCased ? (text: string) => text : (text: string) => text.toLowerCase();
  const holds = (mine: string, theirs: string): boolean => {
    if (compare === 'startswith') return mine.startsWith(theirs);
    if (compare === 'endswith') return mine.endsWith(theirs);
    return compare === 'contains' ? mine.includes(theirs) : mine === theirs;
  };
  const leaves = (nodes: readonly Node[]): string[] =>
    nodes.filter((node) => node !== null && typeof node !== 'object').map((node) => fold(String(node)));
  return (nodes, record) => {
    const theirs = leaves(nodesAt(record, other));
    return theirs.length > 0 && leaves(nodes).some((mine) => theirs.some((text) => holds(mine, text)));
  };
}

/** Base64 tells case apart, and has no wildcards. */
function encodedTest(value: string, { encoding, compare }: Modifiers): (text: string) => boolean {
  const variants = encoding === 'base64' ? [Buffer.from(value).toString('base64')] : offsets(value);
  return (text) =>
    variants.some((variant) => {
      if (compare === 'startswith') return text.startsWith(variant);
      if (compare === 'endswith') return text.endsWith(variant);
      return compare === 'contains' ? text.includes(variant) : text === variant;
    });
}

/** As the text looks in a longer one that begins 0, 1 or 2 bytes before it, less the characters which its neighbours decide. */
function offsets(value: string): string[] {
  const size = Buffer.byteLength(value);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${' '.repeat(offset)}${value}`).toString('base64');
    const end =
      (offset + size) % 3 === 0 ? encoded.length : encoded.length - ((offset + size) % 3 === 1 ? 3 : 2);
    return encoded.slice([0, 2, 3][offset], end);
  });
}
