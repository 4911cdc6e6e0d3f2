import { engineType, nullness, quote, type Value } from '../compile/value.ts';
import { arrayOf, BIGINT, JSON_TYPE, VARCHAR } from '../types/type.ts';
import { bool, nullWhere, of, type Call } from './call-args.ts';
import { pathArguments } from './json-path.ts';
import { one, two, type Functions } from './spec.ts';

/** JSON is text in the engine. https://trino.io/docs/current/functions/json.html */
export const JSON_FUNCTIONS: Functions = {
  json_extract: two((call) => {
    const args = pathArguments(call);
    return of(JSON_TYPE, `nullIf(JSONExtractRaw(${args}), '')`);
  }),
  json_extract_scalar: two((call) => of(VARCHAR, scalarOf(pathArguments(call)))),
  json_parse: one((call) => parsed(call.text(0), call.lenient)),
  json_format: one((call) => of(VARCHAR, call.json(0).sql)),
  json_size: two((call) => {
    const args = pathArguments(call);
    return of(BIGINT, `if(isNull(nullIf(JSONExtractRaw(${args}), '')), NULL, JSONLength(${args}))`);
  }),
  json_array_length: one((call) =>
    of(BIGINT, `if(${isArray(call.json(0).sql)}, JSONLength(${call.json(0).sql}), NULL)`),
  ),
  /** Counted from 0; negative from the end. */
  json_array_get: two((call) => {
    const [json, index] = [call.json(0).sql, call.integer(1).sql];
    return of(
      JSON_TYPE,
      `nullIf(JSONExtractRaw(${json}, assumeNotNull(if(${index} < 0, ${index}, ${index} + 1))), '')`,
    );
  }),
  json_array_contains: two((call) => {
    const json = call.json(0).sql;
    const value = call.value(1);
    const raw = `JSONExtractArrayRaw(assumeNotNull(${json}))`;
    const wanted =
      value.type.kind === 'varchar'
        ? `toJSONString(assumeNotNull(${value.sql}))`
        : `toString(assumeNotNull(${value.sql}))`;
    const found = value.type.kind === 'boolean' ? `if(${value.sql}, 'true', 'false')` : wanted;
    return bool(
      `if(${isArray(json)} AND ${nullness(value)} = 0, has(${raw}, assumeNotNull(${found})), NULL)`,
    );
  }),
  is_json_scalar: one((call) => {
    const { sql } = call.json(0);
    return bool(`if(isNull(${sql}), NULL, JSONType(${sql}) NOT IN ('Object', 'Array'))`);
  }),
};

const isArray = (json: string): string => `JSONType(${json}) = 'Array'`;

/** Text, number or boolean as text; NULL for objects, arrays, null and what is not there. */
export function scalarOf(args: string): string {
  const type = `JSONType(${args})`;
  return `multiIf(${type} = 'String', JSONExtractString(${args}), ${type} IN ('Int64', 'UInt64', 'Double', 'Bool'), JSONExtractRaw(${args}), NULL)`;
}

export function parsed(text: Value, lenient: boolean): Value {
  const valid = `isValidJSON(${text.sql})`;
  if (lenient) return of(JSON_TYPE, `if(${valid}, ${text.sql}, NULL)`);
  const checked = `throwIf(ifNull(NOT ${valid}, false), 'Cannot convert value to JSON')`;
  return of(JSON_TYPE, `if(${checked} = 0, ${text.sql}, NULL)`);
}

/** CAST(json AS …) */
export function jsonAs(json: Value, call: Call, to: Value['type']): Value | undefined {
  if (to.kind === 'varchar') return of(VARCHAR, scalarOf(json.sql));
  const text = `assumeNotNull(${json.sql})`;
  if (to.kind === 'array' && to.element.kind === 'json')
    return {
      ...of(arrayOf(JSON_TYPE), `CAST(JSONExtractArrayRaw(${text}), ${quote(engineType(to))})`),
      absent: true,
    };
  if (to.kind === 'map' && to.value.kind === 'json')
    return {
      sql: `CAST(CAST(JSONExtractKeysAndValuesRaw(${text}), 'Map(String, String)'), ${quote(engineType(to))})`,
      type: to,
      absent: true,
    };
  if (to.kind === 'array' || to.kind === 'map' || to.kind === 'row')
    return { sql: `JSONExtract(${text}, ${quote(engineType(to))})`, type: to, absent: true };
  if (['boolean', 'tinyint', 'smallint', 'integer', 'bigint', 'real', 'double'].includes(to.kind)) {
    const raw = scalarOf(json.sql);
    return of(to, `accurateCastOrNull(${raw}, ${quote(engineType(to, false))})`);
  }
  return call.lenient ? nullWhere([json], of(to, 'NULL')) : undefined;
}
