import { invalidSql } from '../invalid-sql.ts';
import { coerce } from '../compile/coerce.ts';
import type { Context } from '../compile/context.ts';
import { condition } from '../compile/operators.ts';
import { engineType, nullness, quote, type Value } from '../compile/value.ts';
import type { CallExpr, Expr } from '../tree/syntax.ts';
import {
  BOOLEAN,
  DOUBLE,
  isInteger,
  isNumeric,
  isTime,
  TIMESTAMP,
  typeName,
  VARCHAR,
  type Type,
} from '../types/type.ts';

/** A call at hand: its arguments, read as the function needs them. Each reader throws INVALID_SQL for what does not fit. */
export class Call {
  readonly context: Context;
  readonly expr: CallExpr & { readonly place: Expr['place'] };

  constructor(context: Context, expr: CallExpr & { readonly place: Expr['place'] }) {
    this.context = context;
    this.expr = expr;
  }

  get count(): number {
    return this.expr.args.length;
  }

  get lenient(): boolean {
    return this.context.lenient;
  }

  argument(n: number): Expr {
    const arg = this.expr.args[n];
    if (!arg) throw this.fail(`Unexpected parameters for function ${this.expr.name}: ${this.count} given`);
    return arg;
  }

  value(n: number): Value {
    return this.context.compile(this.context, this.argument(n));
  }

  values(from = 0): readonly Value[] {
    return this.expr.args.slice(from).map((_, n) => this.value(from + n));
  }

  text(n: number): Value {
    const value = this.value(n);
    if (value.type.kind === 'unknown') return coerce(value, VARCHAR);
    if (value.type.kind !== 'varchar') throw this.#mismatch(n, value, 'varchar');
    return value;
  }

  /** Text or JSON. */
  json(n: number): Value {
    const value = this.value(n);
    return value.type.kind === 'json' ? value : this.text(n);
  }

  /** Text known when the statement is read. */
  constant(n: number): string {
    const { constant } = this.text(n);
    if (constant === undefined) throw this.fail(`argument ${n + 1} of ${this.expr.name} must be a literal`);
    return constant;
  }

  integer(n: number): Value {
    const value = this.value(n);
    if (value.type.kind !== 'unknown' && !isInteger(value.type)) throw this.#mismatch(n, value, 'bigint');
    return value;
  }

  number(n: number): Value {
    const value = this.value(n);
    if (value.type.kind !== 'unknown' && !isNumeric(value.type)) throw this.#mismatch(n, value, 'a number');
    return value;
  }

  double(n: number): Value {
    return coerce(this.number(n), DOUBLE, this.argument(n).place);
  }

  boolean(n: number): Value {
    return condition(this.value(n), this.argument(n).place);
  }

  /** A date or timestamp; text is read as a timestamp. */
  time(n: number): Value {
    const value = this.value(n);
    if (isTime(value.type)) return value;
    if (value.type.kind === 'varchar' || value.type.kind === 'unknown')
      return coerce(value, TIMESTAMP, this.argument(n).place);
    throw this.#mismatch(n, value, 'timestamp');
  }

  array(n: number): Value & { readonly element: Type } {
    const value = this.value(n);
    if (value.type.kind !== 'array') throw this.#mismatch(n, value, 'array');
    return { ...value, element: value.type.element };
  }

  map(n: number): Value & { readonly key: Type; readonly element: Type } {
    const value = this.value(n);
    if (value.type.kind !== 'map') throw this.#mismatch(n, value, 'map');
    return { ...value, key: value.type.key, element: value.type.value };
  }

  binary(n: number): Value {
    const value = this.value(n);
    if (value.type.kind !== 'varbinary') throw this.#mismatch(n, value, 'varbinary');
    return value;
  }

  /** A lambda whose parameters have these types, as the engine writes it. */
  lambda(n: number, types: readonly Type[]): { readonly sql: string; readonly body: Value } {
    const expr = this.argument(n);
    if (expr.kind !== 'lambda') throw this.fail(`argument ${n + 1} of ${this.expr.name} must be a lambda`);
    if (expr.parameters.length !== types.length)
      throw this.fail(`the lambda of ${this.expr.name} takes ${types.length} parameters`);
    const depth = this.context.lambdas.length;
    const names = expr.parameters.map((_, at) => `l${depth}_${at}`);
    const scope = new Map(
      expr.parameters.map(({ lower }, at) => [
        lower,
        { sql: names[at] ?? '', type: types[at] ?? { kind: 'unknown' as const }, absent: true },
      ]),
    );
    const context: Context = {
      ...this.context,
      lambdas: [...this.context.lambdas, scope],
      aggregates: 'a lambda',
    };
    const body = context.compile(context, expr.body);
    return { sql: `(${names.join(', ')}) -> ${body.sql}`, body };
  }

  fail(message: string): Error {
    return invalidSql(message, this.expr.place);
  }

  #mismatch(n: number, value: Value, wanted: string): Error {
    return invalidSql(
      `Unexpected parameters for function ${this.expr.name}: argument ${n + 1} is ${typeName(value.type)}, not ${wanted}`,
      this.argument(n).place ?? this.expr.place,
    );
  }
}

export const bool = (sql: string): Value => ({ sql, type: BOOLEAN });
export const of = (type: Type, sql: string): Value => ({ sql, type });

/** What the engine cannot give NULL for, of arguments that may be: empty where one of them is NULL. `make` gets them without Nullable. */
export function container(
  type: Type,
  args: readonly Value[],
  make: (sure: readonly string[]) => string,
): Value {
  const sure = args.map(({ sql, constant, type: { kind } }) =>
    constant === undefined && kind !== 'array' && kind !== 'map' && kind !== 'row'
      ? `assumeNotNull(${sql})`
      : sql,
  );
  const unsure = args
    .filter(({ constant }) => constant === undefined)
    .map(nullness)
    .filter((sql) => sql !== 'false');
  const made = make(sure);
  if (unsure.length === 0) return { sql: made, type };
  const empty = `CAST(${type.kind === 'map' ? 'map()' : '[]'}, ${quote(engineType(type))})`;
  return {
    sql: `if(${unsure.join(' OR ')}, ${empty}, CAST(${made}, ${quote(engineType(type))}))`,
    type,
    absent: true,
  };
}

/** NULL where one of the arguments is, for what the engine makes of arrays and maps, which are never NULL there. */
export function nullWhere(args: readonly Value[], value: Value): Value {
  const unsure = args
    .filter(({ constant }) => constant === undefined)
    .map(nullness)
    .filter((sql) => sql !== 'false');
  return unsure.length === 0 ? value : { ...value, sql: `if(${unsure.join(' OR ')}, NULL, ${value.sql})` };
}
