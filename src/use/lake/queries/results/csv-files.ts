import { once } from 'node:events';
import { createGzip, type Gzip } from 'node:zlib';

import type { SqlColumn, SqlRow } from '../../../../store/contract.ts';

/** Characters in one file before the next is begun. */
const FILE_CHARACTERS = 128 * 1024 * 1024;

/** A result as gzipped CSV files (RFC 4180), each with the names of the columns in its first line; NULL is an empty field, a text stands in quotes. At least one file. */
export async function* csvFiles(
  columns: readonly Pick<SqlColumn, 'name'>[],
  chunks: AsyncIterable<readonly SqlRow[]>,
  most = FILE_CHARACTERS,
): AsyncGenerator<Buffer> {
  const header = lineOf(columns.map(({ name }) => name));
  let file = beginFile(header);
  for await (const rows of chunks) {
    for (const row of rows) {
      if (file.characters > most) {
        yield await file.end();
        file = beginFile(header);
      }
      const written = file.write(lineOf(row));
      if (written !== undefined) await written;
    }
  }
  yield await file.end();
}

function lineOf(row: SqlRow): string {
  return `${row.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\r\n`;
}

function beginFile(header: string) {
  const gzip: Gzip = createGzip();
  const parts: Buffer[] = [];
  gzip.on('data', (part: Buffer) => parts.push(part));
  const file = {
    characters: 0,
    /** A promise when the reader of lines has to wait. */
    write: (line: string): Promise<unknown> | undefined => {
      file.characters += line.length;
      return gzip.write(line) ? undefined : once(gzip, 'drain');
    },
    end: async (): Promise<Buffer> => {
      const ended = once(gzip, 'end');
      gzip.end();
      await ended;
      return Buffer.concat(parts);
    },
  };
  gzip.write(header);
  return file;
}
