import { arrayOf, BOOLEAN, mapOf } from '../types/type.ts';
import { engineType, quote } from '../compile/value.ts';
import { coerce } from '../compile/coerce.ts';
import { bool, of, nullWhere, type Call } from './call-args.ts';
import { three, two, takes, type Functions } from './spec.ts';

/** Functions that take lambdas. https://trino.io/docs/current/functions/lambda.html */
export const LAMBDA_FUNCTIONS: Functions = {
  transform: two((call) => {
    const array = call.array(0);
    const { sql, body } = call.lambda(1, [array.element]);
    return { sql: `arrayMap(${sql}, ${array.sql})`, type: arrayOf(body.type), absent: array.absent };
  }),
  filter: two((call) => of(call.array(0).type, `arrayFilter(${test(call)}, ${call.array(0).sql})`)),
  any_match: two((call) =>
    nullWhere([call.array(0)], bool(`arrayExists(${test(call)}, ${call.array(0).sql})`)),
  ),
  all_match: two((call) => nullWhere([call.array(0)], bool(`arrayAll(${test(call)}, ${call.array(0).sql})`))),
  none_match: two((call) =>
    nullWhere([call.array(0)], bool(`NOT arrayExists(${test(call)}, ${call.array(0).sql})`)),
  ),
  find_first: two((call) => {
    const { element, sql } = call.array(0);
    return of(element, `arrayElementOrNull(arrayFilter(${test(call)}, ${sql}), 1)`);
  }),
  reduce: takes(4, 4, (call) => {
    const array = call.array(0);
    const start = call.value(1);
    const first = call.lambda(2, [start.type, array.element]).body.type;
    const state = coerce(start, first);
    const step = call.lambda(2, [first, array.element]);
    const last = call.lambda(3, [first]);
    const folded = `arrayFold(${step.sql.replace(/-> /, `-> CAST(`)}, ${quote(engineType(first))}), ${array.sql}, CAST(${state.sql}, ${quote(engineType(first))}))`;
    const depth = call.context.lambdas.length;
    return of(last.body.type, `arrayElement(arrayMap(${`l${depth}_0`} -> ${last.body.sql}, [${folded}]), 1)`);
  }),
  zip_with: three((call) => {
    const [a, b] = [call.array(0), call.array(1)];
    const { sql, body } = call.lambda(2, [a.element, b.element]);
    const longest = `greatest(length(${a.sql}), length(${b.sql}))`;
    return of(
      arrayOf(body.type),
      `arrayMap(${sql}, arrayResize(${a.sql}, ${longest}), arrayResize(${b.sql}, ${longest}))`,
    );
  }),
  map_filter: two((call) => {
    const map = call.map(0);
    return of(map.type, `mapFilter(${test(call, 'map')}, ${map.sql})`);
  }),
  transform_values: two((call) => {
    const map = call.map(0);
    const { sql, body } = call.lambda(1, [map.key, map.element]);
    const type = mapOf(map.key, body.type);
    return {
      sql: `mapFromArrays(mapKeys(${map.sql}), arrayMap(${sql}, mapKeys(${map.sql}), mapValues(${map.sql})))`,
      type,
      absent: map.absent,
    };
  }),
  transform_keys: two((call) => {
    const map = call.map(0);
    const { sql, body } = call.lambda(1, [map.key, map.element]);
    const type = mapOf(body.type, map.element);
    const keys = `arrayMap(${sql}, mapKeys(${map.sql}), mapValues(${map.sql}))`;
    return {
      sql: `mapFromArrays(CAST(${keys}, ${quote(`Array(${engineType(body.type, false)})`)}), mapValues(${map.sql}))`,
      type,
      absent: map.absent,
    };
  }),
};

function test(call: Call, over: 'array' | 'map' = 'array'): string {
  const types = over === 'map' ? [call.map(0).key, call.map(0).element] : [call.array(0).element];
  const { sql, body } = call.lambda(1, types);
  if (body.type.kind !== BOOLEAN.kind && body.type.kind !== 'unknown')
    throw call.fail(`the lambda of ${call.expr.name} must give a boolean`);
  return sql.replace(/-> (.*)$/s, (_, text: string) => `-> ifNull(${text}, false)`);
}
