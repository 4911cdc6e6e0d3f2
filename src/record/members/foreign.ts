import { javaDate } from './dates.ts';
import { HIDDEN, hidden, isEnvironment, isSecretKey, treatmentOf, type Treatment } from './hidden.ts';

type Json = Record<string, unknown>;

/** Deeper values are cut off: nobody reads them, and a stack could overflow. */
export const MOST_DEPTH = 40;
export const TOO_DEEP = 'OMITTED_TOO_DEEP';

/** What no model describes is shown to this depth. */
const MOST_FOREIGN_DEPTH = 4;

type Rules = { readonly service: string; readonly mostDepth: number; readonly tooDeep: string };

/** `AWSServiceName` → `aWSServiceName`: CloudTrail lowers the first letter and nothing else. */
export function lowerFirst(name: string): string {
  const first = name.charCodeAt(0);
  return first >= 0x41 && first <= 0x5a ? String.fromCharCode(first + 32) + name.slice(1) : name;
}

/** A value that no schema describes: names lowered, what looks secret hidden. */
export function writeForeign(service: string, value: unknown, depth = 0): unknown {
  return write({ service, mostDepth: MOST_DEPTH, tooDeep: TOO_DEEP }, value, depth);
}

/** The members of an operation that no model describes. All beyond depth 4 is hidden: nobody can tell what it is. */
export function writeUnmodelled(service: string, value: Json): Json {
  return write({ service, mostDepth: MOST_FOREIGN_DEPTH, tooDeep: HIDDEN }, value, 1) as Json;
}

function write(rules: Rules, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value;
  if (value instanceof Date) return javaDate(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (depth > rules.mostDepth) return rules.tooDeep;
  if (Array.isArray(value)) return value.map((element) => write(rules, element, depth + 1));
  return isPlain(value) ? writeMembers(rules, value, depth) : undefined;
}

function writeMembers(rules: Rules, value: Json, depth: number): Json {
  const written: Json = {};
  for (const key of Object.keys(value)) {
    const name = lowerFirst(key);
    const treatment = treatmentIn(rules.service, name, value[key]);
    if (treatment === 'hide') setMember(written, name, hidden(value[key]));
    else if (treatment === undefined) setMember(written, name, write(rules, value[key], depth + 1));
  }
  const key = written['name'] ?? written['key'];
  if (typeof key === 'string' && written['value'] !== undefined && isSecretKey(key))
    written['value'] = HIDDEN;
  return written;
}

/** Tokens of pages and of repeated calls are no secrets. */
const NO_SECRET = /(?:next|page|pagination|continuation|client|lock|request|idempotency|creation)_?token$/i;

function treatmentIn(service: string, name: string, value: unknown): Treatment | undefined {
  const known = treatmentOf(service, name);
  if (known !== undefined) return known;
  if (typeof value === 'object' && value !== null) return isEnvironment(name) ? 'hide' : undefined;
  return typeof value === 'string' && isSecretKey(name) && !NO_SECRET.test(name) ? 'hide' : undefined;
}

/** Keys come from callers: `__proto__` must become a member like any other. */
export function setMember(target: Json, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

export function isPlain(value: unknown): value is Json {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}
