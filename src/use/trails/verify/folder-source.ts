import { opendir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { OpentrailError, systemCodeOf } from '../../../base/errors.ts';
import type { VerifySource } from './source.ts';

/**
 * A folder with a copy of a bucket, or of a part of it that holds `AWSLogs`, or `AWSLogs` itself. What stands before `AWSLogs/` in a key (the trail's prefix)
 * is taken from where the folder has its files, so that a copy of the prefix alone can be verified too.
 */
export async function folderSource(dir: string): Promise<VerifySource> {
  const about = await stat(dir).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `${dir}: there is no such folder`, { cause });
  });
  if (!about.isDirectory()) throw new OpentrailError('BAD_ARGUMENT', `${dir} is not a folder`);
  const root = basename(resolve(dir)) === 'AWSLogs' ? dirname(resolve(dir)) : dir;
  const files = new Map<string, string>();
  for await (const path of walk(dir)) {
    const key = relative(root, path).split(sep).join('/');
    files.set(tailOf(key), key);
  }
  const keys = [...files.values()].sort();
  return {
    name: dir,
    bucket: undefined,
    list: async function* () {
      for (const key of keys) yield { key, modifiedAt: undefined };
    },
    get: async ({ key }) => {
      const known = files.get(tailOf(key));
      if (known === undefined) return undefined;
      try {
        return { body: await readFile(join(root, known)), metadata: undefined };
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    isAt: (key, address) => tailOf(key) === tailOf(address.key),
    uri: (file) => files.get(tailOf(file.key)) ?? file.key,
  };
}

/** From the last `AWSLogs/` that is a whole folder name; the key itself when there is none. */
function tailOf(key: string): string {
  const at = `/${key}`.lastIndexOf('/AWSLogs/');
  return at < 0 ? key : key.slice(at);
}

async function* walk(dir: string): AsyncGenerator<string> {
  for await (const entry of await opendir(dir)) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}
