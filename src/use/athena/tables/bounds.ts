import { tokensOf, type Token } from '../ddl/tokens.ts';

/** What a WHERE says of a column in so many words: at least what is given holds of every row that it lets through. */
export type Bounds = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** One of these. */
  readonly values?: readonly string[] | undefined;
};

export type BoundsByColumn = ReadonlyMap<string, Bounds>;

const NONE: BoundsByColumn = new Map();
/** What ends a WHERE, on its own level. */
const ENDS = new Set('GROUP ORDER HAVING LIMIT OFFSET FETCH UNION INTERSECT EXCEPT WINDOW'.split(' '));
const JOINS = new Set('JOIN INNER LEFT RIGHT FULL NATURAL CROSS'.split(' '));

/**
 * Bounds of columns of a table, as far as the statement gives them plainly: `column op 'value'` joined by AND, in the WHERE of a SELECT that reads
 * this table and nothing else (but UNNEST). Whatever is not understood bounds nothing, which is always true. With several such SELECTs nothing is
 * taken for granted: then a column is bounded only as all of them say.
 */
export function boundsOf(
  statement: string,
  isTable: (name: readonly string[]) => boolean,
  parameters: readonly string[] = [],
): BoundsByColumn {
  const tokens = withParameters(readable(statement), parameters);
  const found: BoundsByColumn[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!isName(tokens[at])) continue;
    const name = nameAt(tokens, at);
    if (!isTable(name.parts)) continue;
    const before = tokens[at - 1];
    // A column may be called like the table: that is not a mention of it.
    if (isWord(before, 'FROM')) found.push(boundsBehind(tokens, name));
    else if (isWord(before, 'JOIN') || isWord(before, ',') || isWord(before, '(')) return NONE;
    at = name.end - 1;
  }
  return found.length === 1 ? (found[0] ?? NONE) : NONE;
}

/** A statement that is wrong is refused elsewhere. */
function readable(statement: string): readonly Token[] {
  try {
    return tokensOf(statement);
  } catch {
    return [];
  }
}

/** `?` in the order of the parameters; Athena's are literals. */
function withParameters(tokens: readonly Token[], parameters: readonly string[]): readonly Token[] {
  let next = 0;
  return tokens.map((token) => {
    if (token.kind !== 'symbol' || token.text !== '?') return token;
    const given = parameters[next++] ?? '';
    const quoted = /^'((?:[^']|'')*)'$/.exec(given);
    if (quoted !== null) return { ...token, kind: 'string', text: (quoted[1] ?? '').replaceAll("''", "'") };
    return /^\d+$/.test(given) ? { ...token, kind: 'number', text: given } : token;
  });
}

type Name = { readonly parts: readonly string[]; readonly end: number };

function nameAt(tokens: readonly Token[], start: number): Name {
  const parts = [(tokens[start]?.text ?? '').toLowerCase()];
  let end = start + 1;
  while (isWord(tokens[end], '.') && isName(tokens[end + 1])) {
    parts.push((tokens[end + 1]?.text ?? '').toLowerCase());
    end += 2;
  }
  return { parts, end };
}

function boundsBehind(tokens: readonly Token[], name: Name): BoundsByColumn {
  let at = name.end;
  let alias = name.parts.at(-1) ?? '';
  if (isWord(tokens[at], 'AS')) at += 1;
  if (isName(tokens[at]) && !isKeyword(tokens[at])) alias = (tokens[at++]?.text ?? '').toLowerCase();
  at = behindUnnest(tokens, at);
  if (!isWord(tokens[at], 'WHERE')) return NONE;
  return conjuncts(tokens, at + 1, alias);
}

/** `CROSS JOIN UNNEST(…) [AS] alias [(columns)]`, however often. Anything else stays where it is. */
function behindUnnest(tokens: readonly Token[], start: number): number {
  let at = start;
  while (isWord(tokens[at], 'CROSS') && isWord(tokens[at + 1], 'JOIN') && isWord(tokens[at + 2], 'UNNEST')) {
    at = behindParentheses(tokens, at + 3);
    if (isWord(tokens[at], 'WITH') && isWord(tokens[at + 1], 'ORDINALITY')) at += 2;
    if (isWord(tokens[at], 'AS')) at += 1;
    if (isName(tokens[at]) && !isKeyword(tokens[at])) at += 1;
    if (isWord(tokens[at], '(')) at = behindParentheses(tokens, at);
  }
  return at;
}

function behindParentheses(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    if (isWord(tokens[at], '(')) depth += 1;
    if (isWord(tokens[at], ')')) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

/** Splits at AND; an OR on the same level undoes it all. */
function conjuncts(tokens: readonly Token[], start: number, alias: string): BoundsByColumn {
  const parts: Token[][] = [[]];
  let depth = 0;
  let between = false;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (isWord(token, '(')) depth += 1;
    if (isWord(token, ')') && --depth < 0) break;
    if (depth === 0 && token.kind === 'word') {
      const word = token.text.toUpperCase();
      // A CASE has ANDs of its own.
      if (word === 'OR' || word === 'CASE') return NONE;
      if (ENDS.has(word)) break;
      if (word === 'BETWEEN') between = true;
      else if (word === 'AND' && between) between = false;
      else if (word === 'AND') {
        parts.push([]);
        continue;
      }
    }
    parts.at(-1)?.push(token);
  }
  const bounds = new Map<string, Bounds>();
  for (const part of parts) {
    const one = comparison(part, alias);
    if (one !== undefined) bounds.set(one.column, both(bounds.get(one.column), one.bounds));
  }
  return bounds;
}

function comparison(
  tokens: readonly Token[],
  alias: string,
): { readonly column: string; readonly bounds: Bounds } | undefined {
  if (!isName(tokens[0])) return undefined;
  const { parts, end } = nameAt(tokens, 0);
  const [column, ...more] = parts[0] === alias && parts.length > 1 ? parts.slice(1) : parts;
  // A field of a struct is no column.
  if (column === undefined || more.length > 0) return undefined;
  const bounds = boundsIn(tokens[end]?.text.toUpperCase() ?? '', tokens.slice(end + 1));
  return bounds && { column, bounds };
}

function boundsIn(operator: string, literals: readonly Token[]): Bounds | undefined {
  if (operator === 'IN') {
    const values = listed(literals);
    return values && { values };
  }
  const [value, and, to] = literals;
  if (operator === 'BETWEEN') {
    if (literals.length !== 3 || !isLiteral(value) || !isWord(and, 'AND') || !isLiteral(to)) return undefined;
    return { from: value.text, to: to.text };
  }
  if (literals.length !== 1 || !isLiteral(value)) return undefined;
  switch (operator) {
    case '=':
      return { values: [value.text] };
    case '>':
    case '>=':
      return { from: value.text };
    case '<':
    case '<=':
      return { to: value.text };
    default:
      return undefined;
  }
}

function listed(tokens: readonly Token[]): readonly string[] | undefined {
  if (!isWord(tokens[0], '(') || !isWord(tokens.at(-1), ')')) return undefined;
  const inner = tokens.slice(1, -1);
  const isList = inner.every((token, index) => (index % 2 === 0 ? isLiteral(token) : isWord(token, ',')));
  if (!isList || inner.length % 2 === 0) return undefined;
  return inner.filter((_, index) => index % 2 === 0).map(({ text }) => text);
}

function both(a: Bounds | undefined, b: Bounds): Bounds {
  if (a === undefined) return b;
  const values =
    a.values === undefined ? b.values : a.values.filter((value) => b.values?.includes(value) ?? true);
  // Of two that compare as numbers or as text, either alone is true as well.
  return { from: a.from ?? b.from, to: a.to ?? b.to, values };
}

function isName(token: Token | undefined): token is Token {
  return (
    token !== undefined && (token.kind === 'word' || token.kind === 'double' || token.kind === 'backtick')
  );
}

function isLiteral(token: Token | undefined): token is Token {
  return token !== undefined && (token.kind === 'string' || token.kind === 'number');
}

function isWord(token: Token | undefined, text: string): boolean {
  return (token?.kind === 'word' || token?.kind === 'symbol') && token.text.toUpperCase() === text;
}

function isKeyword(token: Token | undefined): boolean {
  if (token?.kind !== 'word') return false;
  const word = token.text.toUpperCase();
  return ENDS.has(word) || JOINS.has(word) || word === 'WHERE' || word === 'ON' || word === 'TABLESAMPLE';
}

/** Whether a value is within; as numbers where both are. */
export function isWithin(value: string, bounds: Bounds | undefined, asNumber = false): boolean {
  if (bounds === undefined) return true;
  const compare = (a: string, b: string): number =>
    asNumber ? Number(a) - Number(b) : a === b ? 0 : a < b ? -1 : 1;
  if (bounds.from !== undefined && compare(value, bounds.from) < 0) return false;
  if (bounds.to !== undefined && compare(value, bounds.to) > 0) return false;
  return bounds.values?.some((one) => compare(value, one) === 0) ?? true;
}
