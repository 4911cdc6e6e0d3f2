import { always, readExpression, surely, type Condition, type TokenReader } from './expression.ts';
import { badPattern, NOTHING_SURE, type FilterPattern } from './pattern.ts';
import { readSelector, type Selector } from './selector.ts';
import { tokenize } from './tokens.ts';
import { compare, inJson, type Scalar } from './value.ts';

/**
 * `{ $.eventName = "ConsoleLogin" && … }`. A comparison needs a text, number or boolean at the end of its selector: on what is missing, null, an
 * object or an array it holds never, `!=` included (NOT EXISTS asks for what is missing).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
 */
export function compileJson(pattern: string): FilterPattern & { readonly regexes: number } {
  const selectors: Selector[] = [];
  const condition = readExpression(tokenize(pattern.slice(1, -1)), (reader) =>
    readCondition(reader, selectors),
  );
  return {
    matches: (message) => {
      const parsed = parse(message);
      return parsed !== undefined && condition.holds(parsed.value);
    },
    extract: (message) => valuesOf(selectors, parse(message)?.value),
    contains: surely(condition),
    regexes: condition.regexes,
  };
}

function readCondition(reader: TokenReader, selectors: Selector[]): Condition<unknown> {
  const token = reader.next();
  if (token?.kind !== 'bare') return badPattern('a selector such as $.eventName is missing.');
  const selector = readSelector(token.text);
  selectors.push(selector);
  if (reader.takeWord('NOT')) {
    if (!reader.takeWord('EXISTS')) badPattern('EXISTS is missing behind NOT.');
    return always((value) => selector.of(value).length === 0);
  }
  // The key is in the message, as JSON writes it.
  const hasName = inJson(selector.name === undefined ? undefined : plainName(selector.name));
  if (reader.takeWord('IS')) {
    const wanted = readConstant(reader);
    return {
      holds: (value) => selector.of(value).includes(wanted),
      contains: NOTHING_SURE,
      names: hasName,
      regexes: 0,
    };
  }
  const operator = reader.next();
  if (operator?.kind !== 'operator') return badPattern(`a comparison is missing behind ${selector.text}.`);
  const { holds, fragment, isRegex } = compare(operator.operator, reader.next() ?? { kind: 'close' });
  return {
    holds: (value) => selector.of(value).some((one) => isScalar(one) && holds(one)),
    contains: inJson(fragment),
    names: hasName,
    regexes: Number(isRegex),
  };
}

function plainName(name: string): string | undefined {
  return /^[\w.-]+$/.test(name) ? `"${name}"` : undefined;
}

function readConstant(reader: TokenReader): null | boolean {
  if (reader.takeWord('NULL')) return null;
  if (reader.takeWord('TRUE')) return true;
  if (reader.takeWord('FALSE')) return false;
  return badPattern('IS goes with NULL, TRUE or FALSE.');
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Only objects and arrays are JSON log events. */
function parse(message: string): { readonly value: unknown } | undefined {
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return { value: JSON.parse(message) as unknown };
  } catch {
    return undefined;
  }
}

function valuesOf(selectors: readonly Selector[], value: unknown): Record<string, string> {
  const found = selectors.flatMap((selector) => {
    const [first] = selector.of(value).filter(isScalar);
    return first === undefined ? [] : [[selector.text, String(first)] as const];
  });
  return Object.fromEntries(found);
}
