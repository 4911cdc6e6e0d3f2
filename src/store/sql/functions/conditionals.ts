import { commonType, coerce, unify } from '../compile/coerce.ts';
import { choose } from '../compile/choose.ts';
import { compare } from '../compile/operators.ts';
import { nullness, quote, type Value } from '../compile/value.ts';
import { isContainer, typeName, UNKNOWN, VARCHAR, type Type } from '../types/type.ts';
import { bool, of, type Call } from './call-args.ts';
import { one, takes, two, type Functions } from './spec.ts';

/** https://trino.io/docs/current/functions/conditional.html, …/functions/comparison.html */
export const CONDITIONAL_FUNCTIONS: Functions = {
  if: takes(2, 3, (call) =>
    choose(
      [call.boolean(0)],
      [call.value(1), call.count === 3 ? call.value(2) : { sql: 'NULL', type: UNKNOWN }],
      call.expr.place,
    ),
  ),
  coalesce: takes(1, 100, (call) => {
    const { values, type } = all(call);
    if (!isContainer(type)) return of(type, `coalesce(${values.map(({ sql }) => sql).join(', ')})`);
    const conditions = values.slice(0, -1).map((value) => bool(`NOT ${nullness(value)}`));
    return values.length === 1 && values[0] ? values[0] : choose(conditions, values, call.expr.place);
  }),
  nullif: two((call) => {
    const [a, b] = [call.value(0), call.value(1)];
    const same = compare('=', a, b, call.expr.place);
    return choose([same], [{ sql: 'NULL', type: UNKNOWN }, a], call.expr.place);
  }),
  greatest: takes(1, 100, (call) => extreme(call, 'greatest')),
  least: takes(1, 100, (call) => extreme(call, 'least')),
  /** What fails inside is NULL: the functions in it that can fail are written so that they do not. */
  try: one((call) => call.context.compile({ ...call.context, lenient: true }, call.argument(0))),
  typeof: one((call) => of(VARCHAR, quote(typeName(call.value(0).type)))),
};

function all(call: Call): { readonly values: readonly Value[]; readonly type: Type } {
  return unify(call.values(), (a, b) =>
    call.fail(
      `All ${call.expr.name.toUpperCase()} operands must be the same type: ${typeName(a)}, ${typeName(b)}`,
    ),
  );
}

/** NULL if any argument is. */
function extreme(call: Call, name: string): Value {
  const { values, type } = all(call);
  if (isContainer(type) || !commonType(type, type))
    throw call.fail(`Unexpected parameters for function ${name}: ${typeName(type)}`);
  const list = values.map((value) => coerce(value, type).sql);
  const nulls = values.map(nullness).join(' OR ');
  return of(
    type,
    list.length === 1 ? (list[0] ?? 'NULL') : `if(${nulls}, NULL, ${name}(${list.join(', ')}))`,
  );
}
