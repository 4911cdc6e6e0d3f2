import { AwsError } from '../errors.ts';
import { isAddress } from './address.ts';
import { tooComplex } from './complexity.ts';
import { isText, isValue, type Condition } from './condition.ts';
import { createJsonReader, PatternProblem, type JsonReader } from './json-reader.ts';
import { isNumber } from './numeric.ts';
import { parseCondition } from './parse-condition.ts';
import { plain, type Alternatives, type Parsed } from './parsed.ts';

/** What must hold of one field: at least one of the conditions. */
export type Field = {
  /** The keys from the event's top, with dots between them. */
  readonly path: string;
  readonly conditions: readonly Condition[];
  /** Whether one of them is `exists: false`. */
  readonly canBeAbsent: boolean;
};

/** A pattern matches where all fields of one branch do; there are several because of `$or`. */
export type Pattern = { readonly branches: readonly (readonly Field[])[] };

/** Of the model; the quota of the guide is half of it, and may be raised. */
const MOST_CHARACTERS = 4096;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: combinations of `$or`. */
const MOST_BRANCHES = 1000;
const MOST_FIELDS = 256;
const OR = '$or';
/** Inside `$or` no field may have such a name. */
const RESERVED = new Set([
  ...[
    'exactly',
    'equals-ignore-case',
    'prefix',
    'suffix',
    'anything-but',
    'exists',
    'wildcard',
    'numeric',
    'cidr',
  ],
  ...[
    '=',
    '<',
    '<=',
    '>',
    '>=',
    'regex',
    'not-wildcard',
    'not-equals-ignore-case',
    'date-after',
    'date-on-or-after',
  ],
  ...['date-before', 'date-on-or-before', 'in-date-range', 'ip-address-in-range', 'ip-address-not-in-range'],
]);

type Branch = ReadonlyMap<string, Alternatives>;

/**
 * An event pattern of EventBridge made ready to be asked of many events.
 * Throws InvalidEventPatternException in AWS's words (`Event pattern is not valid. Reason: …`, line and column of where reading stopped), and
 * ValidationException for more than 4096 characters.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function parsePattern(text: string): Pattern {
  if (text.length > MOST_CHARACTERS)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'eventPattern' failed to satisfy constraint: Member must have length less than or equal to ${MOST_CHARACTERS}`,
    );
  try {
    const branches = branchesOf(text);
    const sorted = branches.map(inOrder);
    if (tooComplex(sorted))
      throw new PatternProblem(
        'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
      );
    return { branches: sorted.map((branch) => branch.map(fieldOf)) };
  } catch (error) {
    if (!(error instanceof PatternProblem)) throw error;
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${error.message}`,
      { cause: error },
    );
  }
}

/** In the order of their paths: with arrays of objects the order of `exists: false` and the others matters. */
function inOrder(branch: Branch): readonly Alternatives[] {
  return [...branch.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function fieldOf({ path, parsed }: Alternatives): Field {
  const conditions = parsed.map(({ condition }) => condition);
  return { path, conditions, canBeAbsent: conditions.some(({ access }) => access.by === 'absence') };
}

/** `$or` was not always an operator: where it makes no sense as one, it is the name of a field. */
function branchesOf(text: string): readonly Branch[] {
  try {
    return parse(text, true);
  } catch (problem) {
    if (!(problem instanceof PatternProblem) || !text.includes(OR)) throw problem;
    try {
      return parse(text, false);
    } catch {
      throw problem;
    }
  }
}

function parse(text: string, hasOr: boolean): readonly Branch[] {
  const json = createJsonReader(text);
  if (json.next().kind !== 'object') json.fail('Filter is not an object');
  const branches = parseObject(json, [new Map()], { path: [], hasOr, isInOr: false });
  if (branches.some((branch) => branch.size > MOST_FIELDS))
    throw new PatternProblem(`Size of rule exceeds max value of ${MOST_FIELDS}`);
  return branches;
}

type Place = { readonly path: readonly string[]; readonly hasOr: boolean; readonly isInOr: boolean };

/** Behind the `{`: the given branches, each with what the object says. */
function parseObject(json: JsonReader, given: readonly Branch[], place: Place): readonly Branch[] {
  let branches = given;
  let isEmpty = true;
  while (json.next().kind !== 'object-end') {
    isEmpty = false;
    const name = json.text();
    if (place.hasOr && name === OR) {
      branches = parseOr(json, branches, place);
      continue;
    }
    if (place.isInOr && RESERVED.has(name))
      json.fail(`${name} is Ruler reserved fieldName which cannot be used inside ${OR}.`);
    const path = [...place.path, name];
    const { kind } = json.next();
    if (kind === 'object') branches = parseObject(json, branches, { ...place, path });
    else if (kind === 'array') branches = withField(branches, path.join('.'), parseAlternatives(json));
    else json.fail(`"${name}" must be an object or an array`);
  }
  if (isEmpty) json.fail('Empty objects are not allowed');
  return branches;
}

function parseOr(json: JsonReader, given: readonly Branch[], place: Place): readonly Branch[] {
  if (json.next().kind !== 'array') json.fail(`It must be an Array followed with ${OR}.`);
  const branches: Branch[] = [];
  let objects = 0;
  for (let token = json.next(); token.kind !== 'array-end'; token = json.next()) {
    objects++;
    if (token.kind !== 'object') json.fail(`Only JSON object is allowed in array of ${OR} relationship.`);
    branches.push(...parseObject(json, given, { ...place, isInOr: true }));
    if (branches.length > MOST_BRANCHES)
      json.fail(`Rule is too complex - it has more than ${MOST_BRANCHES} combinations of ${OR}`);
  }
  if (objects < 2) json.fail(`There must have at least 2 Objects in ${OR} relationship.`);
  return branches;
}

/** Of a path that is named again the last says what counts. */
function withField(branches: readonly Branch[], path: string, parsed: readonly Parsed[]): readonly Branch[] {
  return branches.map((branch) => new Map(branch).set(path, { path, parsed }));
}

function parseAlternatives(json: JsonReader): readonly Parsed[] {
  const parsed: Parsed[] = [];
  for (let token = json.next(); token.kind !== 'array-end'; token = json.next()) {
    if (token.kind === 'object') parsed.push(parseCondition(json));
    else if (token.kind === 'array' || token.kind === 'name' || token.kind === 'object-end')
      json.fail('Match value must be String, number, true, false, or null');
    else parsed.push(plain(valueOf(token.kind, json.text())));
  }
  if (parsed.length === 0) json.fail('Empty arrays are not allowed');
  return parsed;
}

function valueOf(kind: 'string' | 'number' | 'literal', text: string): Condition {
  if (kind === 'string') return isAddress(text) ?? isText(text);
  if (kind === 'number') return isNumber(Number(text));
  return isValue(text === 'null' ? null : text === 'true');
}
