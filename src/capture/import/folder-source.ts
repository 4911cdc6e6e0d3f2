import { opendir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { LogFileSource, SourceFile } from './log-file-source.ts';

/** Files below a folder (or one file). Links are not followed. Throws BAD_ARGUMENT when there is no such folder. */
export async function folderSource(folder: string): Promise<LogFileSource> {
  const root = resolve(folder);
  const found = await stat(root).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `cannot read ${folder}: ${messageOf(cause)}`, { cause });
  });
  return {
    name: root,
    list: () => (found.isFile() ? only(root) : below(root)),
    read: (file) => readFile(file.path),
  };
}

async function* only(path: string): AsyncGenerator<SourceFile> {
  yield await describe(path);
}

async function* below(folder: string): AsyncGenerator<SourceFile> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* below(path);
    else if (entry.isFile()) yield await describe(path);
  }
}

async function describe(path: string): Promise<SourceFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, size, version: `${size}-${Math.round(mtimeMs)}` };
}
