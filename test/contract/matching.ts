import type { Random } from '../../bench/kit/random.ts';
import type { LookupCondition, LookupKey, LookupOperator, LookupQuery } from '../../src/store/contract.ts';
import { ACCOUNTS, REGIONS, type Entry } from './random-records.ts';

/** What a lookup means, said the plain way: every event is looked at. */
export function matches(entry: Entry, query: Omit<LookupQuery, 'limit' | 'after'>): boolean {
  const { columns } = entry;
  const inScope =
    query.scope === 'all' ||
    (query.scope.account === columns.account && query.scope.region === columns.region);
  const inTime = columns.time >= query.from && columns.time <= query.to;
  const inCategory = query.categories.length === 0 || query.categories.includes(columns.category);
  return inScope && inTime && inCategory && query.conditions.every((condition) => holds(entry, condition));
}

function holds(entry: Entry, { key, operator, values }: LookupCondition): boolean {
  const own = valuesOf(entry, key);
  switch (operator) {
    case 'equals':
      return own.some((value) => values.includes(value));
    case 'not':
      return !own.some((value) => values.includes(value));
    case 'prefix':
      return own.some((value) => values.some((prefix) => value.startsWith(prefix)));
  }
}

export function valuesOf({ columns }: Entry, key: LookupKey): readonly string[] {
  switch (key) {
    case 'EventId':
      return [columns.eventId];
    case 'EventName':
      return [columns.name];
    case 'ReadOnly':
      return [String(columns.readOnly)];
    case 'Username':
      return [columns.username];
    case 'ResourceType':
      return columns.resources.map(({ type }) => type);
    case 'ResourceName':
      return columns.resources.map(({ name }) => name);
    case 'EventSource':
      return [columns.source];
    case 'AccessKeyId':
      return [columns.accessKey];
    case 'SourceIPAddress':
      return [columns.sourceIp];
    case 'UserArn':
      return [columns.userArn];
    case 'ErrorCode':
      return [columns.error];
    case 'AwsRegion':
      return [columns.region];
    case 'RecipientAccountId':
      return [columns.account];
    case 'EventCategory':
      return [columns.category];
  }
}

export const KEYS: readonly LookupKey[] =
  'EventId EventName ReadOnly Username ResourceType ResourceName EventSource AccessKeyId SourceIPAddress UserArn ErrorCode AwsRegion RecipientAccountId EventCategory'.split(
    ' ',
  ) as LookupKey[];

/** Conditions with values that exist, mostly. */
export function randomQuery(
  random: Random,
  entries: readonly Entry[],
  range: { from: number; to: number },
): Omit<LookupQuery, 'limit' | 'after'> {
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
  const value = (key: LookupKey, operator: LookupOperator): string => {
    const own = valuesOf(pick(entries), key);
    const whole = own.find((text) => text !== '') ?? 'nothing-like-it';
    const characters = [...whole];
    return operator === 'prefix' ? characters.slice(0, 1 + random.below(characters.length)).join('') : whole;
  };
  const condition = (): LookupCondition => {
    const key = pick(KEYS);
    const operator = pick<LookupOperator>(['equals', 'equals', 'not', 'prefix']);
    return { key, operator, values: Array.from({ length: 1 + random.below(3) }, () => value(key, operator)) };
  };
  const middle = range.from + random.below(range.to - range.from);
  return {
    scope: random.below(2) === 0 ? 'all' : { account: pick(ACCOUNTS), region: pick(REGIONS) },
    from: random.below(3) === 0 ? middle : range.from,
    to: random.below(3) === 0 ? Math.max(middle, range.to - random.below(86_400 * 20)) : range.to,
    categories: pick([[], ['Management'], ['Data'], ['Management', 'Data']] as const),
    conditions: Array.from({ length: random.below(4) }, condition),
  };
}
