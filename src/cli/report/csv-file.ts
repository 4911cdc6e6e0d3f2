import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

export type Cell = string | number | undefined;

/**
 * A CSV file (RFC 4180) that grows row by row. A text that a spreadsheet would take for a formula gets an apostrophe before it: records hold
 * what strangers wrote.
 */
export function openCsv(path: string, header: readonly string[]) {
  const stream = createWriteStream(path, { mode: 0o600 });
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  failed.catch(() => undefined);
  const hash = createHash('sha256');
  const put = (line: string): boolean => {
    hash.update(line);
    return stream.write(line);
  };
  put(lineOf(header));
  return {
    add: async (row: readonly Cell[]): Promise<void> => {
      if (!put(lineOf(row))) await Promise.race([once(stream, 'drain'), failed]);
    },
    /** Resolves with the SHA-256 of the file. */
    close: async (): Promise<string> => {
      stream.end();
      await Promise.race([once(stream, 'close'), failed]);
      return hash.digest('hex');
    },
  };
}

export function lineOf(row: readonly Cell[]): string {
  return `${row.map(field).join(',')}\r\n`;
}

function field(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
