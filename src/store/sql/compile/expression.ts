import { callValue } from '../functions/call.ts';
import { invalidSql } from '../invalid-sql.ts';
import type { CaseExpr, Expr, Name } from '../tree/syntax.ts';
import { shapeOf } from '../tree/walk.ts';
import {
  BIGINT,
  BOOLEAN,
  decimalOf,
  DAYS,
  DOUBLE,
  INTEGER,
  isNumeric,
  MONTHS,
  rowOf,
  typeName,
  UNKNOWN,
  VARCHAR,
} from '../types/type.ts';
import { choose } from './choose.ts';
import { resolve, ungrouped, unresolved, type Context, type Grouping, type ScopeColumn } from './context.ts';
import { condition, binaryValue, equals } from './operators.ts';
import { betweenValue, inQueryValue, inValue, likeValue } from './predicates.ts';
import { subscriptValue } from './subscript.ts';
import { dateLiteral, timestampLiteral } from './time-text.ts';
import { nullness, quote, type Value } from './value.ts';
import { zoned } from './zone.ts';

/** An expression in the engine's SQL. Throws INVALID_SQL. */
export function compileExpression(context: Context, expr: Expr): Value {
  if (!context.grouping || expr.kind === 'lambda') return compile(context, expr);
  return asKey(context, context.grouping, expr) ?? compile(context, expr);
}

/** A key of GROUP BY, wherever in an expression it stands, is itself. */
function asKey(context: Context, { keys, shapes, chains }: Grouping, expr: Expr): Value | undefined {
  const chain = expr.kind === 'binary' && (expr.operator === 'and' || expr.operator === 'or');
  const constant = expr.kind === 'literal' || expr.kind === 'number' || expr.kind === 'null';
  if (constant || (chain && !chains)) return undefined;
  const same = shapes.size > 0 ? shapes.get(shapeOf(expr)) : undefined;
  if (same) return same;
  try {
    const alone = { ...context, grouping: undefined, lenient: false, aggregates: 'a key of GROUP BY' };
    const value = compile(alone, expr);
    return keys.has(value.sql) ? value : undefined;
  } catch {
    return undefined;
  }
}

function compile(context: Context, expr: Expr): Value {
  const of = (one: Expr) => context.compile(context, one);
  switch (expr.kind) {
    case 'column':
      return columnValue(context, expr.path);
    case 'field':
      return fieldOf(of(expr.of), expr.name);
    case 'negative':
      return negative(of(expr.of), expr);
    case 'not':
      return expr.of.kind === 'in query'
        ? inQueryValue(context, expr.of, true)
        : { sql: `(NOT ${condition(of(expr.of), expr.of.place).sql})`, type: BOOLEAN };
    case 'binary':
      return binaryValue(context, expr);
    case 'case':
      return caseValue(context, expr);
    case 'is null':
      return { sql: nullness(of(expr.of)), type: BOOLEAN };
    case 'exists':
      return { sql: `exists(${context.statement.query(expr.query, context.scope).sql})`, type: BOOLEAN };
    case 'scalar':
      return scalarValue(context, expr);
    case 'call':
      return callValue(context, expr);
    default:
      return otherValue(context, expr);
  }
}

function otherValue(context: Context, expr: Constant | Predicate | Structure): Value {
  switch (expr.kind) {
    case 'number':
    case 'literal':
    case 'null':
    case 'boolean':
      return constantValue(expr);
    case 'in':
    case 'in query':
    case 'between':
    case 'like':
      return predicateValue(context, expr);
    default:
      return structureValue(context, expr);
  }
}

type Structure = Extract<Expr, { kind: 'subscript' | 'row' | 'at zone' | 'lambda' | 'type' }>;

function structureValue(context: Context, expr: Structure): Value {
  const of = (one: Expr) => context.compile(context, one);
  switch (expr.kind) {
    case 'subscript':
      return subscriptValue(of(expr.of), of(expr.index), expr.place);
    case 'row': {
      const items = expr.items.map(of);
      return {
        sql: `tuple(${items.map(({ sql }) => sql).join(', ')})`,
        type: rowOf(items.map(({ type }) => ({ name: undefined, type }))),
      };
    }
    case 'at zone':
      return zoned(of(expr.of), of(expr.zone), expr.place);
    case 'lambda':
      throw invalidSql('a lambda can only be the argument of a function that takes one', expr.place);
    case 'type':
      throw invalidSql('a type can only be in CAST', expr.place);
  }
}

type Constant = Extract<Expr, { kind: 'number' | 'literal' | 'null' | 'boolean' }>;

function constantValue(expr: Constant): Value {
  switch (expr.kind) {
    case 'number':
      return numberValue(expr.text);
    case 'literal':
      return literalValue(expr);
    case 'null':
      return { sql: 'NULL', type: UNKNOWN };
    case 'boolean':
      return { sql: String(expr.value), type: BOOLEAN, constant: String(expr.value) };
  }
}

type Predicate = Extract<Expr, { kind: 'in' | 'in query' | 'between' | 'like' }>;

function predicateValue(context: Context, expr: Predicate): Value {
  switch (expr.kind) {
    case 'in':
      return inValue(context, expr);
    case 'in query':
      return inQueryValue(context, expr, false);
    case 'between':
      return betweenValue(context, expr);
    case 'like':
      return likeValue(context, expr);
  }
}

// ---------------------------------------------------------------- names

function columnValue(context: Context, path: readonly [Name, ...Name[]]): Value {
  const [first, ...rest] = path;
  const parameter = context.lambdas.findLast((names) => names.has(first.lower))?.get(first.lower);
  if (parameter) return rest.reduce(fieldOf, parameter);
  const alias = path.length === 1 ? context.aliases?.get(first.lower) : undefined;
  if (alias) return alias;
  const found = resolve(context.scope, path);
  if (!found) throw unresolved(path, first.place);
  const fields = path.slice(found.used);
  if (!context.grouping || found.outer) return leafOf(found.column, fields);
  const text = path.map(({ lower }) => lower).join('.');
  return (
    fieldOfKey(context.grouping, found.column, fields) ??
    ungrouped(leafOf(found.column, fields), context.grouping, { text, place: first.place })
  );
}

/** A field of a row that is a key is one value for each group, as the key is. */
function fieldOfKey({ keys }: Grouping, column: ScopeColumn, fields: readonly Name[]): Value | undefined {
  for (let used = fields.length; used >= 0; used--) {
    const value = leafOf(column, fields.slice(0, used));
    if (keys.has(value.sql)) return fields.slice(used).reduce(fieldOf, value);
  }
  return undefined;
}

/** A field of a column's row, read alone where the table has it as a column too. */
function leafOf({ value, leaf }: ScopeColumn, path: readonly Name[]): Value {
  const found = path.reduce(fieldOf, value);
  const isScalar = found.type.kind !== 'row' && found.type.kind !== 'array' && found.type.kind !== 'map';
  if (leaf === undefined || path.length === 0 || !isScalar) return found;
  return { sql: leaf(path.map(({ lower }) => lower).join('.')), type: found.type };
}

export function fieldOf(value: Value, name: Name): Value {
  const fields = value.type.kind === 'row' ? value.type.fields : undefined;
  const at = fields?.findIndex((field) => field.name === name.lower) ?? -1;
  const field = fields?.[at];
  if (!field)
    throw invalidSql(
      fields
        ? `Column '${name.text}' cannot be resolved: there is no such field in the row`
        : `Expression of type ${typeName(value.type)} is not of type ROW: it has no field '${name.text}'`,
      name.place,
    );
  const element = field.name === undefined ? at + 1 : quote(field.name);
  return { sql: `tupleElement(${value.sql}, ${element})`, type: field.type, absent: true };
}

// ---------------------------------------------------------------- literals

function numberValue(text: string): Value {
  if (/e/i.test(text)) return { sql: `toFloat64(${quote(text)})`, type: DOUBLE, constant: text };
  if (/^\d+$/.test(text)) {
    const digits = BigInt(text);
    if (digits > 9_223_372_036_854_775_807n) throw invalidSql(`Invalid numeric literal: ${text}`);
    return {
      sql: String(digits),
      type: digits > 2_147_483_647n ? BIGINT : INTEGER,
      constant: String(digits),
    };
  }
  const [whole = '', fraction = ''] = text.split('.');
  const precision = whole.replace(/^0+/, '').length + fraction.length;
  if (precision > 38) throw invalidSql(`Invalid decimal literal: ${text}`);
  const plain = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  const type = decimalOf(precision, fraction.length);
  return { sql: `toDecimal128(${quote(plain)}, ${fraction.length})`, type, constant: plain };
}

function literalValue({ literal, place }: Extract<Expr, { kind: 'literal' }>): Value {
  switch (literal.type) {
    case 'varchar':
      return { sql: quote(literal.value), type: VARCHAR, constant: literal.value };
    case 'date':
      return dateLiteral(literal.value, place);
    case 'timestamp':
      return timestampLiteral(literal.value, place);
    case 'interval day to second':
      return { sql: `toInt64(${literal.value})`, type: DAYS, constant: String(literal.value) };
    case 'interval year to month':
      return { sql: `toInt64(${literal.value})`, type: MONTHS, constant: String(literal.value) };
  }
}

function negative(value: Value, { place }: Expr): Value {
  if (!isNumeric(value.type) && !value.type.kind.startsWith('interval') && value.type.kind !== 'unknown')
    throw invalidSql(`Cannot negate ${typeName(value.type)}`, place);
  return {
    sql: `negate(${value.sql})`,
    type: value.type,
    constant: value.constant === undefined ? undefined : `-${value.constant}`,
  };
}

// ---------------------------------------------------------------- CASE and sub-queries

function caseValue(context: Context, expr: CaseExpr & { readonly place: Expr['place'] }): Value {
  const of = (one: Expr) => context.compile(context, one);
  const operand = expr.operand && of(expr.operand);
  const conditions = expr.whens.map(({ when }) =>
    operand ? equals(operand, of(when), when.place) : condition(of(when), when.place),
  );
  const results = [
    ...expr.whens.map(({ then }) => of(then)),
    expr.otherwise ? of(expr.otherwise) : { sql: 'NULL', type: UNKNOWN },
  ];
  return choose(conditions, results, expr.place);
}

function scalarValue(context: Context, expr: Extract<Expr, { kind: 'scalar' }>): Value {
  const { sql, columns } = context.statement.query(expr.query, context.scope);
  const [column, ...more] = columns;
  if (!column) throw invalidSql('a sub-query has no column', expr.place);
  if (more.length > 0)
    throw invalidSql('Multiple columns returned by subquery are not yet supported', expr.place);
  return { sql: `(${sql})`, type: column.value.type, absent: true };
}
