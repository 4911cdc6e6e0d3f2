import { arrayOf, BIGINT, VARCHAR } from '../types/type.ts';
import { quote } from '../compile/value.ts';
import { bool, container, nullWhere, of, type Call } from './call-args.ts';
import { takes, two, type Functions } from './spec.ts';

/** RE2's syntax, of which Java's (Trino's) is a superset: what RE2 lacks (look-around, back-references) is an error. */
export const REGEXP_FUNCTIONS: Functions = {
  regexp_like: two((call) => bool(`match(${call.text(0).sql}, ${pattern(call)})`)),
  regexp_extract: takes(2, 3, (call) => {
    const groups = `extractGroups(assumeNotNull(${call.text(0).sql}), ${quote(`(${call.constant(1)})`)})`;
    const group = call.count === 3 ? `${call.integer(2).sql} + 1` : '1';
    return nullWhere([call.text(0)], of(VARCHAR, `arrayElementOrNull(${groups}, ${group})`));
  }),
  regexp_extract_all: takes(2, 3, (call) =>
    container(arrayOf(VARCHAR), [call.text(0)], ([value]) => {
      const group = call.count === 3 ? `${call.integer(2).sql} + 1` : '1';
      return `arrayMap(g -> g[${group}], extractAllGroupsVertical(${value ?? ''}, ${quote(`(${call.constant(1)})`)}))`;
    }),
  ),
  regexp_replace: takes(2, 3, (call) =>
    of(
      VARCHAR,
      `replaceRegexpAll(${call.text(0).sql}, ${pattern(call)}, ${call.count === 3 ? replacement(call) : "''"})`,
    ),
  ),
  regexp_count: two((call) => of(BIGINT, `countMatches(${call.text(0).sql}, ${pattern(call)})`)),
  regexp_position: two((call) =>
    nullWhere(
      [call.text(0)],
      of(
        BIGINT,
        `if(match(${call.text(0).sql}, ${pattern(call)}), positionUTF8(${call.text(0).sql}, arrayElement(extractGroups(assumeNotNull(${call.text(0).sql}), ${quote(`(${call.constant(1)})`)}), 1)), -1)`,
      ),
    ),
  ),
  regexp_split: two((call) =>
    container(
      arrayOf(VARCHAR),
      [call.text(0)],
      ([value]) => `splitByRegexp(${pattern(call)}, ${value ?? ''})`,
    ),
  ),
};

function pattern(call: Call): string {
  return quote(call.constant(1));
}

/** Trino's `$1` is the engine's `\1`. */
function replacement(call: Call): string {
  const text = call.constant(2).replace(/\\\$|\$(\d)|\\/g, (all, group: string | undefined) => {
    if (group !== undefined) return `\\${group}`;
    return all === '\\$' ? '$' : '\\\\';
  });
  return quote(text);
}
