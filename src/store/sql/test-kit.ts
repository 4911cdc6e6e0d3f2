import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { SqlColumn } from '../sql-contract.ts';
import { engineType, identifier } from './compile/value.ts';
import { parseType } from './types/parse-type.ts';
import type { Type } from './types/type.ts';

/** Tables for tests of SQL: CloudTrail Lake's documented columns, out of records. */

const STRINGS =
  'eventversion eventsource eventname awsregion sourceipaddress useragent errorcode errormessage requestid eventid eventtype apiversion recipientaccountid sharedeventid annotation vpcendpointid vpcendpointaccountid eventcategory sessioncredentialfromconsole eventjson eventjsonchecksum'.split(
    ' ',
  );
const MAPS =
  'requestparameters responseelements additionaleventdata serviceeventdetails addendum edgedevicedetails insightdetails'.split(
    ' ',
  );
const ISSUER = 'row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar)';
const IDENTITY = `row(type varchar, principalid varchar, arn varchar, accountid varchar, accesskeyid varchar, username varchar,
  sessioncontext row(attributes row(creationdate timestamp, mfaauthenticated varchar), sessionissuer ${ISSUER},
  webidfederationdata row(federatedprovider varchar, attributes map(varchar, varchar)), sourceidentity varchar, ec2roledelivery varchar, ec2issuedinvpc varchar),
  invokedby varchar, identityprovider varchar, onbehalfof row(userid varchar, identitystorearn varchar))`;

export const LAKE_COLUMNS: readonly SqlColumn[] = [
  ...STRINGS.map((name) => ({ name, type: 'varchar' })),
  { name: 'eventtime', type: 'timestamp' },
  { name: 'readonly', type: 'boolean' },
  { name: 'managementevent', type: 'boolean' },
  ...MAPS.map((name) => ({ name, type: 'map(varchar, varchar)' })),
  { name: 'resources', type: 'array(row(accountid varchar, type varchar, arn varchar, arnprefix varchar))' },
  {
    name: 'tlsdetails',
    type: 'row(tlsversion varchar, ciphersuite varchar, clientprovidedhostheader varchar)',
  },
  { name: 'useridentity', type: IDENTITY },
];

export type TestRecord = Readonly<Record<string, unknown>>;

export function createTable(table: string, columns: readonly SqlColumn[]): string {
  const list = columns.map(({ name, type }) => `${identifier(name)} ${engineType(parseType(type))}`);
  return `CREATE TABLE ${identifier(table)} (${list.join(', ')}) ENGINE = MergeTree ORDER BY tuple()`;
}

/** A record as a row of the table, for JSONEachRow. */
export function lakeRow(
  record: TestRecord,
  columns: readonly SqlColumn[] = LAKE_COLUMNS,
): Record<string, unknown> {
  const lower = lowered(record);
  const row: Record<string, unknown> = {};
  for (const { name, type } of columns) {
    const value = name === 'eventjson' ? JSON.stringify(record) : lower[name];
    row[name] = shaped(value, parseType(type));
  }
  return row;
}

const lowered = (of: unknown): Readonly<Record<string, unknown>> =>
  typeof of === 'object' && of !== null && !Array.isArray(of)
    ? Object.fromEntries(Object.entries(of).map(([key, value]) => [key.toLowerCase(), value]))
    : {};

function shaped(value: unknown, type: Type): unknown {
  switch (type.kind) {
    case 'row': {
      const of = lowered(value);
      return Object.fromEntries(
        type.fields.map(({ name = '', type: inner }) => [
          name,
          shaped(of[name] ?? of[name === 'arn' ? 'arn' : name], inner),
        ]),
      );
    }
    case 'array':
      return Array.isArray(value) ? value.map((one) => shaped(one, type.element)) : [];
    case 'map':
      return mapOf(value);
    case 'boolean':
      return value === undefined || value === null ? null : value === true || value === 'true';
    case 'timestamp':
      return typeof value === 'string'
        ? new Date(value).toISOString().replace('T', ' ').replace('Z', '')
        : null;
    default:
      return value === undefined || value === null ? null : text(value);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** As Lake has it: text bare, everything else as JSON text. */
export function mapOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null && one !== undefined)
      .map(([key, one]) => [key, text(one)]),
  );
}

/** All records of a folder of the shared vectors; undefined when the folder is absent. */
export function sharedRecords(folder: string): readonly TestRecord[] | undefined {
  const root = join(import.meta.dirname, '../../../../shared/vectors/records', folder);
  try {
    return filesUnder(root).flatMap(recordsOf);
  } catch {
    return undefined;
  }
}

function filesUnder(dir: string): readonly string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function recordsOf(file: string): readonly TestRecord[] {
  if (!/\.(json|json\.gz|ndjson|jsonl)$/.test(file)) return [];
  const bytes = readFileSync(file);
  const content = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  if (/\.(ndjson|jsonl)$/.test(file))
    return content
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as TestRecord);
  const parsed: unknown = JSON.parse(content);
  if (Array.isArray(parsed)) return parsed as TestRecord[];
  const records = (parsed as { Records?: TestRecord[] }).Records;
  return records ?? [parsed as TestRecord];
}
