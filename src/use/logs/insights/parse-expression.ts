import { RE2JS } from 're2js';

import { messageOf } from '../../../base/errors.ts';
import {
  LOG_AGGREGATES,
  LOG_FUNCTIONS,
  type LogExpression,
  type LogOperator,
} from '../../../store/contract.ts';
import { malformed } from './query-error.ts';
import type { Scanner } from './scanner.ts';

/** Where aggregates may stand: in the values of `stats`, not in each other. */
type Mode = 'plain' | 'aggregate';

const DEEPEST = 50;
const COMPARISONS = ['!=', '<=', '>=', '=', '<', '>'] as const;

/** Reads expressions by recursive descent; `or` binds least. Throws MalformedQueryException. */
export class ExpressionParser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  read(mode: Mode = 'plain'): LogExpression {
    if (++this.#depth > DEEPEST) this.#scanner.unexpected(`nested deeper than ${DEEPEST}`);
    const found = this.#chain(['or'], mode, () => this.#chain(['and'], mode, () => this.#not(mode)));
    this.#depth--;
    return found;
  }

  #chain(operators: readonly LogOperator[], mode: Mode, part: () => LogExpression): LogExpression {
    let left = part();
    for (;;) {
      const operator = operators.find((one) => this.#scanner.take(one));
      if (operator === undefined) return left;
      left = { kind: 'infix', operator, left, right: part() };
    }
  }

  #not(mode: Mode): LogExpression {
    if (!this.#scanner.take('not')) return this.#comparison(mode);
    if (++this.#depth > DEEPEST) this.#scanner.unexpected(`nested deeper than ${DEEPEST}`);
    const of = this.#not(mode);
    this.#depth--;
    return { kind: 'not', of };
  }

  #comparison(mode: Mode): LogExpression {
    const scanner = this.#scanner;
    const left = this.#sum(mode);
    const isNegated = scanner.take('not');
    const wrap = (of: LogExpression): LogExpression => (isNegated ? { kind: 'not', of } : of);
    if (scanner.take('like') || scanner.take('=~')) return wrap(this.#like(left));
    if (scanner.take('in')) return wrap({ kind: 'in', of: left, values: this.#list() });
    if (isNegated) scanner.unexpected('expected like or in behind not');
    const operator = COMPARISONS.find((one) => scanner.take(one));
    if (operator === undefined) return left;
    return { kind: 'infix', operator, left, right: this.#sum(mode) };
  }

  #like(of: LogExpression): LogExpression {
    const regex = this.#scanner.takeRegex();
    if (regex !== undefined) return { kind: 'like', of, how: 'regex', value: checkedRegex(regex) };
    const token = this.#scanner.peek();
    if (token.kind !== 'text') this.#scanner.unexpected('expected a text or a /regular expression/');
    this.#scanner.next();
    return { kind: 'like', of, how: 'text', value: token.text };
  }

  #list(): readonly (string | number)[] {
    const scanner = this.#scanner;
    scanner.expect('[');
    const values: (string | number)[] = [];
    do {
      const isNegative = scanner.take('-');
      const token = scanner.peek();
      if (token.kind === 'number') values.push(isNegative ? -token.value : token.value);
      else if (token.kind === 'text' && !isNegative) values.push(token.text);
      else scanner.unexpected('expected a text or a number');
      scanner.next();
    } while (scanner.take(','));
    scanner.expect(']');
    return values;
  }

  #sum(mode: Mode): LogExpression {
    return this.#chain(['+', '-'], mode, () => this.#chain(['*', '/', '%'], mode, () => this.#power(mode)));
  }

  #power(mode: Mode): LogExpression {
    if (this.#scanner.take('-')) {
      if (++this.#depth > DEEPEST) this.#scanner.unexpected(`nested deeper than ${DEEPEST}`);
      const of = this.#power(mode);
      this.#depth--;
      return { kind: 'negate', of };
    }
    return this.#chain(['^'], mode, () => this.#atom(mode));
  }

  #atom(mode: Mode): LogExpression {
    const scanner = this.#scanner;
    if (scanner.take('(')) {
      const inner = this.read(mode);
      scanner.expect(')');
      return inner;
    }
    const token = scanner.peek();
    if (token.kind === 'number') {
      scanner.next();
      return { kind: 'literal', value: token.value };
    }
    if (token.kind === 'text') {
      scanner.next();
      return { kind: 'literal', value: token.text };
    }
    if (token.kind === 'span') {
      scanner.next();
      return { kind: 'span', ms: token.ms };
    }
    if (token.kind !== 'name') return scanner.unexpected('expected a field, a value or a function');
    scanner.next();
    if (!token.quoted && scanner.take('(')) return this.#call(token, mode);
    return { kind: 'field', name: token.text };
  }

  #call(
    { text, start, end }: { readonly text: string; readonly start: number; readonly end: number },
    mode: Mode,
  ): LogExpression {
    const scanner = this.#scanner;
    const name = text.toLowerCase();
    const isAggregate = Object.hasOwn(LOG_AGGREGATES, name);
    const arity = isAggregate
      ? LOG_AGGREGATES[name]
      : Object.hasOwn(LOG_FUNCTIONS, name)
        ? LOG_FUNCTIONS[name]
        : undefined;
    if (arity === undefined) malformed(`unknown function ${text}`, { start, end });
    if (isAggregate && mode !== 'aggregate')
      malformed(`the aggregation ${text} can only be used in stats, and not within another`, { start, end });
    const args: LogExpression[] = [];
    if (isAggregate && name.startsWith('count') && scanner.take('*')) scanner.expect(')');
    else if (!scanner.take(')')) {
      do args.push(this.read(isAggregate ? 'plain' : mode));
      while (scanner.take(','));
      scanner.expect(')');
    }
    const [least, most] = arity;
    if (args.length < least || args.length > most)
      malformed(
        `${text} takes ${least === most ? least : `${least} to ${most}`} arguments (got ${args.length})`,
        {
          start,
          end,
        },
      );
    checkArguments(name, args, { start, end });
    return { kind: 'call', name, args };
  }
}

/** Where an argument must be a span or a value that is known beforehand. */
function checkArguments(
  name: string,
  args: readonly LogExpression[],
  where: { readonly start: number; readonly end: number },
): void {
  const span = name === 'bin' ? args[0] : /^date/.test(name) ? args[1] : undefined;
  if (span !== undefined && (span.kind !== 'span' || span.ms <= 0))
    malformed(`${name} needs a span of time such as 5m`, where);
  const isSpan = (arg: LogExpression) => arg.kind === 'span' && arg !== span;
  if (args.some(isSpan)) malformed(`a span of time cannot be an argument of ${name} here`, where);
  if (name === 'pct') {
    const [, percent] = args;
    if (
      percent?.kind !== 'literal' ||
      typeof percent.value !== 'number' ||
      percent.value < 0 ||
      percent.value > 100
    )
      malformed('pct needs a percentage between 0 and 100', where);
  }
  if (name === 'isipinsubnet') {
    const [, subnet] = args;
    if (subnet?.kind !== 'literal' || !/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(String(subnet.value)))
      malformed('isIpInSubnet needs a subnet such as "10.0.0.0/8"', where);
  }
}

export function checkedRegex({
  text,
  start,
  end,
}: {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}): string {
  try {
    RE2JS.compile(text);
    return text;
  } catch (error) {
    malformed(`/${text}/ is no regular expression: ${messageOf(error)}`, { start, end });
  }
}
