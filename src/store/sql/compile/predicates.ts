import { invalidSql } from '../invalid-sql.ts';
import type { Expr } from '../tree/syntax.ts';
import { BOOLEAN, typeName, VARCHAR, type Type } from '../types/type.ts';
import { coerce, commonType, unify } from './coerce.ts';
import type { Context } from './context.ts';
import { compare, equals } from './operators.ts';
import { quote, type Value } from './value.ts';

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

/** Literals become a set; the rest is compared one by one, so that NULLs among them count as Trino counts them. */
export function inValue(context: Context, { of, values, place }: Of<'in'>): Value {
  const left = context.compile(context, of);
  const list = values.map((value) => context.compile(context, value));
  const constant = list.every(({ constant: text }) => text !== undefined) && left.type.kind !== 'row';
  if (!constant) {
    const parts = list.map((right, n) => equals(left, right, values[n]?.place).sql);
    return { sql: `(${parts.join(' OR ')})`, type: BOOLEAN };
  }
  const all = unify([left, ...list], mismatch('IN value and list items must be the same type', place));
  const [first, ...rest] = all.values;
  return { sql: `(${first?.sql ?? ''} IN (${rest.map(({ sql }) => sql).join(', ')}))`, type: BOOLEAN };
}

const mismatch = (what: string, place: Expr['place']) => (a: Type, b: Type) =>
  invalidSql(`${what}: ${typeName(a)} and ${typeName(b)}`, place);

/** A NULL among what the sub-query gives makes "not among it" unknown. */
export function inQueryValue(context: Context, { of, query, place }: Of<'in query'>, not: boolean): Value {
  const left = context.compile(context, of);
  const { sql, columns } = context.statement.query(query, context.scope);
  const [column, ...more] = columns;
  if (!column || more.length > 0) throw invalidSql('the sub-query of IN must have one column', place);
  const type = commonType(left.type, column.value.type);
  if (!type)
    throw mismatch('value and result of subquery must be of the same type for IN expression', place)(
      left.type,
      column.value.type,
    );
  const name = context.statement.fresh('q');
  const inner = coerce({ ...column.value, sql: `${name}.${column.value.sql}` }, type, place).sql;
  const among = `(SELECT ${inner} FROM (${sql}) AS ${name})`;
  const found = `(${coerce(left, type, place).sql} IN ${among})`;
  if (!not) return { sql: found, type: BOOLEAN };
  const nulls = `(SELECT countIf(isNull(${inner})) FROM (${sql}) AS ${name})`;
  return { sql: `if(${found}, false, if(${nulls} > 0, NULL, NOT ${found}))`, type: BOOLEAN };
}

export function betweenValue(context: Context, { of, low, high }: Of<'between'>): Value {
  const [value, from, to] = [of, low, high].map((one) => context.compile(context, one)) as [
    Value,
    Value,
    Value,
  ];
  const parts = [compare('>=', value, from, low.place), compare('<=', value, to, high.place)];
  return { sql: `(${parts.map(({ sql }) => sql).join(' AND ')})`, type: BOOLEAN };
}

/** Trino's LIKE has no escape character unless one is named; the engine's always has the backslash. */
export function likeValue(context: Context, { of, pattern, escape, place }: Of<'like'>): Value {
  const [value, like] = [of, pattern].map((one) => text(context.compile(context, one), one)) as [
    Value,
    Value,
  ];
  const sign = escape && text(context.compile(context, escape), escape).constant;
  if (escape && (sign === undefined || [...sign].length !== 1))
    throw invalidSql('Escape string must be a single character', escape.place);
  if (like.constant !== undefined)
    return { sql: `like(${value.sql}, ${quote(enginePattern(like.constant, sign, place))})`, type: BOOLEAN };
  if (sign !== undefined) throw invalidSql('with ESCAPE the pattern must be a literal', escape?.place);
  return { sql: `like(${value.sql}, replaceAll(${like.sql}, '\\\\', '\\\\\\\\'))`, type: BOOLEAN };
}

function text(value: Value, { place }: Expr): Value {
  if (value.type.kind === 'unknown') return coerce(value, VARCHAR);
  if (value.type.kind !== 'varchar') throw invalidSql(`LIKE needs text, not ${typeName(value.type)}`, place);
  return value;
}

function enginePattern(pattern: string, escape: string | undefined, place: Expr['place']): string {
  let out = '';
  const signs = [...pattern];
  for (let n = 0; n < signs.length; n++) {
    const sign = signs[n] ?? '';
    if (sign === escape) {
      const next = signs[++n];
      if (next !== '%' && next !== '_' && next !== escape)
        throw invalidSql(
          "Escape character must be followed by '%', '_' or the escape character itself",
          place,
        );
      out += /[%_\\]/.test(next) ? `\\${next}` : next;
    } else out += sign === '\\' ? '\\\\' : sign;
  }
  return out;
}
