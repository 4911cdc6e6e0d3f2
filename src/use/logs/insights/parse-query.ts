import {
  LOG_AGGREGATES,
  type LogCommand,
  type LogExpression,
  type NamedLogExpression,
} from '../../../store/contract.ts';
import { checkedRegex, ExpressionParser } from './parse-expression.ts';
import { malformed } from './query-error.ts';
import { Scanner } from './scanner.ts';

const MOST_ROWS = 10_000;
const NOT_BUILT = [
  'pattern',
  'diff',
  'unmask',
  'anomaly',
  'source',
  'filterindex',
  'unnest',
  'lookup',
  'join',
];

/**
 * The query language of CloudWatch Logs Insights. Throws MalformedQueryException.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function parseQuery(text: string): readonly LogCommand[] {
  const scanner = new Scanner(text);
  const reader = new CommandReader(text, scanner);
  const commands: LogCommand[] = [];
  scanner.take('|');
  do commands.push(reader.read());
  while (scanner.take('|'));
  if (scanner.peek().kind !== 'end') scanner.unexpected('expected | or the end');
  if (commands.filter(({ kind }) => kind === 'stats').length > 2)
    malformed('a query can have two stats commands', { start: 0, end: text.length });
  return commands;
}

class CommandReader {
  readonly #text: string;
  readonly #scanner: Scanner;
  readonly #expressions: ExpressionParser;

  constructor(text: string, scanner: Scanner) {
    this.#text = text;
    this.#scanner = scanner;
    this.#expressions = new ExpressionParser(scanner);
  }

  read(): LogCommand {
    const scanner = this.#scanner;
    const token = scanner.peek();
    const name = token.kind === 'name' && !token.quoted ? token.text.toLowerCase() : '';
    if (NOT_BUILT.includes(name)) malformed(`Opentrail does not support the command ${name}`, token);
    const read = this.#commands[name];
    if (read === undefined)
      return scanner.unexpected(`expected a command: ${Object.keys(this.#commands).join(', ')}`);
    scanner.next();
    return read();
  }

  readonly #commands: Readonly<Record<string, () => LogCommand>> = {
    fields: () => ({ kind: 'fields', fields: this.#named('plain') }),
    display: () => ({ kind: 'display', fields: this.#named('plain') }),
    filter: () => ({ kind: 'filter', condition: this.#expressions.read() }),
    stats: () => this.#stats(),
    sort: () => this.#sort(),
    limit: () => this.#limit(),
    parse: () => this.#parse(),
    dedup: () => ({ kind: 'dedup', by: this.#named('plain').map(({ expression }) => expression) }),
  };

  /** `expression as name, …`; without a name it is called as it is written. */
  #named(mode: 'plain' | 'aggregate'): readonly NamedLogExpression[] {
    const scanner = this.#scanner;
    const list: NamedLogExpression[] = [];
    do {
      const { start } = scanner.peek();
      const expression = this.#expressions.read(mode);
      const written = this.#text.slice(start, scanner.peek().start).trim();
      const name = scanner.take('as')
        ? this.#name()
        : expression.kind === 'field'
          ? expression.name
          : written;
      list.push({ name, expression });
    } while (scanner.take(','));
    return list;
  }

  #name(): string {
    const token = this.#scanner.peek();
    if (token.kind !== 'name') return this.#scanner.unexpected('expected a name');
    this.#scanner.next();
    return token.text;
  }

  #stats(): LogCommand {
    const { start, end } = this.#scanner.peek();
    const values = this.#named('aggregate');
    const plain = values.find(({ expression }) => !hasAggregate(expression));
    if (plain !== undefined)
      malformed(`stats needs aggregations such as count(*) (${plain.name} is none)`, { start, end });
    return { kind: 'stats', values, by: this.#scanner.take('by') ? this.#named('plain') : [] };
  }

  #sort(): LogCommand {
    const scanner = this.#scanner;
    const keys: { expression: LogExpression; descending: boolean }[] = [];
    do {
      const expression = this.#expressions.read();
      const descending = scanner.take('desc');
      if (!descending) scanner.take('asc');
      keys.push({ expression, descending });
    } while (scanner.take(','));
    return { kind: 'sort', keys };
  }

  #limit(): LogCommand {
    const token = this.#scanner.peek();
    if (
      token.kind !== 'number' ||
      !Number.isInteger(token.value) ||
      token.value < 1 ||
      token.value > MOST_ROWS
    )
      return this.#scanner.unexpected(`expected a number from 1 to ${MOST_ROWS}`);
    this.#scanner.next();
    return { kind: 'limit', most: token.value };
  }

  /** `parse [field] "user=*, id=*" as user, id` or `parse [field] /(?<user>\w+)/`. */
  #parse(): LogCommand {
    const scanner = this.#scanner;
    const token = scanner.peek();
    let of: LogExpression = { kind: 'field', name: '@message' };
    if (token.kind === 'name') {
      scanner.next();
      of = { kind: 'field', name: token.text };
    }
    const regex = scanner.takeRegex();
    if (regex !== undefined) {
      const names = [...regex.text.matchAll(/\(\?P?<(\w+)>/g)].map((match) => match[1] ?? '');
      if (names.length === 0)
        malformed('a regular expression of parse needs named groups: (?<name>…)', regex);
      const plain = regex.text.replaceAll(/\((?!\?)/g, (whole, at: number) =>
        isEscaped(regex.text, at) ? whole : '(?:',
      );
      checkedRegex({ ...regex, text: plain.replaceAll(/\(\?<(\w+)>/g, '(?P<$1>') });
      return { kind: 'parse', of, regex: plain.replaceAll(/\(\?P?<\w+>/g, '('), names };
    }
    const glob = scanner.peek();
    if (glob.kind !== 'text') return scanner.unexpected('expected a text with * or a /regular expression/');
    scanner.next();
    scanner.expect('as');
    const names = [this.#name()];
    while (scanner.take(',')) names.push(this.#name());
    const stars = glob.text.split('*').length - 1;
    if (stars !== names.length) malformed(`parse has ${stars} * and ${names.length} names`, glob);
    return { kind: 'parse', of, regex: globRegex(glob.text), names };
  }
}

function isEscaped(text: string, at: number): boolean {
  const before = /\\*$/.exec(text.slice(0, at))?.[0].length ?? 0;
  return before % 2 === 1;
}

/** Each star takes as little as it can, the last one at the end all that is left. */
function globRegex(glob: string): string {
  const parts = glob.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const isLast = (index: number) => index === parts.length - 1;
  const between = (index: number) => (isLast(index + 1) && parts[index + 1] === '' ? '(.*)' : '(.*?)');
  return `(?s)${parts.map((part, index) => (isLast(index) ? part : part + between(index))).join('')}`;
}

function hasAggregate(expression: LogExpression): boolean {
  if (expression.kind === 'call')
    return Object.hasOwn(LOG_AGGREGATES, expression.name) || expression.args.some(hasAggregate);
  if (expression.kind === 'infix') return hasAggregate(expression.left) || hasAggregate(expression.right);
  return 'of' in expression && hasAggregate(expression.of);
}
