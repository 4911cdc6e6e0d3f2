import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { systemCodeOf } from '../../base/errors.ts';
import { DEFAULTS, readFunctionFile, type FunctionSettings } from './function-file.ts';
import { badFunction } from './lambda-errors.ts';

/** A function as it lies in the folder now. */
export type FunctionCode = FunctionSettings & {
  readonly name: string;
  /** The file that exports the handler. */
  readonly file: string;
  /** What the function may read: its folder, or its one file. */
  readonly root: string;
  readonly isFolder: boolean;
  /** Another one means that something was changed, and that no process of the former code may go on. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  /** Bytes. */
  readonly codeSize: number;
};

export type Catalog = {
  /** Undefined where there is no such function. Throws ServiceException for a function.json that is wrong. */
  readonly find: (name: string) => Promise<FunctionCode | undefined>;
  /** By name. */
  readonly names: () => Promise<readonly string[]>;
};

const ENDINGS = ['js', 'mjs', 'cjs'] as const;
const NAME = /^[a-zA-Z0-9-_]{1,64}$/;
const FILE = /^([a-zA-Z0-9-_]{1,64})\.(?:js|mjs|cjs)$/;
/** Files of a function that are looked at for changes; those it brings from npm are not. */
const MOST_FILES = 2000;

/** Reads the folder anew at each question: what the operator puts there is in force with the next invocation. */
export function createCatalog(folder: string): Catalog {
  return {
    find: (name) => (NAME.test(name) ? findFunction(folder, name) : Promise.resolve(undefined)),
    names: async () => {
      const found = new Set<string>();
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const name = entry.isDirectory() ? entry.name : FILE.exec(entry.name)?.[1];
        if (name === undefined || !NAME.test(name)) continue;
        if (!entry.isDirectory() || (await mainFile(join(folder, name), 'index')) !== undefined)
          found.add(name);
      }
      return [...found].sort();
    },
  };
}

async function findFunction(folder: string, name: string): Promise<FunctionCode | undefined> {
  const root = join(folder, name);
  const inFolder = await mainFile(root, 'index');
  if (inFolder !== undefined) {
    const settings = await settingsIn(root);
    return {
      ...settings,
      name,
      file: inFolder,
      root,
      isFolder: true,
      ...(await stateOf(await filesIn(root))),
    };
  }
  const file = await mainFile(folder, name);
  if (file === undefined) return undefined;
  return { ...DEFAULTS, name, file, root: file, isFolder: false, ...(await stateOf([file])) };
}

async function mainFile(folder: string, name: string): Promise<string | undefined> {
  for (const ending of ENDINGS) {
    const file = join(folder, `${name}.${ending}`);
    if (await stat(file).then((found) => found.isFile(), isMissing)) return file;
  }
  return undefined;
}

async function settingsIn(root: string): Promise<FunctionSettings> {
  const file = join(root, 'function.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => void isMissing(error));
  if (text === undefined) return DEFAULTS;
  const read = readFunctionFile(text);
  if ('complaint' in read) throw badFunction(`${file}: ${read.complaint}`);
  return read;
}

async function filesIn(root: string): Promise<readonly string[]> {
  const files: string[] = [];
  const folders = [root];
  for (let at = folders.pop(); at !== undefined && files.length < MOST_FILES; at = folders.pop()) {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') folders.push(path);
      } else files.push(path);
    }
  }
  return files.sort().slice(0, MOST_FILES);
}

async function stateOf(
  files: readonly string[],
): Promise<Pick<FunctionCode, 'fingerprint' | 'lastModified' | 'codeSize'>> {
  const hash = createHash('sha256');
  let lastModified = 0;
  let codeSize = 0;
  for (const file of files) {
    const found = await stat(file).catch((error: unknown) => void isMissing(error));
    if (found === undefined) continue;
    hash.update(`${file}\0${found.size}\0${found.mtimeMs}\0`);
    lastModified = Math.max(lastModified, Math.trunc(found.mtimeMs));
    codeSize += found.size;
  }
  return { fingerprint: hash.digest('base64'), lastModified, codeSize };
}

/** False; rethrows any other failure. */
function isMissing(error: unknown): false {
  const code = systemCodeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return false;
  throw error;
}
