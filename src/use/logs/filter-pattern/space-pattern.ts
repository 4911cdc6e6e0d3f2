import { always, readExpression, type Condition, type TokenReader } from './expression.ts';
import { LogMessage } from './message.ts';
import { badPattern, filterPattern, type FilterPattern } from './pattern.ts';
import { tokenize } from './tokens.ts';
import { compare } from './value.ts';

type Field = { readonly name: string | undefined; readonly condition: Condition<string> };

/**
 * `[ip, user, ..., status = 4*, bytes > 1000]`: fields of a line that white space parts; what stands in quotation marks or brackets is one field.
 * `...` stands for any number of fields, once. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
 */
export function compileSpaceDelimited(pattern: string): FilterPattern {
  const parts = splitFields(pattern.slice(1, -1));
  const gaps = parts.filter((part) => part === '...').length;
  if (gaps > 1) badPattern('... may stand once.');
  const gap = parts.indexOf('...');
  const fields = parts.filter((part) => part !== '...').map(readField);
  const lined = (texts: readonly string[]) => lineUp(fields, gap, texts);
  return filterPattern({
    holds: (message) => {
      const texts = lined(message.fields());
      return (
        texts !== undefined &&
        fields.every(({ condition }, index) => condition.holds(texts[index]?.text ?? ''))
      );
    },
    extract: (message) => {
      const texts = new LogMessage(message).fields();
      return namedValues(fields, texts, lined(texts) ?? []);
    },
    reader: (selector) => {
      const name = /^\$([\p{L}\p{N}_-]+)$/u.exec(selector)?.[1];
      const isPlace = name !== undefined && /^[1-9]\d{0,3}$/.test(name);
      if (name === undefined || (!isPlace && !fields.some((field) => field.name === name)))
        badPattern(`it has no field ${JSON.stringify(selector.slice(0, 100))}.`);
      return (message) => {
        const texts = message.fields();
        return namedValues(fields, texts, lined(texts) ?? [])[selector];
      };
    },
    contains: fields.flatMap(({ condition }) => condition.contains),
    regexes: fields.reduce((sum, { condition }) => sum + condition.regexes, 0),
  });
}

type Placed = { readonly text: string; readonly at: number };

/** The text of each field; undefined where their number does not fit. */
function lineUp(
  fields: readonly Field[],
  gap: number,
  texts: readonly string[],
): readonly Placed[] | undefined {
  if (gap < 0 ? texts.length !== fields.length : texts.length < fields.length) return undefined;
  const skipped = texts.length - fields.length;
  return fields.map((_, index) => {
    const at = gap >= 0 && index >= gap ? index + skipped : index;
    return { text: texts[at] ?? '', at };
  });
}

/** Fields without a name are told by their place: `$4`. */
function namedValues(
  fields: readonly Field[],
  texts: readonly string[],
  placed: readonly Placed[],
): Record<string, string> {
  const names = new Map(placed.map(({ at }, index) => [at, fields[index]?.name]));
  return Object.fromEntries(texts.map((text, at) => [`$${names.get(at) ?? at + 1}`, text]));
}

/** At commas outside quotation marks and percent signs. */
function splitFields(text: string): readonly string[] {
  const parts =
    text.match(/(?:"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^,])+|(?<=,)(?=,)|^(?=,)|(?<=,)$/gs) ?? [];
  return parts.map((part) => part.trim());
}

function readField(part: string): Field {
  if (part === '') return { name: undefined, condition: always(() => true) };
  const name = /^[\s(]*([\p{L}\p{N}_-]+)/u.exec(part)?.[1];
  if (name === undefined) return badPattern(`${JSON.stringify(part.slice(0, 100))} is not a field.`);
  if (part === name) return { name, condition: always(() => true) };
  return { name, condition: readExpression(tokenize(part), (reader) => readCondition(reader, name)) };
}

/** Every condition of a field is about itself. */
function readCondition(reader: TokenReader, name: string): Condition<string> {
  const subject = reader.next();
  if (subject?.kind !== 'bare' || subject.text !== name)
    return badPattern(`a condition in the field ${name} must be about ${name}.`);
  const operator = reader.next();
  if (operator?.kind !== 'operator') return badPattern(`a comparison is missing behind ${name}.`);
  const { holds, fragment, isRegex } = compare(operator.operator, reader.next() ?? { kind: 'close' });
  const isOrder = /^[<>]/.test(operator.operator);
  return {
    holds: (text) => holds(isOrder ? numberOf(text) : text),
    contains: fragment === undefined ? [] : [[fragment]],
    regexes: Number(isRegex),
  };
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}
