import type { LogExpression, LogOperator } from '../../log-query.ts';
import { AGGREGATES, FUNCTIONS } from './functions.ts';
import { asBoolean, asNumber, asText, boolean, number, text, type Params, type Value } from './values.ts';

/** What names mean where an expression stands. */
export type Scope = {
  readonly params: Params;
  readonly field: (name: string) => Value;
  /** The time of the event; NULL behind `stats`. */
  readonly at: Value;
};

const ARITHMETIC: Partial<Record<LogOperator, (left: string, right: string) => string>> = {
  '+': (left, right) => `(${left} + ${right})`,
  '-': (left, right) => `(${left} - ${right})`,
  '*': (left, right) => `(${left} * ${right})`,
  // Nothing, where others would say infinity.
  '/': (left, right) => `(${left} / nullIf(${right}, 0))`,
  '%': (left, right) => `(${left} % nullIf(${right}, 0))`,
  '^': (left, right) => `pow(${left}, ${right})`,
};

export function compileExpression(expression: LogExpression, scope: Scope): Value {
  const { params } = scope;
  switch (expression.kind) {
    case 'field':
      return scope.field(expression.name);
    case 'literal':
      return typeof expression.value === 'number'
        ? { ...number(params.number(expression.value)), constant: expression.value }
        : text(params.text(expression.value));
    case 'span':
      return number(params.integer(expression.ms));
    case 'not':
      return boolean(`NOT ${asBoolean(compileExpression(expression.of, scope))}`);
    case 'negate':
      return number(`-(${asNumber(compileExpression(expression.of, scope))})`);
    case 'like': {
      const of = asText(compileExpression(expression.of, scope));
      const value = params.text(expression.value);
      return boolean(
        expression.how === 'regex' ? `match(${of}, ${value})` : `(position(${of}, ${value}) > 0)`,
      );
    }
    case 'in':
      return isIn(compileExpression(expression.of, scope), expression.values, params);
    case 'infix':
      return infix(expression, scope);
    case 'call':
      return call(expression, scope);
  }
}

function isIn(of: Value, values: readonly (string | number)[], params: Params): Value {
  const areNumbers = values.every((value) => typeof value === 'number');
  return boolean(
    areNumbers
      ? `has(${params.list(values, 'Float64')}, ${asNumber(of)})`
      : `has(${params.list(values.map(String))}, ${asText(of)})`,
  );
}

function infix({ operator, left, right }: Extract<LogExpression, { kind: 'infix' }>, scope: Scope): Value {
  const [a, b] = [compileExpression(left, scope), compileExpression(right, scope)];
  if (operator === 'and' || operator === 'or')
    return boolean(`(${asBoolean(a)} ${operator === 'and' ? 'AND' : 'OR'} ${asBoolean(b)})`);
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic !== undefined) return number(arithmetic(asNumber(a), asNumber(b)));
  // Texts are compared for being the same; for order only numbers are.
  const areTexts = a.type === 'text' && b.type === 'text' && (operator === '=' || operator === '!=');
  return boolean(
    areTexts ? `(${a.sql} ${operator} ${b.sql})` : `(${asNumber(a)} ${operator} ${asNumber(b)})`,
  );
}

function call({ name, args }: Extract<LogExpression, { kind: 'call' }>, scope: Scope): Value {
  const build = FUNCTIONS[name] ?? AGGREGATES[name];
  if (build === undefined) throw new TypeError(`no function ${name}`);
  const values = args.map((arg) => compileExpression(arg, scope));
  if (name === 'bin') return build([scope.at, ...values]);
  if (name === 'earliest' || name === 'latest') return build([...values, scope.at]);
  return build(values);
}
