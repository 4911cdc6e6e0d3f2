import { always, readExpression, surely, type Condition, type TokenReader } from './expression.ts';
import { LogMessage } from './message.ts';
import { badPattern, filterPattern, NOTHING_SURE, type FilterPattern } from './pattern.ts';
import { readSelector, type Selector } from './selector.ts';
import { tokenize } from './tokens.ts';
import { compare, inJson, type Scalar } from './value.ts';

/**
 * `{ $.eventName = "ConsoleLogin" && … }`. A comparison needs a text, number or boolean at the end of its selector: on what is missing, null, an
 * object or an array it holds never, `!=` included (NOT EXISTS asks for what is missing).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
 */
export function compileJson(pattern: string): FilterPattern {
  const selectors: Selector[] = [];
  const condition = readExpression(tokenize(pattern.slice(1, -1)), (reader) =>
    readCondition(reader, selectors),
  );
  return filterPattern({
    holds: (message) => {
      const parsed = message.json();
      return parsed !== undefined && condition.holds(parsed.value);
    },
    extract: (message) => valuesOf(selectors, new LogMessage(message).json()?.value),
    reader: (text) => {
      const selector = readSelector(text);
      return (message) => scalarAt(selector, message.json()?.value);
    },
    contains: surely(condition),
    regexes: condition.regexes,
  });
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
  const { holds, fragment, isRegex, texts } = compare(operator.operator, reader.next() ?? { kind: 'close' });
  return {
    holds: holdsAt(selector, holds),
    contains: inJson(fragment),
    names: hasName,
    regexes: Number(isRegex),
    oneOf: texts && { of: selector.text, texts, with: (either) => holdsAt(selector, either) },
  };
}

function holdsAt({ single, of }: Selector, holds: (value: Scalar) => boolean): (value: unknown) => boolean {
  if (single === undefined) return (value) => of(value).some((one) => isScalar(one) && holds(one));
  return (value) => {
    const one = single(value);
    return isScalar(one) && holds(one);
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

function valuesOf(selectors: readonly Selector[], value: unknown): Record<string, string> {
  const found = selectors.flatMap((selector) => {
    const first = scalarAt(selector, value);
    return first === undefined ? [] : [[selector.text, first] as const];
  });
  return Object.fromEntries(found);
}

function scalarAt(selector: Selector, value: unknown): string | undefined {
  const [first] = selector.of(value).filter(isScalar);
  return first === undefined ? undefined : String(first);
}
