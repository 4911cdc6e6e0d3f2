import { invalidSql, type Place } from '../invalid-sql.ts';
import type { BinaryOperator, ComparisonOperator, Expr } from '../tree/syntax.ts';
import { arrayOf, BOOLEAN, commonElement, typeName, VARCHAR } from '../types/type.ts';
import { arithmetic } from './arithmetic.ts';
import { coerce, commonType } from './coerce.ts';
import type { Context } from './context.ts';
import { absence, nullness, type Value } from './value.ts';

type Binary = Extract<Expr, { kind: 'binary' }>;

const isChain = ({ operator }: Binary): boolean => operator === 'and' || operator === 'or';

/** `a OR b OR c …` may be long: chains are gone along, not into. */
export function binaryValue(context: Context, expr: Binary): Value {
  const rest: Binary[] = [];
  let at: Expr = expr;
  while (
    at.kind === 'binary' &&
    (at === expr || !context.grouping || (!context.grouping.chains && isChain(at)))
  ) {
    rest.push(at);
    at = at.left;
  }
  let left = context.compile(context, at);
  for (let n = rest.length - 1; n >= 0;) {
    const one = rest[n];
    if (!one) break;
    if (one.operator !== 'and' && one.operator !== 'or') {
      left = combine({
        operator: one.operator,
        left,
        right: context.compile(context, one.right),
        place: one.right.place,
        lenient: context.lenient,
      });
      n -= 1;
      continue;
    }
    const parts = [condition(left, one.left.place).sql];
    let next: Binary | undefined = one;
    for (; next?.operator === one.operator; next = rest[--n])
      parts.push(condition(context.compile(context, next.right), next.right.place).sql);
    left = { sql: `(${parts.join(one.operator === 'and' ? ' AND ' : ' OR ')})`, type: BOOLEAN };
  }
  return left;
}

type Combination = {
  readonly operator: Exclude<BinaryOperator, 'and' | 'or'>;
  readonly left: Value;
  readonly right: Value;
  readonly place: Place | undefined;
  readonly lenient: boolean;
};

function combine({ operator, left, right, place, lenient }: Combination): Value {
  switch (operator) {
    case '||':
      return concatenate(left, right, place);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic({ operator, left, right, place, lenient });
    default:
      return compare(operator, left, right, place);
  }
}

export function condition(value: Value, place?: Place): Value {
  if (value.type.kind !== 'boolean' && value.type.kind !== 'unknown')
    throw invalidSql(`a condition must be a boolean, not ${typeName(value.type)}`, place);
  return value.type.kind === 'unknown' ? coerce(value, BOOLEAN) : value;
}

const ENGINE: Readonly<Record<Exclude<ComparisonOperator, 'distinct' | 'not distinct'>, string>> = {
  '=': 'equals',
  '<>': 'notEquals',
  '<': 'less',
  '<=': 'lessOrEquals',
  '>': 'greater',
  '>=': 'greaterOrEquals',
};

export function equals(left: Value, right: Value, place?: Place): Value {
  return compare('=', left, right, place);
}

export function compare(operator: ComparisonOperator, left: Value, right: Value, place?: Place): Value {
  const [a, b] = comparable(operator, left, right, place);
  if (operator === 'distinct' || operator === 'not distinct') {
    const [noA, noB] = [nullness(a), nullness(b)];
    const same = `multiIf(${noA}, ${noB}, ${noB}, false, ifNull(equals(${a.sql}, ${b.sql}), false))`;
    return { sql: operator === 'distinct' ? `(NOT ${same})` : same, type: BOOLEAN };
  }
  const sql = `${ENGINE[operator]}(${a.sql}, ${b.sql})`;
  const absent = [absence(a), absence(b)].filter((one) => one !== undefined);
  return { sql: absent.length > 0 ? `if(${absent.join(' OR ')}, NULL, ${sql})` : sql, type: BOOLEAN };
}

function comparable(
  operator: ComparisonOperator,
  left: Value,
  right: Value,
  place?: Place,
): readonly [Value, Value] {
  const shown: string =
    operator === 'distinct' || operator === 'not distinct' ? 'IS DISTINCT FROM' : operator;
  const fail = () =>
    invalidSql(`Cannot apply operator: ${typeName(left.type)} ${shown} ${typeName(right.type)}`, place);
  const type = commonType(left.type, right.type) ?? booleanText(left, right);
  if (!type) throw fail();
  const ordered = !['=', '<>', 'IS DISTINCT FROM'].includes(shown);
  if (ordered && (type.kind === 'map' || type.kind === 'json')) throw fail();
  return [coerce(left, type, place), coerce(right, type, place)];
}

/** `readonly = 'true'`: Trino refuses it; nobody means anything else by it. */
function booleanText(left: Value, right: Value): typeof BOOLEAN | undefined {
  const text = [left, right].find(({ type }) => type.kind === 'varchar');
  const other = [left, right].some(({ type }) => type.kind === 'boolean');
  return other && /^(true|false)$/i.test(text?.constant ?? '') ? BOOLEAN : undefined;
}

function concatenate(left: Value, right: Value, place?: Place): Value {
  const fail = () =>
    invalidSql(`Cannot apply operator: ${typeName(left.type)} || ${typeName(right.type)}`, place);
  if (left.type.kind === 'array' || right.type.kind === 'array') {
    const element = commonElement(left.type, right.type, commonType);
    if (!element) throw fail();
    const type = arrayOf(element);
    const [a, b] = [left, right].map((one) =>
      one.type.kind === 'array' ? coerce(one, type) : { sql: `[${coerce(one, element).sql}]`, type },
    ) as [Value, Value];
    return {
      sql: `arrayConcat(${a.sql}, ${b.sql})`,
      type,
      absent: left.absent === true || right.absent === true,
    };
  }
  const [a, b] = [left, right].map((one) => (one.type.kind === 'unknown' ? coerce(one, VARCHAR) : one)) as [
    Value,
    Value,
  ];
  const binary = a.type.kind === 'varbinary' && b.type.kind === 'varbinary';
  if (!binary && (a.type.kind !== 'varchar' || b.type.kind !== 'varchar')) throw fail();
  return { sql: `concat(${a.sql}, ${b.sql})`, type: a.type };
}
