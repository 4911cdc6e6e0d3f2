import { invalidSql } from '../invalid-sql.ts';
import { tokenize, type Token } from '../parse/tokens.ts';
import {
  arrayOf,
  decimalOf,
  mapOf,
  rowOf,
  timestampTz,
  type Field,
  type ScalarKind,
  type Type,
} from './type.ts';

/** Names of types, Trino's and Hive's. */
const SCALARS: Readonly<Record<string, ScalarKind>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INTEGER: 'integer',
  INT: 'integer',
  BIGINT: 'bigint',
  REAL: 'real',
  FLOAT: 'real',
  DOUBLE: 'double',
  VARCHAR: 'varchar',
  CHAR: 'varchar',
  STRING: 'varchar',
  VARBINARY: 'varbinary',
  BINARY: 'varbinary',
  JSON: 'json',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  UNKNOWN: 'unknown',
};

/** Reads Trino's or Hive's text of a type. Throws INVALID_SQL. */
export function parseType(text: string): Type {
  return typeOfTokens(tokenize(text.replace(/:/g, ' ')));
}

/** All of the tokens are one type. */
export function typeOfTokens(tokens: readonly Token[]): Type {
  const reader = new TypeReader(tokens);
  const type = reader.type();
  if (!reader.done) throw reader.unexpected();
  return type;
}

class TypeReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  type(): Type {
    const { upper } = this.#next();
    if (upper === 'ARRAY') return this.#list(([element]) => arrayOf(element));
    if (upper === 'MAP') return this.#list(([key, value]) => mapOf(key, value ?? key));
    if (upper === 'ROW' || upper === 'STRUCT') return rowOf(this.#fields());
    if (upper === 'DECIMAL' || upper === 'NUMERIC') {
      const [precision = 38, scale = 0] = this.#numbers();
      return decimalOf(precision, scale);
    }
    if (upper === 'INTERVAL') return this.#interval();
    const kind = Object.hasOwn(SCALARS, upper) ? SCALARS[upper] : undefined;
    if (kind === undefined) throw this.#unknown();
    this.#numbers();
    if (upper === 'DOUBLE') this.#skip('PRECISION');
    return kind === 'timestamp' ? this.#timestamp() : { kind };
  }

  unexpected(): Error {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    return invalidSql(`mismatched input '${token?.text ?? ''}' in a type`, token?.place);
  }

  #interval(): Type {
    const days = this.#skip('DAY') && this.#skip('TO') && this.#skip('SECOND');
    if (days) return { kind: 'interval day to second' };
    if (this.#skip('YEAR') && this.#skip('TO') && this.#skip('MONTH'))
      return { kind: 'interval year to month' };
    throw this.unexpected();
  }

  #timestamp(): Type {
    const zoned = this.#skip('WITH');
    if (!zoned && !this.#skip('WITHOUT')) return { kind: 'timestamp' };
    if (!this.#skip('TIME') || !this.#skip('ZONE')) throw this.unexpected();
    return zoned ? timestampTz('UTC') : { kind: 'timestamp' };
  }

  /** `(a, b)` or Hive's `<a, b>`. */
  #list(make: (types: readonly [Type, ...Type[]]) => Type): Type {
    const close = this.#open();
    const types: [Type, ...Type[]] = [this.type()];
    while (this.#skip(',')) types.push(this.type());
    this.#close(close);
    return make(types);
  }

  #fields(): readonly Field[] {
    const close = this.#open();
    const fields: Field[] = [];
    do {
      const [name, next] = [this.#tokens[this.#at], this.#tokens[this.#at + 1]];
      const named =
        next !== undefined &&
        (next.kind === 'word' || next.kind === 'quoted') &&
        next.upper !== 'PRECISION' &&
        next.upper !== 'WITH';
      if (named && name) this.#at += 1;
      fields.push({ name: named ? name?.text.toLowerCase() : undefined, type: this.type() });
    } while (this.#skip(','));
    this.#close(close);
    return fields;
  }

  #numbers(): readonly number[] {
    if (!this.#skip('(')) return [];
    const numbers: number[] = [];
    do {
      const token = this.#next();
      if (!/^\d{1,9}$/.test(token.text)) throw this.unexpected();
      numbers.push(Number(token.text));
    } while (this.#skip(','));
    this.#close(')');
    return numbers;
  }

  #open(): string {
    if (this.#skip('(')) return ')';
    if (this.#skip('<')) return '>';
    throw this.unexpected();
  }

  #close(symbol: string): void {
    if (!this.#skip(symbol)) throw this.unexpected();
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (!token) throw this.unexpected();
    this.#at += 1;
    return token;
  }

  #skip(upper: string): boolean {
    if (this.#tokens[this.#at]?.upper !== upper) return false;
    this.#at += 1;
    return true;
  }

  #unknown(): Error {
    const token = this.#tokens[this.#at - 1];
    return invalidSql(`Unknown type: ${token?.text ?? ''}`, token?.place);
  }
}
