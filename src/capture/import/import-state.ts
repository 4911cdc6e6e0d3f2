import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { SourceFile } from './log-file-source.ts';

/** Which files of a source are finished, so that an interrupted import goes on where it was. */
export type ImportState = {
  /** Path → version of every finished file. */
  readonly load: () => Promise<ReadonlyMap<string, string>>;
  readonly finish: (files: readonly SourceFile[]) => Promise<void>;
};

/** One line a finished file in `DIR/imports/<hash of the source>.ndjson`; a line cut off by a crash is passed over. */
export function importStateFile(dataDir: string, source: string): ImportState {
  const folder = join(dataDir, 'imports');
  const path = join(folder, `${createHash('sha256').update(source).digest('hex').slice(0, 24)}.ndjson`);
  return {
    load: async () => {
      const text = await readFile(path, 'utf8').catch(() => '');
      return new Map(text.split('\n').flatMap(readLine));
    },
    finish: async (files) => {
      if (files.length === 0) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const lines = files.map((file) => `${JSON.stringify([file.path, file.version])}\n`);
      await appendFile(path, `\n${lines.join('')}`, { mode: 0o600 });
    },
  };
}

function readLine(line: string): [string, string][] {
  try {
    const parsed: unknown = JSON.parse(line);
    return Array.isArray(parsed) && typeof parsed[0] === 'string' && typeof parsed[1] === 'string'
      ? [[parsed[0], parsed[1]]]
      : [];
  } catch {
    return [];
  }
}
