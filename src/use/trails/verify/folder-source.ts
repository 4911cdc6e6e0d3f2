import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { OpentrailError, systemCodeOf } from '../../../base/errors.ts';
import type { VerifySource } from './source.ts';

const LOGS = 'AWSLogs';

/**
 * A folder with a copy of a bucket, or of a part of it that holds `AWSLogs`, or `AWSLogs` itself. What stands before `AWSLogs/` in a key (the trail's prefix)
 * is taken from where the folder has its files, so that a copy of the prefix alone can be verified too. Read as it is asked for: a copy of years fits.
 */
export async function folderSource(dir: string): Promise<VerifySource> {
  const about = await stat(dir).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `${dir}: there is no such folder`, { cause });
  });
  if (!about.isDirectory()) throw new OpentrailError('BAD_ARGUMENT', `${dir} is not a folder`);
  const top = basename(resolve(dir)) === LOGS ? dirname(resolve(dir)) : resolve(dir);
  const roots = top === resolve(dir) ? await rootsBelow(top, '') : [''];
  const pathsOf = (key: string) => {
    const tail = tailOf(key);
    return tail === undefined ? [] : roots.map((root) => `${root}${tail}`);
  };
  return {
    name: dir,
    bucket: undefined,
    list: async function* (prefix, startAfter = '') {
      for (const root of roots) {
        for await (const key of walk(top, `${root}${LOGS}/`, { prefix, startAfter }))
          yield { key, modifiedAt: undefined };
      }
    },
    get: async ({ key }) => {
      for (const path of pathsOf(key)) {
        const body = await readOr(join(top, path));
        if (body !== undefined) return { body, metadata: undefined };
      }
      return undefined;
    },
    isAt: (key, address) => (tailOf(key) ?? key) === (tailOf(address.key) ?? address.key),
    uri: ({ key }) => {
      const paths = pathsOf(key);
      return (paths.length > 1 ? paths.find((path) => existsSync(join(top, path))) : paths[0]) ?? key;
    },
  };
}

/** From the last `AWSLogs/` that is a whole folder name; undefined when there is none, or when it would lead out of there. */
function tailOf(key: string): string | undefined {
  const at = `/${key}`.lastIndexOf(`/${LOGS}/`);
  if (at < 0) return undefined;
  const tail = key.slice(at);
  return tail.split('/').some((part) => part === '..' || part === '.' || part === '') ? undefined : tail;
}

/** What stands before each `AWSLogs` that has accounts or organizations in it, a slash at its end. */
async function rootsBelow(top: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(join(top, folder))) {
    if (!entry.isFolder) continue;
    const path = `${folder}${entry.name}/`;
    if (entry.name === LOGS && (await entriesOf(join(top, path))).some(({ name }) => ACCOUNT.test(name)))
      found.push(folder);
    else found.push(...(await rootsBelow(top, path)));
  }
  return found;
}

const ACCOUNT = /^(\d{12}|o-[a-z0-9]+)$/;

type Entry = { readonly name: string; readonly isFolder: boolean };

async function entriesOf(path: string): Promise<Entry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** Keys below `folder` in the order of a bucket's listing; folders in which none can be are not read. */
async function* walk(
  top: string,
  folder: string,
  range: { readonly prefix: string; readonly startAfter: string },
): AsyncGenerator<string> {
  const keys = (await entriesOf(join(top, folder)).catch(nothingThere)).map(({ name, isFolder }) =>
    isFolder ? `${folder}${name}/` : `${folder}${name}`,
  );
  for (const key of keys.sort()) {
    if (key.endsWith('/')) {
      const isBefore = key < range.startAfter && !range.startAfter.startsWith(key);
      const isBeside = !key.startsWith(range.prefix) && !range.prefix.startsWith(key);
      if (!isBefore && !isBeside) yield* walk(top, key, range);
    } else if (key.startsWith(range.prefix) && key > range.startAfter) yield key;
  }
}

function nothingThere(error: unknown): Entry[] {
  if (systemCodeOf(error) === 'ENOENT') return [];
  throw error;
}

async function readOr(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
    throw error;
  }
}
