import { endsWith, isText, noneOf, startsWith, type Condition } from './condition.ts';
import { ignoringCase } from './ignore-case.ts';
import { PatternProblem, type JsonReader } from './json-reader.ts';
import { comparable, isNumber } from './numeric.ts';
import { piecesOf, plain, type Parsed } from './parsed.ts';
import { wildcard } from './wildcard.ts';

type Form = 'equals-ignore-case' | 'prefix' | 'suffix' | 'wildcard';

const TOO_MANY = 'Too many elements in numeric expression';
const NO_STRING: Readonly<Record<Form, string>> = {
  'equals-ignore-case':
    'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  prefix: 'prefix/suffix match pattern must be a string',
  suffix: 'prefix/suffix match pattern must be a string',
  wildcard: 'wildcard match pattern must be a string',
};

/** Behind `anything-but`: a string or number, a list of either, or one of four operators with a string or a list of strings. */
export function parseAnythingBut(json: JsonReader): Parsed {
  let { kind } = json.next();
  let form: Form | undefined;
  if (kind === 'object') {
    if (json.next().kind !== 'name') json.fail('Anything-But expression name not found');
    const name = json.text();
    if (!isForm(name)) return json.fail(`Unsupported anything-but pattern: ${name}`);
    form = name;
    kind = json.next().kind;
  }
  if (kind !== 'array' && kind !== 'string' && kind !== 'number')
    json.fail('Value of anything-but must be an array or single string/number value.');
  const parsed = kind === 'array' ? parseList(json, form) : parseOne(json, kind, form);
  for (let level = form === undefined ? 1 : 2; level > 0; level--)
    if (json.next().kind !== 'object-end') json.fail(TOO_MANY);
  return parsed;
}

function isForm(name: string): name is Form {
  return Object.hasOwn(NO_STRING, name);
}

function parseOne(json: JsonReader, kind: string, form: Form | undefined): Parsed {
  if (form === undefined) {
    const text = json.text();
    if (kind === 'string') return butNot([isText(text)]);
    const value = comparable(text);
    if (value === undefined) throw new PatternProblem(`Cannot compare number : ${text}`);
    return butNot([isNumber(value)]);
  }
  return kind === 'string' ? ofForm(json, form, [json.text()]) : json.fail(NO_STRING[form]);
}

/** What is wrong inside a list EventBridge tells with the place twice. */
function parseList(json: JsonReader, form: Form | undefined): Parsed {
  const texts: string[] = [];
  const numbers: number[] = [];
  try {
    for (let token = json.next(); token.kind !== 'array-end'; token = json.next()) {
      if (token.kind === 'number' && form === undefined) numbers.push(numberOf(json));
      else if (token.kind === 'string') texts.push(textOf(json, form));
      else
        json.fail(
          form === undefined
            ? 'Inside anything but list, start|null|boolean is not supported.'
            : NO_STRING[form],
        );
    }
  } catch (error) {
    if (error instanceof PatternProblem) json.fail(error.message);
    throw error;
  }
  if (form !== undefined && texts.length === 0) json.fail('Empty arrays are not allowed');
  if (form !== undefined) return ofForm(json, form, texts);
  if (texts.length > 0 === numbers.length > 0)
    json.fail(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  return butNot([...texts.map(isText), ...numbers.map(isNumber)]);
}

function numberOf(json: JsonReader): number {
  const value = comparable(json.text());
  if (value === undefined) throw new PatternProblem(`Cannot compare number : ${json.text()}`);
  return value;
}

function textOf(json: JsonReader, form: Form | undefined): string {
  const text = json.text();
  if (text === '' && (form === 'prefix' || form === 'suffix')) json.fail('Null prefix/suffix not allowed');
  return text;
}

function ofForm(json: JsonReader, form: Form, texts: readonly string[]): Parsed {
  if (form === 'wildcard') {
    const wildcards = texts.map((text) => piecesOf(json, text));
    return { condition: noneOf(wildcards.map(wildcard)), wildcards };
  }
  if ((form === 'prefix' || form === 'suffix') && texts.includes(''))
    json.fail('Null prefix/suffix not allowed');
  if (form === 'equals-ignore-case') return butNot(texts.map((text) => ignoringCase(text, 'exact')));
  return butNot(texts.map(form === 'prefix' ? startsWith : endsWith));
}

function butNot(conditions: readonly Condition[]): Parsed {
  return plain(noneOf(conditions));
}
