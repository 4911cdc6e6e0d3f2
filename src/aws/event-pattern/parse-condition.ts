import { BadAddress, inBlock } from './address.ts';
import { ABSENT, endsWith, EXISTS, isText, startsWith, type Condition } from './condition.ts';
import { ignoringCase } from './ignore-case.ts';
import { PatternProblem, type JsonReader } from './json-reader.ts';
import { parseAnythingBut } from './parse-anything-but.ts';
import { parseNumeric } from './parse-numeric.ts';
import { piecesOf, plain, type Parsed } from './parsed.ts';
import { wildcard } from './wildcard.ts';

const ONE_KEY = 'Only one key allowed in match expression';

/** The operators of a field's alternatives; each reads on behind its name. */
const OPERATORS: Readonly<Record<string, (json: JsonReader) => Parsed>> = {
  exactly: (json) => single(json, 'exact match pattern must be a string', isText),
  prefix: (json) => affix(json, 'prefix', startsWith),
  suffix: (json) => affix(json, 'suffix', endsWith),
  'equals-ignore-case': (json) =>
    single(json, 'equals-ignore-case match pattern must be a string', (text) => ignoringCase(text, 'exact')),
  wildcard: parseWildcard,
  numeric: (json) => plain(parseNumeric(json)),
  'anything-but': parseAnythingBut,
  exists: parseExists,
  cidr: parseBlock,
};

/** Behind the `{`: one operator and its operand. */
export function parseCondition(json: JsonReader): Parsed {
  if (json.next().kind !== 'name') json.fail('Match expression name not found');
  const name = json.text();
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  return operator ? operator(json) : json.fail(`Unrecognized match type ${name}`);
}

function single(json: JsonReader, complaint: string, make: (text: string) => Condition): Parsed {
  if (json.next().kind !== 'string') json.fail(complaint);
  const condition = make(json.text());
  endObject(json);
  return plain(condition);
}

function affix(json: JsonReader, name: 'prefix' | 'suffix', make: (text: string) => Condition): Parsed {
  const { kind } = json.next();
  if (kind === 'string') {
    const condition = make(json.text());
    endObject(json);
    return plain(condition);
  }
  if (kind !== 'object') json.fail(`${name} match pattern must be a string`);
  if (json.next().kind !== 'name')
    json.fail(`${name === 'prefix' ? 'Prefix' : 'Suffix'} expression name not found`);
  if (json.text() !== 'equals-ignore-case') json.fail(`Unsupported ${name} pattern: ${json.text()}`);
  const parsed = single(json, 'equals-ignore-case match pattern must be a string', (text) =>
    ignoringCase(text, name === 'prefix' ? 'start' : 'end'),
  );
  endObject(json);
  return parsed;
}

function parseWildcard(json: JsonReader): Parsed {
  if (json.next().kind !== 'string') json.fail('wildcard match pattern must be a string');
  const pieces = piecesOf(json, json.text());
  endObject(json);
  return { condition: wildcard(pieces), wildcards: [pieces] };
}

function parseExists(json: JsonReader): Parsed {
  const { kind } = json.next();
  if (kind !== 'literal' || json.text() === 'null')
    json.fail('exists match pattern must be either true or false.');
  const condition = json.text() === 'true' ? EXISTS : ABSENT;
  endObject(json);
  return plain(condition);
}

/** EventBridge tells no place of what is wrong with a range of addresses. */
function parseBlock(json: JsonReader): Parsed {
  if (json.next().kind !== 'string') json.fail('prefix match pattern must be a string');
  let condition;
  try {
    condition = inBlock(json.text());
  } catch (error) {
    if (error instanceof BadAddress) throw new PatternProblem(error.message);
    throw error;
  }
  endObject(json);
  return plain(condition);
}

function endObject(json: JsonReader): void {
  if (json.next().kind !== 'object-end') json.fail(ONE_KEY);
}
