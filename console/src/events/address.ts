import { ATTRIBUTES, isAttributeKey } from './attributes.ts';
import { tidy, type Condition, type HistoryQuery, type Operator } from './query.ts';
import {
  DEFAULT_RANGE,
  formatRelative,
  formatSecond,
  parseRelative,
  parseSecond,
  type Range,
} from './range.ts';

/** What the address bar says about the history page. */
export type HistoryAddress = {
  readonly query: HistoryQuery;
  /** The event in the split panel. */
  readonly event: string | undefined;
  readonly live: boolean;
};

const MARKS: Readonly<Record<Operator, string>> = { equals: '', not: '!', prefix: '^' };
const OPERATORS: Readonly<Record<string, Operator>> = { '': 'equals', '!': 'not', '^': 'prefix' };

/** `EventName=DeleteTable&Username!=alice&ResourceName^=led&range=24h`. The order is fixed, so that equal queries have equal addresses. */
export function formatAddress({ query, event, live }: HistoryAddress): string {
  const parts: string[] = [];
  const add = (name: string, value: string) => parts.push(`${escape(name)}=${escape(value)}`);
  for (const { key } of ATTRIBUTES) {
    for (const condition of query.conditions.filter((candidate) => candidate.key === key)) {
      for (const value of condition.values) add(`${key}${MARKS[condition.operator]}`, value);
    }
  }
  if (query.account !== undefined) add('account', query.account);
  for (const [name, value] of rangeParameters(query.range)) add(name, value);
  if (live) add('live', '1');
  if (event !== undefined) add('event', event);
  return parts.join('&');
}

/** Reads any text as an address; what it cannot understand it leaves out. */
export function parseAddress(text: string): HistoryAddress {
  const parameters = new URLSearchParams(text);
  const conditions: Condition[] = [];
  for (const [name, value] of parameters) {
    const match = /^([A-Za-z]+)([!^]?)$/.exec(name);
    const key = match?.[1] ?? '';
    const operator = OPERATORS[match?.[2] ?? ''];
    if (isAttributeKey(key) && operator) conditions.push({ key, operator, values: [value] });
  }
  const account = parameters.get('account') ?? '';
  return {
    query: tidy({
      conditions,
      range: parseRange(parameters),
      account: /^\d{12}$/.test(account) ? account : undefined,
    }),
    event: parameters.get('event') ?? undefined,
    live: parameters.get('live') === '1',
  };
}

function rangeParameters(range: Range): readonly (readonly [string, string])[] {
  if (range.type === 'absolute')
    return [
      ['from', formatSecond(range.from)],
      ['to', formatSecond(range.to)],
    ];
  const text = formatRelative(range);
  return text === formatRelative(DEFAULT_RANGE) ? [] : [['range', text]];
}

function parseRange(parameters: URLSearchParams): Range {
  const from = parseSecond(parameters.get('from') ?? '');
  const to = parseSecond(parameters.get('to') ?? '');
  if (from !== undefined && to !== undefined && from <= to) return { type: 'absolute', from, to };
  return parseRelative(parameters.get('range') ?? '') ?? DEFAULT_RANGE;
}

/** Keeps addresses readable: only what would change their meaning is escaped. */
function escape(text: string): string {
  return encodeURIComponent(text)
    .replace(/%(2F|3A|40|2C|24|3F)/g, (coded) => decodeURIComponent(coded))
    .replace(/%5E/g, '^');
}
