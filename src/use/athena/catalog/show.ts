import { hiveText } from '../ddl/hive-type.ts';
import type { ColumnDefinition, TableDefinition } from '../ddl/statement.ts';
import type { CatalogTable } from './catalog.ts';

/** Tables as statements and the API show them. */

export function partitionName({ partitionedBy }: TableDefinition, values: readonly string[]): string {
  return partitionedBy.map(({ name }, index) => `${name}=${values[index] ?? ''}`).join('/');
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** The statement that would make it again. */
export function createTableText(table: CatalogTable): string {
  const name = `\`${table.database}\`.\`${table.name}\``;
  if (table.kind === 'view')
    return `CREATE VIEW "${table.database}"."${table.name}" AS\n${table.definition.select}`;
  const {
    columns,
    partitionedBy,
    comment,
    serde,
    serdeProperties,
    inputFormat,
    outputFormat,
    location,
    properties,
  } = table.definition;
  const list = (of: readonly ColumnDefinition[]): string => of.map(columnText).join(', \n');
  const pairs = (of: Readonly<Record<string, string>>): string =>
    Object.entries(of)
      .map(([key, value]) => `  ${quoted(key)}=${quoted(value)}`)
      .join(', \n');
  return [
    `CREATE EXTERNAL TABLE ${name}(\n${list(columns)})`,
    ...(comment === undefined ? [] : [`COMMENT ${quoted(comment)}`]),
    ...(partitionedBy.length === 0 ? [] : [`PARTITIONED BY ( \n${list(partitionedBy)})`]),
    `ROW FORMAT SERDE \n  ${quoted(serde)} `,
    ...(Object.keys(serdeProperties).length === 0
      ? []
      : [`WITH SERDEPROPERTIES ( \n${pairs(serdeProperties)})`]),
    `STORED AS INPUTFORMAT \n  ${quoted(inputFormat ?? '')} `,
    `OUTPUTFORMAT \n  ${quoted(outputFormat ?? '')}`,
    `LOCATION\n  ${quoted(location)}`,
    ...(Object.keys(properties).length === 0 ? [] : [`TBLPROPERTIES (\n${pairs(properties)})`]),
  ].join('\n');
}

function columnText({ name, type, comment }: ColumnDefinition): string {
  return `  \`${name}\` ${hiveText(type)}${comment === undefined ? '' : ` COMMENT ${quoted(comment)}`}`;
}

/** Name, type and comment, with tabs between. */
export function describeTable(table: CatalogTable): string[] {
  const line = (name: string, type: string, comment = ''): string =>
    `${name.padEnd(20)}\t${type.padEnd(20)}\t${comment.padEnd(20)}`;
  if (table.kind === 'view') return table.definition.columns.map(({ name, type }) => line(name, type));
  const { columns, partitionedBy } = table.definition;
  const own = columns.map(({ name, type, comment }) => line(name, hiveText(type), comment));
  if (partitionedBy.length === 0) return own;
  const partitions = partitionedBy.map(({ name, type, comment }) => line(name, hiveText(type), comment));
  return [
    ...own,
    ...partitions,
    ' ',
    '# Partition Information',
    line('# col_name', 'data_type', 'comment'),
    ' ',
    ...partitions,
  ];
}

/** As GetTableMetadata gives it. https://docs.aws.amazon.com/athena/latest/APIReference/API_TableMetadata.html */
export function tableMetadata(table: CatalogTable) {
  const shown = ({ name, type, comment }: ColumnDefinition) => ({
    Name: name,
    Type: hiveText(type),
    ...(comment === undefined ? {} : { Comment: comment }),
  });
  const common = { Name: table.name, CreateTime: new Date(table.createdAt) };
  if (table.kind === 'view')
    return {
      ...common,
      TableType: 'VIRTUAL_VIEW',
      Columns: table.definition.columns.map(({ name, type }) => ({ Name: name, Type: type })),
      PartitionKeys: [],
      Parameters: { presto_view: 'true' },
    };
  const { columns, partitionedBy, serde, inputFormat, outputFormat, location, properties } = table.definition;
  return {
    ...common,
    TableType: 'EXTERNAL_TABLE',
    Columns: columns.map(shown),
    PartitionKeys: partitionedBy.map(shown),
    Parameters: {
      EXTERNAL: 'TRUE',
      ...properties,
      inputformat: inputFormat ?? '',
      location,
      outputformat: outputFormat ?? '',
      'serde.param.serialization.format': '1',
      'serde.serialization.lib': serde,
    },
  };
}
