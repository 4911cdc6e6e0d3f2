import { mapOf, recordSql } from './record-sql.ts';

const T = 'Nullable(String)';
const D = 'Nullable(Float64)';
const I = 'Nullable(Int32)';
const SHARES = `Array(Tuple(value ${T}, average ${D}))`;
const ATTRIBUTION = `Tuple(attribute ${T}, insightvalue ${T}, insightaverage ${D}, baselinevalue ${T}, baselineaverage ${D}, insight ${SHARES}, baseline ${SHARES})`;
const CONTEXT = `Tuple(baselineaverage ${D}, insightaverage ${D}, baselineduration ${I}, insightduration ${I}, attributions Array(${ATTRIBUTION}))`;

/** A member as event data stores have it or, of records that were imported, as trails do. */
function member(type: string, ofStores: readonly string[], ofTrails: readonly string[]): string {
  const extract = (json: string, path: readonly string[]) =>
    `JSONExtract(${[json, ...path.map((part) => `'${part}'`), `'${type}'`].join(', ')})`;
  return `coalesce(${extract('eventjson', ofStores)}, ${extract('j_insightdetails', ofTrails)})`;
}

const statistic = (type: string, name: string, ...path: string[]): string =>
  member(type, ['insightContext', name], ['insightContext', 'statistics', ...path]);

/** The lists, and the values that older records have instead of them. */
function attributions(): string {
  const list = (json: string) => `JSONExtractArrayRaw(${json}, 'insightContext', 'attributions')`;
  const values = [
    ['attribute', T],
    ['insightValue', T],
    ['insightAverage', D],
    ['baselineValue', T],
    ['baselineAverage', D],
    ['insight', SHARES],
    ['baseline', SHARES],
  ].map(([name = '', type = '']) => `JSONExtract(one, '${name}', '${type}')`);
  return `arrayMap(one -> tuple(${values.join(', ')}), arrayConcat(${list('eventjson')}, ${list('j_insightdetails')}))`;
}

/** What SQL sees of Insights events; of the record itself, since few columns of the table are theirs. */
export const INSIGHT_VIEW: readonly string[] = [
  ...['eventversion', 'eventcategory', 'eventtype'],
  "if(odd_id = '', toString(id), odd_id) AS eventid",
  'eventtime',
  ...['awsregion', 'recipientaccountid', 'sharedeventid'],
  `${mapOf('j_addendum')} AS addendum`,
  `${recordSql} AS eventjson`,
  `base64Encode(SHA256(eventjson)) AS eventjsonchecksum`,
  `JSONExtract(eventjson, 'insightSource', '${T}') AS insightsource`,
  `${member(T, ['insightState'], ['state'])} AS insightstate`,
  `${member(T, ['insightEventSource'], ['eventSource'])} AS insighteventsource`,
  `${member(T, ['insightEventName'], ['eventName'])} AS insighteventname`,
  `${member(T, ['insightErrorCode'], ['errorCode'])} AS insighterrorcode`,
  `${member(T, ['insightType'], ['insightType'])} AS insighttype`,
  `CAST(tuple(${[
    statistic(D, 'baselineAverage', 'baseline', 'average'),
    statistic(D, 'insightAverage', 'insight', 'average'),
    statistic(I, 'baselineDuration', 'baselineDuration'),
    statistic(I, 'insightDuration', 'insightDuration'),
    attributions(),
  ].join(', ')}), '${CONTEXT}') AS insightcontext`,
];
