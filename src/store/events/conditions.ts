import { isUuid, uuidFrom } from '../../base/ids.ts';
import { unreachable } from '../../base/errors.ts';
import type { HistogramQuery, LookupCondition, LookupKey } from '../contract.ts';

/** A WHERE clause whose values are all bound parameters. */
export type Where = { readonly sql: string; readonly params: Readonly<Record<string, unknown>> };

export type Selection = Omit<HistogramQuery, 'bucketSeconds'>;

/**
 * The conditions of a lookup. `equals` asks the text index for tagged tokens (all ANDs in one `hasAll`, each OR a `hasAny`);
 * `not` and `prefix` read the one column concerned. A part that is not asked for is left out: even an empty `hasAll` costs time.
 */
export function whereOf(query: Selection): Where {
  const binder = createBinder();
  const parts = [`t >= ${binder.time(query.from)}`, `t <= ${binder.time(query.to)}`];
  const tokens: string[] = [];
  for (const condition of query.conditions) {
    const token = singleToken(condition);
    if (token !== undefined) tokens.push(token);
    else parts.push(conditionSql(condition, binder));
  }
  const surroundings = query.conditions.some(isIndexed)
    ? indexedSurroundings(query, binder)
    : { parts: plainSurroundings(query, binder), tokens: [] };
  tokens.push(...surroundings.tokens);
  parts.push(...surroundings.parts);
  if (tokens.length > 0) parts.push(`hasAll(tok, ${binder.texts(tokens)})`);
  return { sql: parts.join(' AND '), params: binder.params };
}

type Surroundings = { readonly parts: readonly string[]; readonly tokens: readonly string[] };

/** Where a page is read in the table's order, the columns of that order are the quickest to read. */
function plainSurroundings({ scope, categories }: Selection, binder: Binder): readonly string[] {
  return [...(scope === 'all' ? [] : [scopeSql(scope, binder)]), ...categoriesSql(categories, binder)];
}

/**
 * Where the text index names the rows anyway, it answers account, region and category too: a third of the time of a page whose records are
 * scattered went into reading these three columns. The sorting order is only asked which granules there can be at all.
 */
function indexedSurroundings({ scope, categories }: Selection, binder: Binder): Surroundings {
  const [category, ...others] = categories;
  const single = category !== undefined && others.length === 0;
  return {
    parts: [
      ...(scope === 'all' ? [] : [`indexHint(${scopeSql(scope, binder)})`]),
      ...(single ? [] : categoriesSql(categories, binder)),
    ],
    tokens: [
      ...(scope === 'all' ? [] : [`g=${scope.account}/${scope.region}`]),
      ...(single ? [`c=${category}`] : []),
    ],
  };
}

function scopeSql(scope: Exclude<Selection['scope'], 'all'>, binder: Binder): string {
  return `account = ${binder.text(scope.account)} AND region = ${binder.text(scope.region)}`;
}

function categoriesSql(categories: Selection['categories'], binder: Binder): readonly string[] {
  if (categories.length === 0) return [];
  return [
    categories.length === 1
      ? `category = ${binder.text(categories[0] ?? '')}`
      : `category IN ${binder.texts(categories)}`,
  ];
}

/** Tag of the key's tokens, and the column that holds its values plainly. Keys of the sorting order have no token. */
const KEYS: Readonly<Record<LookupKey, { readonly tag?: string; readonly column: string }>> = {
  EventId: { column: 'id' },
  EventName: { tag: 'n=', column: 'name' },
  ReadOnly: { tag: 'w=', column: 'read_only' },
  Username: { tag: 'u=', column: 'username' },
  ResourceType: { tag: 't=', column: 'res' },
  ResourceName: { tag: 'r=', column: 'res' },
  EventSource: { tag: 's=', column: 'source' },
  AccessKeyId: { tag: 'k=', column: 'access_key' },
  SourceIPAddress: { tag: 'i=', column: 'source_ip' },
  UserArn: { tag: 'a=', column: 'user_arn' },
  ErrorCode: { tag: 'x=', column: 'error' },
  AwsRegion: { column: 'region' },
  RecipientAccountId: { column: 'account' },
  EventCategory: { tag: 'c=', column: 'category' },
};

export const columnOf = (key: LookupKey): string => KEYS[key].column;

/** Whether the text index answers it. */
export const isIndexed = ({ key, operator }: LookupCondition): boolean =>
  operator === 'equals' && KEYS[key].tag !== undefined && key !== 'ReadOnly';

function singleToken({ key, operator, values }: LookupCondition): string | undefined {
  const { tag } = KEYS[key];
  return operator === 'equals' && values.length === 1 && tag !== undefined
    ? tag + wireValue(key, values[0] ?? '')
    : undefined;
}

/** ReadOnly is asked for as the texts `true` and `false`; anything else matches nothing. */
function wireValue(key: LookupKey, value: string): string {
  if (key !== 'ReadOnly') return value;
  return value === 'true' ? '1' : value === 'false' ? '0' : '?';
}

function conditionSql(condition: LookupCondition, binder: Binder): string {
  const { key, operator, values } = condition;
  if (values.length === 0) return operator === 'not' ? '1' : '0';
  if (key === 'EventId') return eventIdSql(condition, binder);
  if (key === 'ReadOnly') return readOnlySql(condition);
  if (key === 'ResourceType' || key === 'ResourceName') return resourceSql(condition, binder);
  const { tag, column } = KEYS[key];
  switch (operator) {
    case 'equals':
      return tag === undefined
        ? `${column} IN ${binder.texts(values)}`
        : `hasAny(tok, ${binder.texts(values.map((value) => tag + value))})`;
    case 'not':
      return `${column} NOT IN ${binder.texts(values)}`;
    case 'prefix':
      return anyOf(values.map((value) => `startsWith(${column}, ${binder.text(value)})`));
    default:
      return unreachable(operator);
  }
}

function eventIdSql({ operator, values }: LookupCondition, binder: Binder): string {
  if (operator === 'prefix')
    return anyOf(values.map((value) => `startsWith(toString(id), ${binder.text(value.toLowerCase())})`));
  const ids = values.map((value) => binder.bind(storedId(value), 'UUID'));
  return ids.length === 1
    ? `id ${operator === 'not' ? '!=' : '='} ${ids[0]}`
    : `id ${operator === 'not' ? 'NOT IN' : 'IN'} (${ids.join(', ')})`;
}

/** As the columns of a record have it. */
function storedId(eventId: string): string {
  const lower = eventId.toLowerCase();
  return isUuid(lower) ? lower : uuidFrom(eventId);
}

function readOnlySql({ operator, values }: LookupCondition): string {
  const wanted = ['true', 'false'].filter((text) =>
    operator === 'prefix'
      ? values.some((value) => text.startsWith(value))
      : values.includes(text) !== (operator === 'not'),
  );
  return wanted.length === 2
    ? '1'
    : wanted.length === 0
      ? '0'
      : `read_only = ${wanted[0] === 'true' ? 1 : 0}`;
}

function resourceSql({ key, operator, values }: LookupCondition, binder: Binder): string {
  const tagged = values.map((value) => `${KEYS[key].tag ?? ''}${value}`);
  switch (operator) {
    case 'equals':
      return `hasAny(tok, ${binder.texts(tagged)})`;
    case 'not':
      return `NOT hasAny(res, ${binder.texts(tagged)})`;
    case 'prefix':
      return anyOf(tagged.map((value) => `arrayExists(x -> startsWith(x, ${binder.text(value)}), res)`));
    default:
      return unreachable(operator);
  }
}

const anyOf = (alternatives: readonly string[]): string =>
  alternatives.length === 1 ? (alternatives[0] ?? '0') : `(${alternatives.join(' OR ')})`;

export type Binder = {
  readonly params: Readonly<Record<string, unknown>>;
  readonly bind: (value: unknown, type: string) => string;
  /** Whole seconds since the epoch. */
  readonly time: (seconds: number) => string;
  readonly text: (value: string) => string;
  readonly texts: (values: readonly string[]) => string;
};

export function createBinder(prefix = 'p'): Binder {
  const params: Record<string, unknown> = {};
  const bind = (value: unknown, type: string) => {
    const name = `${prefix}${Object.keys(params).length}`;
    params[name] = value;
    return `{${name}:${type}}`;
  };
  return {
    params,
    bind,
    time: (seconds) => bind(timeText(seconds), "DateTime('UTC')"),
    text: (value) => bind(value, 'String'),
    texts: (values) => bind(values, 'Array(String)'),
  };
}

/** Ten digits are read as an epoch, fewer might be a year; outside of DateTime's range its ends are as good. */
function timeText(seconds: number): string {
  return String(Math.min(Math.max(Math.trunc(seconds), 0), 4_294_967_295)).padStart(10, '0');
}
