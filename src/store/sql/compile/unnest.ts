import { invalidSql } from '../invalid-sql.ts';
import type { Unnest } from '../tree/syntax.ts';
import { BIGINT, rowOf, typeName, type Type } from '../types/type.ts';
import { contextOf } from './context-of.ts';
import { compileExpression } from './expression.ts';
import type { Scope, ScopeColumn, Statement } from './context.ts';
import { wrapped, type From } from './wrapped.ts';
import { engineType, nullOf, quote, type Value } from './value.ts';

type Unnesting = {
  readonly statement: Statement;
  readonly outer: Scope;
  readonly unnest: Unnest;
  /** What it is joined to. */
  readonly left: From | undefined;
  /** LEFT JOIN: a row without elements stays. */
  readonly keepEmpty: boolean;
};

/** UNNEST is a sub-query around what stands left of it, with the elements as columns more. */
export function unnested({ statement, outer, unnest, left, keepEmpty }: Unnesting): From {
  const scope: Scope = { ...outer, columns: left?.columns ?? [] };
  const context = { ...contextOf(statement, scope), aggregates: 'UNNEST' };
  const arrays = unnest.values.map((expr) => elementsOf(compileExpression(context, expr), expr.place));
  const name = statement.fresh('u');
  const from = left ?? { sql: '(SELECT 1) AS ' + statement.fresh('t'), columns: [] };
  const inner = wrapped(statement, from, [`arrayJoin(${zipped(arrays, keepEmpty)}) AS ${name}`]);
  const table = inner.sql.slice(inner.sql.lastIndexOf(' ') + 1);
  const made = columnsOf(arrays, `${table}.${name}`, unnest);
  return { sql: inner.sql, columns: [...inner.columns, ...named(made, unnest)] };
}

/** Element and position, as an array of rows. */
function zipped(arrays: readonly Value[], keepEmpty: boolean): string {
  const longest =
    arrays.length === 1
      ? `length(${arrays[0]?.sql ?? ''})`
      : `greatest(${arrays.map(({ sql }) => `length(${sql})`).join(', ')})`;
  const positions = `range(1, toUInt64(${longest}) + 1)`;
  const kept = keepEmpty ? `if(${longest} = 0, [toUInt64(0)], ${positions})` : positions;
  const elements = arrays.map(({ sql, type }) => {
    const element = type.kind === 'array' ? type.element : type;
    const container = element.kind === 'array' || element.kind === 'map' || element.kind === 'row';
    if (!container) return `arrayElementOrNull(${sql}, pos)`;
    // Position 0 is of a row that has no elements: the element's empty value.
    return `if(pos = 0, ${nullOf(element).sql}, CAST(arrayElement(${sql}, pos), ${quote(engineType(element))}))`;
  });
  const rows = `arrayMap(pos -> tuple(pos, ${elements.join(', ')}), ${kept})`;
  return rows;
}

/** A map is the array of its entries. */
function elementsOf(value: Value, place: Unnest['values'][number]['place']): Value {
  const { type } = value;
  if (type.kind === 'array') return value;
  if (type.kind !== 'map') throw invalidSql(`Cannot unnest type: ${typeName(type)}`, place);
  const row = rowOf([
    { name: 'key', type: type.key },
    { name: 'value', type: type.value },
  ]);
  const element: Type = { kind: 'array', element: row };
  return {
    sql: `CAST(CAST(${value.sql}, ${quote(engineType(type))}), ${quote(`Array(Tuple(key ${engineType(type.key, false)}, value ${engineType(type.value)}))`)})`,
    type: element,
  };
}

type Made = { readonly value: Value; readonly shown: string | undefined; readonly fields: readonly Made[] };

function columnsOf(arrays: readonly Value[], row: string, unnest: Unnest): readonly Made[] {
  const made = arrays.map(({ type }, n): Made => {
    const element = type.kind === 'array' ? type.element : type;
    const value: Value = { sql: `tupleElement(${row}, ${n + 2})`, type: element, absent: true };
    const fields = element.kind === 'row' ? element.fields : [];
    return {
      value,
      shown: undefined,
      fields: fields.map((field, at) => ({
        value: { sql: `tupleElement(${value.sql}, ${at + 1})`, type: field.type, absent: true },
        shown: field.name,
        fields: [],
      })),
    };
  });
  const position: Made = {
    value: { sql: `if(tupleElement(${row}, 1) = 0, NULL, tupleElement(${row}, 1))`, type: BIGINT },
    shown: undefined,
    fields: [],
  };
  return unnest.ordinality ? [...made, position] : made;
}

/**
 * Trino makes a column of each field of a row; Athena's older engine, and AWS's examples for CloudTrail, make one column of the row.
 * How many names the alias gives tells which is meant; without names, Trino's way.
 */
function named(made: readonly Made[], { alias }: Unnest): readonly ScopeColumn[] {
  const split = made.flatMap((one) => (one.fields.length > 0 ? one.fields : [one]));
  const names = alias?.columns ?? [];
  const columns = names.length === 0 || names.length === split.length ? split : made;
  if (names.length > 0 && names.length !== columns.length)
    throw invalidSql(
      `Column alias list has ${names.length} entries but relation has ${split.length} columns`,
      names[0]?.place,
    );
  return columns.map(({ value, shown }, n) => ({
    name: names[n]?.lower ?? shown,
    shown: names[n]?.text ?? shown ?? `_col${n}`,
    qualifier: alias ? [alias.name.lower] : [],
    value,
  }));
}
