import type { Condition } from './condition.ts';
import type { JsonReader } from './json-reader.ts';
import { comparable, isBetween, isNumber, type Bound } from './numeric.ts';

const TOO_MANY = 'Too many elements in numeric expression';

/** Behind `numeric`: `["=", 5]`, one bound, or a lower bound and then an upper one. */
export function parseNumeric(json: JsonReader): Condition {
  if (json.next().kind !== 'array') json.fail('Value of numeric must be an array.');
  const condition = parseList(json);
  if (json.next().kind !== 'object-end') json.fail(TOO_MANY);
  return condition;
}

function parseList(json: JsonReader): Condition {
  const first = json.next();
  if (first.kind !== 'string') json.fail(`Invalid member in numeric match: ${first.text}`);
  const operator = json.text();
  const { kind } = json.next();
  if (!['=', '>', '>=', '<', '<='].includes(operator))
    json.fail(`Unrecognized numeric range operator: ${operator}`);
  if (kind !== 'number') json.fail(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  const text = json.text();
  const next = json.next();
  if (next.kind === 'array-end') return bounded(json, operator, numberOf(json, text));
  if (!operator.startsWith('>')) json.fail(TOO_MANY);
  const upper = parseUpper(json, next.kind, next.text);
  const low = { value: numberOf(json, text), isOpen: operator === '>' };
  const high = { value: numberOf(json, upper.text), isOpen: upper.isOpen };
  if (low.value >= high.value) json.fail('Bottom must be less than top');
  return isBetween(low, high);
}

function parseUpper(json: JsonReader, kind: string, found: string): { text: string; isOpen: boolean } {
  if (kind !== 'string') json.fail(`Bad value in numeric range: ${found}`);
  const operator = json.text();
  if (operator !== '<' && operator !== '<=') json.fail(`Bad numeric range operator: ${operator}`);
  if (json.next().kind !== 'number') json.fail(`Value of ${operator} must be numeric`);
  const text = json.text();
  if (json.next().kind !== 'array-end') json.fail('Too many terms in numeric range expression');
  return { text, isOpen: operator === '<' };
}

function bounded(json: JsonReader, operator: string, value: number): Condition {
  if (operator === '=') return isNumber(value);
  const bound: Bound = { value, isOpen: operator.length === 1 };
  const isLower = operator.startsWith('>');
  // Ranges end at the greatest double, and EventBridge takes none that has no room.
  const edge = isLower ? value < Number.MAX_VALUE : value > -Number.MAX_VALUE;
  if (!edge) json.fail('Bottom must be less than top');
  return isLower ? isBetween(bound, undefined) : isBetween(undefined, bound);
}

function numberOf(json: JsonReader, text: string): number {
  return comparable(text) ?? json.fail(`Cannot compare number : ${text}`);
}
