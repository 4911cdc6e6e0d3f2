import type { HiveField, LogFileScan } from '../log-files-contract.ts';
import { expressionOf, hiveText, typeOf } from './declared.ts';

/** Rows of some files in one of the engine's tables. */
export type Source = {
  readonly table: string;
  /** Members that the table has; undefined: all. */
  readonly has: ReadonlySet<string> | undefined;
  /** Partitions of the table that they are in. */
  readonly chunks: readonly number[] | undefined;
  readonly files: readonly { readonly id: number; readonly values: readonly string[] }[];
};

type Shown = Pick<LogFileScan, 'columns' | 'partitionColumns' | 'needed'>;

/** The SELECT of a scan's view: the columns as declared, of those files and no others. */
export function viewOf({ columns, partitionColumns, needed }: Shown, sources: readonly Source[]): string {
  const isNeeded = (name: string): boolean => needed === undefined || needed.has(name);
  const read = columns.filter(({ name }) => isNeeded(name));
  const partitions = partitionColumns.map((name, index) => ({ name, index }));
  const shown = [
    ...columns.map(
      (column) => `${isNeeded(column.name) ? expressionOf(column) : nothing(column)} AS \`${column.name}\``,
    ),
    ...partitions.map(
      ({ name, index }) =>
        `${isNeeded(name) ? `\`partition ${index}\`` : `CAST(NULL, 'Nullable(String)')`} AS \`${name}\``,
    ),
  ];
  const inner = sources.map((source) => {
    const selected = [
      'file',
      ...read.map(({ name }) => `\`${name}\``),
      ...partitions
        .filter(({ name }) => isNeeded(name))
        .map(({ index }) => `${partitionValue(source, index)} AS \`partition ${index}\``),
    ];
    return `SELECT ${selected.join(', ')} FROM ${source.table} WHERE ${filterOf(source)}`;
  });
  return `SELECT ${shown.join(', ')} FROM (${inner.join(' UNION ALL ')})`;
}

/** Hive's spelling is understood for a table's column. */
export function shownColumns({ columns, partitionColumns }: Shown): { name: string; type: string }[] {
  return [
    ...columns.map(({ name, type }) => ({ name, type: hiveText(type) })),
    ...partitionColumns.map((name) => ({ name, type: 'string' })),
  ];
}

function nothing(column: HiveField): string {
  return `defaultValueOfTypeName('${typeOf(column).replaceAll("'", "\\'")}')`;
}

/** Beyond so many ranges a set is looked up faster. */
const MOST_RANGES = 40;

function filterOf({ files, chunks }: Source): string {
  const ids = files.map(({ id }) => id).sort((a, b) => a - b);
  if (ids.length === 0) return '0';
  const ranges: [number, number][] = [];
  for (const id of ids) {
    const latest = ranges.at(-1);
    if (latest !== undefined && latest[1] === id - 1) latest[1] = id;
    else ranges.push([id, id]);
  }
  const byFile =
    ranges.length > MOST_RANGES
      ? `file IN (${ids.join(',')})`
      : ranges.map(([from, to]) => `(file >= ${from} AND file <= ${to})`).join(' OR ');
  return chunks === undefined ? byFile : `chunk IN (${chunks.join(',')}) AND (${byFile})`;
}

function partitionValue({ files }: Source, index: number): string {
  const values = files.map((file) => file.values[index] ?? '');
  const distinct = [...new Set(values)];
  const text = (value: string) => `'${value.replace(/['\\]/g, '\\$&')}'`;
  if (distinct.length <= 1) return `CAST(${text(distinct[0] ?? '')}, 'LowCardinality(Nullable(String))')`;
  const ids = files.map(({ id }) => id).join(',');
  const positions = new Map(distinct.map((value, position) => [value, position + 1]));
  const each = values.map((value) => positions.get(value) ?? 0).join(',');
  return `CAST(arrayElement([${distinct.map(text).join(',')}], transform(file, [${ids}], [${each}], 0)), 'LowCardinality(Nullable(String))')`;
}
