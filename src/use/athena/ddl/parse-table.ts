import { malformed, notBuilt } from '../athena-errors.ts';
import { readType } from './hive-type.ts';
import type { ColumnDefinition, TableDefinition } from './statement.ts';
import type { TokenReader } from './tokens.ts';

/** Both read the `Records` of CloudTrail's files; the first as the documentation has it, the second as older documentation had. */
const SERDES = ['org.apache.hive.hcatalog.data.JsonSerDe', 'com.amazon.emr.hive.serde.CloudTrailSerde'];
const JSON_SERDES = ['org.openx.data.jsonserde.JsonSerDe', 'com.amazon.ionhiveserde.IonHiveSerDe'];
const INPUT_FORMAT = 'com.amazon.emr.cloudtrail.CloudTrailInputFormat';

/** What follows the name of `CREATE EXTERNAL TABLE`: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html */
export function readTable(reader: TokenReader): TableDefinition {
  const columns = reader.list(() => readColumn(reader));
  const comment = reader.takes('COMMENT') ? reader.text() : undefined;
  const partitionedBy = reader.takes('PARTITIONED', 'BY') ? reader.list(() => readColumn(reader)) : [];
  if (reader.sees('CLUSTERED')) throw notBuilt('CLUSTERED BY');
  const serde = readSerde(reader);
  const formats = readFormats(reader);
  reader.expect('LOCATION');
  const location = readLocation(reader.text());
  const properties = reader.takes('TBLPROPERTIES') ? readProperties(reader) : {};
  refuseTwice([...columns, ...partitionedBy]);
  return { columns, partitionedBy, comment, ...serde, ...formats, location, properties };
}

function readColumn(reader: TokenReader): ColumnDefinition {
  const name = reader.name();
  const type = readType(reader);
  return { name, type, comment: reader.takes('COMMENT') ? reader.text() : undefined };
}

function readSerde(reader: TokenReader): Pick<TableDefinition, 'serde' | 'serdeProperties'> {
  if (!reader.takes('ROW', 'FORMAT', 'SERDE'))
    throw malformed(`A table over CloudTrail's log files says ROW FORMAT SERDE '${SERDES.join("' or '")}'.`);
  const serde = reader.text();
  if (JSON_SERDES.includes(serde) || !SERDES.includes(serde))
    throw notBuilt(`the SERDE ${serde}; tables are over CloudTrail's log files: ${SERDES.join(' or ')}`);
  return { serde, serdeProperties: reader.takes('WITH', 'SERDEPROPERTIES') ? readProperties(reader) : {} };
}

function readFormats(reader: TokenReader): Pick<TableDefinition, 'inputFormat' | 'outputFormat'> {
  reader.expect('STORED', 'AS', 'INPUTFORMAT');
  const inputFormat = reader.text();
  if (inputFormat !== INPUT_FORMAT) throw notBuilt(`the input format ${inputFormat}, only ${INPUT_FORMAT}`);
  reader.expect('OUTPUTFORMAT');
  return { inputFormat, outputFormat: reader.text() };
}

/** `s3://BUCKET/PREFIX/`, with its slash. Throws InvalidRequestException. */
export function readLocation(text: string): string {
  const match = /^s3[an]?:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text);
  if (match === null) throw malformed(`The location ${text} is not of the form s3://BUCKET/PREFIX/.`);
  const prefix = match[2] ?? '';
  return `s3://${match[1]}/${prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`}`;
}

function readProperties(reader: TokenReader): Record<string, string> {
  return Object.fromEntries(
    reader.list(() => {
      const name = reader.text();
      reader.expect('=');
      return [name, reader.text()];
    }),
  );
}

function refuseTwice(columns: readonly ColumnDefinition[]): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw malformed(`The column ${twice} is declared twice.`);
}
