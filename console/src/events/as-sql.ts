import type { AttributeKey } from './attributes.ts';
import type { Condition, HistoryQuery } from './query.ts';
import type { Span } from './range.ts';

/** Columns of an event data store. What has none is looked for in the record's text. */
const COLUMNS: { readonly [key in AttributeKey]?: string } = {
  EventName: 'eventname',
  EventSource: 'eventsource',
  AccessKeyId: 'useridentity.accesskeyid',
  SourceIPAddress: 'sourceipaddress',
  UserArn: 'useridentity.arn',
  ErrorCode: 'errorcode',
  AwsRegion: 'awsregion',
  RecipientAccountId: 'recipientaccountid',
  EventCategory: 'eventcategory',
  EventId: 'eventid',
};

/** The statement that gives the events of a filter, newest first; `store` as statements name it. */
export function asSql(query: HistoryQuery, span: Span, store: string): string {
  const ofAccount: readonly Condition[] =
    query.account === undefined
      ? []
      : [{ key: 'RecipientAccountId', operator: 'equals', values: [query.account] }];
  const where = [
    `eventtime >= timestamp ${quoted(moment(span.from))}`,
    `eventtime < timestamp ${quoted(moment(span.to + 1))}`,
    ...[...query.conditions, ...ofAccount].map(conditionSql),
  ];
  return [
    'SELECT eventtime, eventname, eventsource, useridentity.arn AS identity, sourceipaddress, errorcode, awsregion, eventid',
    `FROM ${store}`,
    `WHERE ${where.join('\n  AND ')}`,
    'ORDER BY eventtime DESC',
    'LIMIT 1000',
  ].join('\n');
}

function conditionSql({ key, operator, values }: Condition): string {
  if (key === 'ReadOnly') {
    const [value = 'true'] = values;
    return `${operator === 'not' ? 'NOT ' : ''}readonly = ${value === 'true' ? 'true' : 'false'}`;
  }
  const tests = values.map((value) => testSql(key, operator, value));
  if (operator === 'not') {
    const column = COLUMNS[key];
    const none = `NOT (${tests.join(' OR ')})`;
    return column === undefined ? none : `(${column} IS NULL OR ${none})`;
  }
  const column = COLUMNS[key];
  if (operator === 'equals' && column !== undefined && values.length > 1)
    return `${column} IN (${values.map(quoted).join(', ')})`;
  return tests.length === 1 ? (tests[0] ?? '') : `(${tests.join(' OR ')})`;
}

function testSql(key: AttributeKey, operator: Condition['operator'], value: string): string {
  const column = COLUMNS[key];
  if (column !== undefined)
    return operator === 'prefix'
      ? `starts_with(${column}, ${quoted(value)})`
      : `${column} = ${quoted(value)}`;
  // A session's name is the end of its ARN.
  if (key === 'Username')
    return operator === 'prefix'
      ? `starts_with(useridentity.username, ${quoted(value)})`
      : `(useridentity.username = ${quoted(value)} OR useridentity.arn LIKE ${quoted(`%/${value}`)})`;
  return `eventjson LIKE ${quoted(`%${value}%`)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** UTC, as stores hold it. */
function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
