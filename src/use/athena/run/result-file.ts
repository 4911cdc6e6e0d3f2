import type { SqlColumn, SqlRow } from '../../../store/contract.ts';

/** Results as Athena writes them: https://docs.aws.amazon.com/athena/latest/ug/querying.html */

/** Every value in quotes, NULL as nothing at all. */
export function csvLine(row: SqlRow): string {
  return `${row.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\n`;
}

export type CsvPage = {
  readonly rows: readonly SqlRow[];
  /** Where the next one begins; undefined at the end. */
  readonly next: number | undefined;
};

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_END = 0x0a;

/** Rows of a file that `csvLine` wrote, from a byte on. */
export function readCsv(file: Buffer, from: number, most: number): CsvPage {
  const rows: SqlRow[] = [];
  let at = from;
  while (at < file.byteLength && rows.length < most) {
    const row: (string | null)[] = [];
    for (;;) {
      const value = readValue(file, at);
      row.push(value.text);
      at = value.end + 1;
      if (file[value.end] !== COMMA) break;
    }
    rows.push(row);
  }
  return { rows, next: at < file.byteLength ? at : undefined };
}

function readValue(file: Buffer, start: number): { readonly text: string | null; readonly end: number } {
  if (file[start] !== QUOTE) return { text: null, end: endOf(file, start) };
  let at = start + 1;
  for (;;) {
    const quote = file.indexOf(QUOTE, at);
    if (quote < 0) return { text: file.toString('utf8', start + 1), end: file.byteLength };
    if (file[quote + 1] !== QUOTE)
      return { text: file.toString('utf8', start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    at = quote + 2;
  }
}

function endOf(file: Buffer, start: number): number {
  let at = start;
  while (at < file.byteLength && file[at] !== COMMA && file[at] !== LINE_END) at += 1;
  return at;
}

/** Results of SHOW and DESCRIBE: a line each. */
export function readLines(file: Buffer, from: number, most: number): CsvPage {
  const rows: SqlRow[] = [];
  let at = from;
  while (at < file.byteLength && rows.length < most) {
    const end = file.indexOf(LINE_END, at);
    const stop = end < 0 ? file.byteLength : end;
    rows.push([file.toString('utf8', at, stop)]);
    at = stop + 1;
  }
  return { rows, next: at < file.byteLength ? at : undefined };
}

/** As the API describes columns. */
export function columnInfo({ name, type }: SqlColumn) {
  const plain = type.replace(/[(<].*$/, '').toLowerCase();
  const [precision, scale] = PRECISION[plain] ?? [0, 0];
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: plain === 'string' ? 'varchar' : plain === 'struct' ? 'row' : plain,
    Precision: precision,
    Scale: scale,
    Nullable: 'UNKNOWN',
    CaseSensitive: plain === 'varchar' || plain === 'string',
  };
}

const PRECISION: Readonly<Record<string, readonly [number, number]>> = {
  varchar: [2147483647, 0],
  string: [2147483647, 0],
  bigint: [19, 0],
  integer: [10, 0],
  smallint: [5, 0],
  tinyint: [3, 0],
  double: [17, 0],
  real: [17, 0],
  timestamp: [3, 0],
};

/**
 * `.metadata`: the columns as protocol buffers, field 4 repeated, each with catalog (1), schema (2), table (3), name (4), label (5), type (6),
 * precision (7), scale (8), nullable (9) and case sensitivity (10). AWS does not document its own.
 */
export function metadataFile(columns: readonly SqlColumn[]): Buffer {
  return Buffer.concat(
    columns.map((column) => {
      const info = columnInfo(column);
      const texts = [info.CatalogName, info.SchemaName, info.TableName, info.Name, info.Label, info.Type];
      const numbers = [info.Precision, info.Scale, 3, info.CaseSensitive ? 1 : 0];
      return bytesField(
        4,
        Buffer.concat([
          ...texts.map((text, index) => bytesField(index + 1, Buffer.from(text))),
          ...numbers.map((number, index) => Buffer.concat([varint((index + 7) << 3), varint(number)])),
        ]),
      );
    }),
  );
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.byteLength), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
