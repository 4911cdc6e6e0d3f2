import { invalidSql, type Place } from '../invalid-sql.ts';
import { typeOfTokens } from '../types/parse-type.ts';
import { isKeyword } from './is-keyword.ts';
import { BARE_FUNCTIONS, NOT_BUILT, RESERVED } from './keywords.ts';
import type { Encoded, Leaf, Literal } from './leaves.ts';
import { typedLiteral, intervalLiteral } from './literals.ts';
import { matching } from './matching.ts';
import { parameterValue } from './parameter-value.ts';
import { tokenize, type Token } from './tokens.ts';

export type EncodeOptions = {
  /** What stands for each `?`. */
  readonly parameters?: readonly string[] | undefined;
  /** `'?'`, in quotes, is a parameter as well (CloudTrail Lake's dashboards). */
  readonly quotedParameters?: boolean | undefined;
  /** Parameters need no values: NULL stands for each. */
  readonly anyParameters?: boolean | undefined;
};

/** Writes a statement in the few words that the parser knows, and keeps the rest apart. Throws INVALID_SQL. */
export function encode(statement: string, options: EncodeOptions = {}): Encoded {
  checkFirstWord(statement);
  return new Encoder(withoutEnd(tokenize(statement)), options).encode();
}

/** Before anything else is looked at: other statements have other words. */
function checkFirstWord(statement: string): void {
  const match = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*([A-Za-z]+)/.exec(statement);
  const word = match?.[1];
  if (word === undefined || /^(?:SELECT|WITH|VALUES)$/i.test(word)) return;
  const before = statement.slice(0, (match?.[0].length ?? 0) - word.length);
  const place = { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  throw invalidSql(`only SELECT statements are allowed, not '${word}'`, place);
}

function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  const end = tokens.findIndex(({ kind, text }) => kind === 'symbol' && text === ';');
  if (end === -1) return tokens;
  const more = tokens.slice(end).find(({ text, kind }) => kind !== 'symbol' || text !== ';');
  if (more) throw invalidSql('only one statement is allowed', more.place);
  return tokens.slice(0, end);
}

/** What a keyword means inside the parentheses of a call that has a syntax of its own. */
type Frame = {
  readonly kind: 'plain' | 'cast' | 'array' | 'subscript';
  /** Keywords that stand for a comma. */
  readonly commas: readonly string[];
  /** The arguments of a function, which may end in ORDER BY: that becomes a call of its own, `order by(x, 'DESC', y)`. */
  call?: 'open' | 'ordered';
};

const PLAIN: Frame = { kind: 'plain', commas: [] };
const MOST_TOKENS = 30_000;
const MOST_NESTING = 150;

class Encoder {
  readonly #tokens: readonly Token[];
  readonly #options: EncodeOptions;
  readonly #leaves: Leaf[] = [];
  readonly #frames: Frame[] = [];
  readonly #starts: { readonly offset: number; readonly place: Place }[] = [];
  #text = '';
  #at = 0;
  #parameters = 0;
  /** The word before was a function's name. */
  #called = false;

  constructor(tokens: readonly Token[], options: EncodeOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  encode(): Encoded {
    const first = this.#tokens.find(({ text }) => text !== '(');
    if (!first) throw invalidSql('the statement is empty');
    if (first.kind !== 'word') throw invalidSql(`mismatched input '${first.text}'`, first.place);
    if (this.#tokens.length > MOST_TOKENS)
      throw invalidSql(`the statement has more than ${MOST_TOKENS} words`);
    while (this.#at < this.#tokens.length) this.#step();
    this.#checkParameters();
    return { text: this.#text, leaves: this.#leaves, placeAt: (offset) => this.#placeAt(offset) };
  }

  #step(): void {
    const token = this.#peek(0);
    if (!token) return;
    this.#at += 1;
    if (token.kind === 'word') this.#word(token);
    else if (token.kind === 'quoted') this.#name(token);
    else if (token.kind === 'number') this.#put(token.text, token.place);
    else if (token.kind === 'symbol') this.#symbol(token);
    else if (token.text === '?' && this.#options.quotedParameters === true && this.#options.parameters)
      this.#parameter(token);
    else this.#literal({ type: 'varchar', value: token.text }, token.place);
  }

  // ---------------------------------------------------------------- symbols

  #symbol(token: Token): void {
    const { text, place } = token;
    if (text === '?') return this.#parameter(token);
    if (text === '=>') throw invalidSql("mismatched input '=>'", place);
    if (text === '(') this.#open(this.#called ? { ...PLAIN, call: 'open' } : PLAIN, place);
    this.#called = false;
    if (text === '[') this.#open({ kind: 'subscript', commas: [] }, place);
    if (text === ']' || text === ')') {
      const frame = this.#frames.pop();
      const bracket = frame?.kind === 'subscript' || frame?.kind === 'array';
      if (!frame || bracket !== (text === ']')) throw invalidSql(`mismatched input '${text}'`, place);
      if (frame.kind === 'array') return this.#put(')', place);
      if (frame.call === 'ordered') this.#put(')', place);
    }
    this.#put(text, place);
  }

  #open(frame: Frame, place: Place): void {
    this.#frames.push(frame);
    if (this.#frames.length > MOST_NESTING) throw invalidSql('the statement is nested too deeply', place);
  }

  // ---------------------------------------------------------------- words

  #word(token: Token): void {
    const { upper, place } = token;
    const frame = this.#frames.at(-1) ?? PLAIN;
    if (frame.commas.includes(upper)) return this.#put(',', place);
    if (frame.kind === 'cast' && upper === 'AS') return this.#castType(place);
    if (BARE_FUNCTIONS.has(upper)) return this.#bareFunction(token);
    if (this.#typedLiteral(token) || this.#call(token) || this.#sortOfArguments(token, frame)) return;
    if (isKeyword(token, (ahead) => this.#peek(ahead))) return this.#put(upper, place);
    if (Object.hasOwn(NOT_BUILT, upper) && (RESERVED.has(upper) || this.#peek(0)?.upper !== ','))
      throw invalidSql(`${NOT_BUILT[upper] ?? upper} is not supported`, place);
    if (RESERVED.has(upper)) throw invalidSql(`mismatched input '${token.text}'`, place);
    this.#name(token);
  }

  #sortOfArguments({ upper, place }: Token, frame: Frame): boolean {
    if (frame.call === 'open' && upper === 'ORDER' && this.#peek(0)?.upper === 'BY') {
      frame.call = 'ordered';
      this.#at += 1;
      this.#put(',', place);
      this.#function({ kind: 'word', text: 'order by', upper, place });
      this.#put('(', place);
      this.#called = false;
      return true;
    }
    const next = this.#peek(0)?.upper ?? '';
    const nulls = upper === 'NULLS' && /^(FIRST|LAST)$/.test(next);
    if (frame.call !== 'ordered' || !(nulls || (/^(ASC|DESC)$/.test(upper) && /^(,|\)|NULLS)$/.test(next))))
      return false;
    if (nulls) this.#at += 1;
    this.#put(',', place);
    this.#leaf({ kind: 'sort', word: nulls ? `NULLS ${next}` : upper, place });
    return true;
  }

  #name(token: Token): void {
    if (this.#peek(0)?.text === '(' && this.#peek(0)?.kind === 'symbol' && !this.#takesColumns())
      return this.#function(token);
    const n = this.#leaves.push({ kind: 'name', text: token.text, place: token.place }) - 1;
    this.#put(`i${n}`, token.place);
  }

  /** Whether the name at hand is a table's alias with columns behind it: `AS t (a, b)`, `FROM x t (a)`, `UNNEST(…) t (a)`, `WITH t (a) AS (`. */
  #takesColumns(): boolean {
    const last = this.#peek(-2);
    if (!last) return false;
    if (last.kind === 'quoted' || last.text === ')') return true;
    if (
      last.kind === 'word' &&
      (last.upper === 'AS' || last.upper === 'ORDINALITY' || !RESERVED.has(last.upper))
    )
      return !/^(SOME|ANY|ALL|LIMIT|ASC|DESC|FIRST|LAST)$/.test(last.upper);
    const close = matching(this.#tokens, this.#at);
    return this.#tokens[close + 1]?.upper === 'AS' && this.#tokens[close + 2]?.text === '(';
  }

  // ---------------------------------------------------------------- calls and literals

  #bareFunction(token: Token): void {
    if (this.#peek(0)?.text === '(')
      throw invalidSql(`'${token.text}' takes no parentheses here`, token.place);
    this.#function(token);
    this.#called = false;
    this.#put('( )', token.place);
  }

  #function({ text, place }: Token): void {
    const n = this.#leaves.push({ kind: 'function', name: text.toLowerCase(), place }) - 1;
    this.#put(`f${n}`, place);
    this.#called = true;
  }

  /** Calls that have a syntax of their own become plain ones. */
  #call(token: Token): boolean {
    const [next, then] = [this.#peek(0), this.#peek(1)];
    const opens = next?.kind === 'symbol' && next.text === '(';
    const begin = (name: string, frame: Frame, skip = 1): true => {
      this.#function({ ...token, text: name });
      this.#called = false;
      this.#put('(', token.place);
      this.#open(frame, token.place);
      this.#at += skip;
      return true;
    };
    if (token.upper === 'ARRAY' && next?.text === '[' && next.kind === 'symbol')
      return begin('array', { kind: 'array', commas: [] });
    if (!opens) return false;
    const plain = (...commas: string[]): Frame => ({ kind: 'plain', commas });
    switch (token.upper) {
      case 'CAST':
      case 'TRY_CAST':
        return begin(token.text, { kind: 'cast', commas: [] });
      case 'POSITION':
        return begin('strpos in', plain('IN'));
      case 'SUBSTRING':
        return begin('substring', plain('FROM', 'FOR'));
      case 'EXTRACT':
        return this.#extract(begin);
      case 'TRIM':
        return this.#trim(begin, then);
      case 'GROUPING':
        return this.#peek(-2)?.upper !== 'BY' && begin('grouping', plain());
      default:
        return false;
    }
  }

  #trim(begin: (name: string, frame: Frame, skip?: number) => true, first: Token | undefined): true {
    const frame: Frame = { kind: 'plain', commas: ['FROM'] };
    const side = /^(LEADING|TRAILING|BOTH)$/.exec(first?.upper ?? '')?.[1];
    if (side === undefined) return begin('trim', frame);
    return begin(`trim ${side.toLowerCase()}`, frame, this.#peek(2)?.upper === 'FROM' ? 3 : 2);
  }

  #extract(begin: (name: string, frame: Frame, skip: number) => true): true {
    const [field, from] = [this.#peek(1), this.#peek(2)];
    if (field?.kind !== 'word' || from?.upper !== 'FROM')
      throw invalidSql('EXTRACT needs a field and FROM', field?.place);
    begin('extract', PLAIN, 3);
    this.#literal({ type: 'varchar', value: field.upper.toLowerCase() }, field.place);
    this.#put(',', field.place);
    return true;
  }

  #castType(place: Place): void {
    const end = matching(this.#tokens, this.#at, 1);
    const type = typeOfTokens(this.#tokens.slice(this.#at, end));
    this.#at = end;
    this.#put(',', place);
    this.#leaf({ kind: 'type', type, place });
  }

  /** `TIMESTAMP '…'`, `DATE '…'`, `INTERVAL '…' DAY`. */
  #typedLiteral(token: Token): boolean {
    const next = this.#peek(0);
    const signed = next?.kind === 'symbol' && (next.text === '-' || next.text === '+');
    const value = signed ? this.#peek(1) : next;
    if (value?.kind !== 'string') return false;
    if (token.upper === 'INTERVAL') {
      const { literal, used } = intervalLiteral(
        this.#tokens.slice(this.#at + (signed ? 1 : 0)),
        signed && next.text === '-',
      );
      this.#at += used + (signed ? 1 : 0);
      this.#literal(literal, token.place);
      return true;
    }
    const literal = signed ? undefined : typedLiteral(token.upper, value);
    if (!literal) return false;
    this.#at += 1;
    this.#literal(literal, token.place);
    return true;
  }

  #literal(literal: Literal, place: Place): void {
    this.#leaf({ kind: 'literal', literal, place });
  }

  #leaf(leaf: Leaf): void {
    const n = this.#leaves.push(leaf) - 1;
    this.#put(`'s${n}'`, leaf.place);
  }

  // ---------------------------------------------------------------- parameters

  #parameter({ place }: Token): void {
    if (this.#options.anyParameters === true) return this.#put('NULL', place);
    const value = this.#options.parameters?.[this.#parameters];
    this.#parameters += 1;
    if (value === undefined) return this.#checkParameters(place);
    const read = parameterValue(value, place);
    if (typeof read === 'string') this.#put(read, place);
    else this.#literal(read, place);
  }

  #checkParameters(place?: Place): void {
    if (this.#options.anyParameters === true) return;
    const given = this.#options.parameters?.length ?? 0;
    const wanted = Math.max(
      this.#parameters,
      this.#tokens.filter(({ text, kind }) => kind === 'symbol' && text === '?').length,
    );
    if (given !== wanted)
      throw invalidSql(`Incorrect number of parameters: expected ${wanted} but found ${given}`, place);
  }

  // ---------------------------------------------------------------- text

  #peek(ahead: number): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #put(text: string, place: Place): void {
    this.#starts.push({ offset: this.#text.length, place });
    this.#text += `${text} `;
  }

  #placeAt(offset: number): Place | undefined {
    return this.#starts.findLast((start) => start.offset <= offset)?.place;
  }
}
