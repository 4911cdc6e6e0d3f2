import type { LakeTable } from '../contract.ts';
import { INSIGHT_VIEW } from './insight-view.ts';
import {
  IDENTITY_LEAVES,
  isLeaf,
  SCALAR_MEMBERS,
  TEXT_MEMBERS,
  TLS_LEAVES,
  treeOf,
  type Leaf,
} from './lake-columns.ts';
import { jsonColumn, mapOf, recordSql } from './record-sql.ts';

/** What differs between the engines that run the same statements. */
export type LakeEngine = { readonly replicated: boolean };

export const tableName = (id: string): string => `lake_${id.replaceAll('-', '')}`;
export const viewName = (id: string): string => `${tableName(id)}_view`;

const FEW = 'LowCardinality(Nullable(String))';
const TEXT = 'Nullable(String) CODEC(ZSTD(1))';
const TIME = "DateTime64(3, 'UTC')";

const LEAVES = [...IDENTITY_LEAVES, ...TLS_LEAVES];

const typeOfLeaf = ({ kind }: Leaf): string =>
  kind === 'L' ? FEW : kind === 'T' ? `Nullable(${TIME}) CODEC(ZSTD(1))` : kind === 'M' ? PLAIN : TEXT;

const PLAIN = 'String CODEC(ZSTD(1))';

/** Columns that are inserted, in this order. */
export const INSERT_COLUMNS: readonly string[] = [
  'eventtime',
  'id',
  'odd_id',
  'requestid',
  ...SCALAR_MEMBERS.map(([, column]) => column),
  'readonly',
  'managementevent',
  ...LEAVES.map(columnOf),
  'resources',
  ...TEXT_MEMBERS.map(([, column]) => jsonColumn(column)),
  'rest',
];

function columnOf({ column, kind }: Leaf): string {
  return kind === 'M' ? jsonColumn(column) : column;
}

/**
 * By source and name, because most questions name one or the other, and because records of one name compress together; a name's events are in the
 * order of time. Weeks, so that a range of time reads little else. Bloom filters find rare values of what the order does not help with.
 */
export function createTable({ id, retentionDays }: LakeTable, { replicated }: LakeEngine): string {
  const columns = [
    `eventtime ${TIME} CODEC(Delta, ZSTD(1))`,
    'id UUID CODEC(NONE)',
    `odd_id ${PLAIN}`,
    `requestid ${TEXT}`,
    ...SCALAR_MEMBERS.map(([, column, kind]) => `${column} ${kind === 'L' ? FEW : TEXT}`),
    'readonly Nullable(Bool)',
    'managementevent Nullable(Bool)',
    ...LEAVES.map((leaf) => `${name(columnOf(leaf))} ${typeOfLeaf(leaf)}`),
    `resources Array(${RESOURCE}) CODEC(ZSTD(1))`,
    ...TEXT_MEMBERS.map(([, column]) => `${jsonColumn(column)} ${PLAIN}`),
    `rest ${PLAIN}`,
    'INDEX i_id id TYPE bloom_filter GRANULARITY 8',
    ...INDEXED.map((column, n) => `INDEX i_${n} ${name(column)} TYPE bloom_filter(0.01) GRANULARITY 1`),
  ];
  return `
CREATE TABLE IF NOT EXISTS ${tableName(id)} (
  ${columns.join(',\n  ')}
)
ENGINE = ${replicated ? 'ReplicatedMergeTree' : 'MergeTree'}
PARTITION BY toMonday(eventtime)
ORDER BY (eventsource, eventname, eventtime)
TTL ${ttlOf(retentionDays)}
SETTINGS index_granularity = 2048, allow_nullable_key = 1, ttl_only_drop_parts = 1, fsync_after_insert = 1, fsync_part_directory = 1,
  min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1,
  ${replicated ? 'replicated_deduplication_window' : 'non_replicated_deduplication_window'} = 1000`;
}

/** Values that are asked for one by one, and that the table's order does not find. */
const INDEXED: readonly string[] = [
  'errorcode',
  'sourceipaddress',
  'useridentity.arn',
  'useridentity.accesskeyid',
  'useridentity.username',
  'useridentity.principalid',
  'useridentity.sessioncontext.sessionissuer.arn',
];

export const ttlOf = (retentionDays: number): string =>
  `toDateTime(eventtime) + toIntervalDay(${retentionDays})`;

const RESOURCE =
  'Tuple(accountid Nullable(String), type Nullable(String), arn Nullable(String), arnprefix Nullable(String))';

/** The columns that SQL sees, and (under their dotted names) the leaves of rows, which are read alone. */
export function createView(table: LakeTable): string {
  const columns = VIEWS[table.kind];
  return `
CREATE OR REPLACE VIEW ${viewName(table.id)} AS
SELECT
  ${columns.join(',\n  ')}
FROM ${tableName(table.id)}
WHERE eventtime >= now() - toIntervalDay(${table.retentionDays})`;
}

const name = (column: string): string => (column.includes('.') ? `\`${column}\`` : column);
const EVENT_VIEW: readonly string[] = [
  ...SCALAR_MEMBERS.map(([, column]) => column),
  'eventtime',
  "if(odd_id = '', toString(id), odd_id) AS eventid",
  'requestid',
  'readonly',
  'managementevent',
  `${rowOf(IDENTITY_LEAVES)} AS useridentity`,
  `${rowOf(TLS_LEAVES)} AS tlsdetails`,
  ...LEAVES.filter(({ kind }) => kind !== 'M').map(({ column }) => name(column)),
  'resources',
  ...TEXT_MEMBERS.filter(([, column]) => column !== 'eventdata' && column !== 'metadata').map(
    ([, column]) => `${mapOf(jsonColumn(column))} AS ${column}`,
  ),
  `${recordSql} AS eventjson`,
  `base64Encode(SHA256(${recordSql})) AS eventjsonchecksum`,
];

/** A named tuple of all leaves. */
function rowOf(leaves: readonly Leaf[]): string {
  type Node = Leaf | { readonly [key: string]: Node };
  const sqlOf = (node: Node): string => {
    if (isLeaf(node as Leaf)) {
      const leaf = node as Leaf;
      return leaf.kind === 'M' ? mapOf(name(columnOf(leaf))) : name(leaf.column);
    }
    return `tuple(${Object.values(node as Record<string, Node>)
      .map(sqlOf)
      .join(', ')})`;
  };
  const typeOf = (node: Node): string => {
    if (isLeaf(node as Leaf)) {
      const { kind } = node as Leaf;
      return kind === 'T'
        ? `Nullable(${TIME})`
        : kind === 'M'
          ? 'Map(String, Nullable(String))'
          : 'Nullable(String)';
    }
    return `Tuple(${Object.entries(node as Record<string, Node>)
      .map(([key, child]) => `${key} ${typeOf(child)}`)
      .join(', ')})`;
  };
  const tree = treeOf(leaves);
  return `CAST(${sqlOf(tree)}, '${typeOf(tree).replaceAll("'", "\\'")}')`;
}

const ACTIVITY_VIEW: readonly string[] = [
  ...['eventversion', 'eventcategory', 'eventtype'],
  "if(odd_id = '', toString(id), odd_id) AS eventid",
  'eventtime',
  'awsregion',
  'recipientaccountid',
  `${mapOf('j_addendum')} AS addendum`,
  `CAST(tuple(JSONExtract(j_metadata, 'ingestionTime', 'Nullable(String)'), JSONExtract(j_metadata, 'channelARN', 'Nullable(String)')), 'Tuple(ingestiontime Nullable(String), channelarn Nullable(String))') AS metadata`,
  `${activityData()} AS eventdata`,
  `${recordSql} AS eventjson`,
  `base64Encode(SHA256(${recordSql})) AS eventjsonchecksum`,
];

function activityData(): string {
  const text = (member: string) => `JSONExtract(j_eventdata, '${member}', 'Nullable(String)')`;
  const map = (member: string) => `JSONExtract(j_eventdata, '${member}', 'Map(String, Nullable(String))')`;
  const T = 'Nullable(String)';
  const M = 'Map(String, Nullable(String))';
  const identity = `tuple(JSONExtract(j_eventdata, 'userIdentity', 'type', '${T}'), JSONExtract(j_eventdata, 'userIdentity', 'principalId', '${T}'), JSONExtract(j_eventdata, 'userIdentity', 'details', '${M}'))`;
  const values = [
    text('version'),
    identity,
    ...['userAgent', 'eventSource', 'eventName', 'eventTime', 'UID'].map(text),
    ...['requestParameters', 'responseElements'].map(map),
    ...['errorCode', 'errorMessage', 'sourceIPAddress', 'recipientAccountId'].map(text),
    map('additionalEventData'),
  ];
  const type = `Tuple(version ${T}, useridentity Tuple(type ${T}, principalid ${T}, details ${M}), useragent ${T}, eventsource ${T}, eventname ${T}, eventtime ${T}, uid ${T}, requestparameters ${M}, responseelements ${M}, errorcode ${T}, errormessage ${T}, sourceipaddress ${T}, recipientaccountid ${T}, additionaleventdata ${M})`;
  return `CAST(tuple(${values.join(', ')}), '${type}')`;
}

const VIEWS = { events: EVENT_VIEW, activity: ACTIVITY_VIEW, insights: INSIGHT_VIEW };
