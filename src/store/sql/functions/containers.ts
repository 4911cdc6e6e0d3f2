import { coerce, commonType, unify } from '../compile/coerce.ts';
import { subscriptValue } from '../compile/subscript.ts';
import { engineType, quote, type Value } from '../compile/value.ts';
import { arrayOf, BIGINT, isContainer, mapOf, rowOf, typeName, UNKNOWN, VARCHAR } from '../types/type.ts';
import { bool, nullWhere, of, type Call } from './call-args.ts';
import { one, takes, three, two, type Functions } from './spec.ts';

/** Of an array that keeps its type and, where it is NULL, its being NULL. */
const same = (name: string) =>
  one((call) => ({ ...call.array(0), sql: `${name}(${call.array(0).sql})`, constant: undefined }));

/** https://trino.io/docs/current/functions/array.html, …/functions/map.html */
export const CONTAINER_FUNCTIONS: Functions = {
  array: takes(0, 10_000, (call) => {
    const { values, type } = unify(call.values(), (a, b) =>
      call.fail(`All ARRAY elements must be the same type: ${typeName(a)}, ${typeName(b)}`),
    );
    return of(arrayOf(type), `[${values.map(({ sql }) => sql).join(', ')}]`);
  }),
  row: takes(1, 1000, (call) => {
    const items = call.values();
    return of(
      rowOf(items.map(({ type }) => ({ name: undefined, type }))),
      `tuple(${items.map(({ sql }) => sql).join(', ')})`,
    );
  }),
  map: takes(0, 2, (call) => {
    if (call.count === 0) return of(mapOf(VARCHAR, UNKNOWN), "CAST(map(), 'Map(String, Nullable(String))')");
    const [keys, values] = [call.array(0), call.array(1)];
    const type = mapOf(keys.element, values.element);
    return of(
      type,
      `mapFromArrays(CAST(${keys.sql}, ${quote(`Array(${engineType(keys.element, false)})`)}), ${values.sql})`,
    );
  }),
  element_at: two((call) => subscriptValue(call.value(0), call.value(1), call.expr.place)),
  cardinality: one((call) => {
    const value = call.value(0);
    if (value.type.kind !== 'array' && value.type.kind !== 'map')
      throw call.fail(`Unexpected parameters for function cardinality: ${typeName(value.type)}`);
    return nullWhere([value], of(BIGINT, `length(${value.sql})`));
  }),
  contains: two((call) => {
    const array = call.array(0);
    const wanted = sameKind(call, call.value(1), array.element);
    return nullWhere([array, wanted], bool(`has(${array.sql}, ${wanted.sql})`));
  }),
  array_contains: two((call) => CONTAINER_FUNCTIONS.contains?.compile(call) ?? call.value(0)),
  array_position: two((call) => {
    const array = call.array(0);
    const wanted = sameKind(call, call.value(1), array.element);
    return nullWhere([array, wanted], of(BIGINT, `indexOf(${array.sql}, ${wanted.sql})`));
  }),
  array_distinct: same('arrayDistinct'),
  array_sort: one((call) => ({ ...call.array(0), sql: `arraySort(${call.array(0).sql})` })),
  array_max: one((call) => extreme(call, 'arrayMax')),
  array_min: one((call) => extreme(call, 'arrayMin')),
  array_sum: one((call) =>
    nullWhere(
      [call.array(0)],
      of(call.array(0).element, `arraySum(arrayMap(e -> ifNull(e, 0), ${call.array(0).sql}))`),
    ),
  ),
  array_average: one((call) =>
    nullWhere(
      [call.array(0)],
      of(
        { kind: 'double' },
        `arrayAvg(arrayMap(e -> assumeNotNull(e), arrayFilter(e -> isNotNull(e), ${call.array(0).sql})))`,
      ),
    ),
  ),
  array_join: takes(2, 3, (call) => {
    const array = call.array(0);
    const other = call.count === 3 ? call.text(2).sql : undefined;
    const kept = other === undefined ? `arrayFilter(e -> isNotNull(e), ${array.sql})` : array.sql;
    const shown =
      other === undefined ? 'assumeNotNull(toString(e))' : `assumeNotNull(ifNull(toString(e), ${other}))`;
    return nullWhere(
      [array],
      of(VARCHAR, `arrayStringConcat(arrayMap(e -> ${shown}, ${kept}), assumeNotNull(${call.text(1).sql}))`),
    );
  }),
  array_union: two((call) => both(call, (a, b) => `arrayDistinct(arrayConcat(${a}, ${b}))`)),
  array_intersect: two((call) => both(call, (a, b) => `arrayIntersect(${a}, ${b})`)),
  array_except: two((call) =>
    both(call, (a, b) => `arrayDistinct(arrayFilter(e -> NOT has(${b}, e), ${a}))`),
  ),
  arrays_overlap: two((call) =>
    nullWhere([call.array(0), call.array(1)], bool(`hasAny(${call.array(0).sql}, ${call.array(1).sql})`)),
  ),
  array_remove: two((call) => {
    const array = call.array(0);
    const wanted = sameKind(call, call.value(1), array.element);
    return { ...array, sql: `arrayFilter(e -> NOT (e <=> ${wanted.sql}), ${array.sql})` };
  }),
  slice: three((call) => ({
    ...call.array(0),
    sql: `arraySlice(${call.array(0).sql}, ${call.integer(1).sql}, ${call.integer(2).sql})`,
    absent: false,
  })),
  trim_array: two((call) => ({
    ...call.array(0),
    sql: `arrayResize(${call.array(0).sql}, greatest(length(${call.array(0).sql}) - ${call.integer(1).sql}, 0))`,
  })),
  flatten: one((call) => {
    const outer = call.array(0);
    if (outer.element.kind !== 'array') throw call.fail('flatten needs an array of arrays');
    return { ...outer, sql: `arrayFlatten(${outer.sql})`, type: outer.element };
  }),
  repeat: two((call) =>
    of(
      arrayOf(call.value(0).type),
      `arrayWithConstant(assumeNotNull(${call.integer(1).sql}), ${call.value(0).sql})`,
    ),
  ),
  sequence: takes(2, 3, (call) => {
    const [from, to] = [call.integer(0).sql, call.integer(1).sql];
    const step = call.count === 3 ? call.integer(2).sql : `if(${from} <= ${to}, 1, -1)`;
    return of(
      arrayOf(BIGINT),
      `range(toInt64(${from}), toInt64(${to}) + if(${step} > 0, 1, -1), toInt64(${step}))`,
    );
  }),
  zip: takes(2, 5, (call) => {
    const arrays = call.values().map((_, n) => call.array(n));
    return of(
      arrayOf(rowOf(arrays.map(({ element }) => ({ name: undefined, type: element })))),
      `arrayZipUnaligned(${arrays.map(({ sql }) => sql).join(', ')})`,
    );
  }),
  map_keys: one((call) => ({
    sql: `mapKeys(${call.map(0).sql})`,
    type: arrayOf(call.map(0).key),
    absent: call.map(0).absent,
  })),
  map_values: one((call) => ({
    sql: `mapValues(${call.map(0).sql})`,
    type: arrayOf(call.map(0).element),
    absent: call.map(0).absent,
  })),
  map_entries: one((call) => {
    const { sql, key, element, absent } = call.map(0);
    const row = rowOf([
      { name: undefined, type: key },
      { name: undefined, type: element },
    ]);
    return { sql: `arrayZip(mapKeys(${sql}), mapValues(${sql}))`, type: arrayOf(row), absent };
  }),
  map_from_entries: one((call) => {
    const { sql, element } = call.array(0);
    if (element.kind !== 'row' || element.fields.length !== 2)
      throw call.fail('map_from_entries needs an array of pairs');
    const type = mapOf(element.fields[0]?.type ?? UNKNOWN, element.fields[1]?.type ?? UNKNOWN);
    return of(type, `CAST(${sql}, ${quote(engineType(type))})`);
  }),
  map_concat: takes(2, 20, (call) => {
    const maps = call.values().map((_, n) => call.map(n));
    const type = maps.map(({ type: each }) => each).reduce((a, b) => commonType(a, b) ?? a);
    return of(
      type,
      maps.map((map) => coerce(map, type).sql).reduce((a, b) => `mapUpdate(${a}, ${b})`),
    );
  }),
};

function sameKind(call: Call, value: Value, element: Value['type']): Value {
  if (!commonType(value.type, element))
    throw call.fail(
      `Unexpected parameters for function ${call.expr.name}: ${typeName(element)} and ${typeName(value.type)}`,
    );
  return coerce(value, element, call.expr.place);
}

function extreme(call: Call, name: string): Value {
  const { sql, element } = call.array(0);
  if (isContainer(element)) return of(element, `${name}(${sql})`);
  const known = `arrayMap(e -> assumeNotNull(e), ${sql})`;
  return of(element, `if(empty(${sql}) OR arrayExists(e -> isNull(e), ${sql}), NULL, ${name}(${known}))`);
}

function both(call: Call, make: (a: string, b: string) => string): Value {
  const { values, type } = unify([call.array(0), call.array(1)], (a, b) =>
    call.fail(`Unexpected parameters for function ${call.expr.name}: ${typeName(a)} and ${typeName(b)}`),
  );
  const [a, b] = values;
  return of(type, make(a?.sql ?? '', b?.sql ?? ''));
}
