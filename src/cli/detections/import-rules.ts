import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import type { ServerAccess } from '../server-request.ts';
import { detectionCall } from './api.ts';

export type Imported = {
  readonly ids: readonly string[];
  readonly failed: readonly { readonly file: string; readonly why: string }[];
};

/** Files of Sigma rules: one, or all of a folder and those in it. Throws BAD_ARGUMENT where there are none. */
export async function ruleFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `${path}: ${messageOf(cause)}`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0)
    throw new OpentrailError('BAD_ARGUMENT', `${path}: there is no .yml or .yaml in it`);
  return names.map((name) => join(path, name));
}

/** One file after the other: what is wrong with one keeps no other out. */
export async function importRules(
  server: ServerAccess,
  path: string,
  options: { readonly Enabled: boolean; readonly Scope?: 'all' },
): Promise<Imported> {
  const ids: string[] = [];
  const failed: { file: string; why: string }[] = [];
  for (const file of await ruleFiles(path)) {
    try {
      const Rules = [await readFile(file, 'utf8')];
      const answer = await detectionCall<{ DetectionIds: string[] }>(server, 'ImportDetections', {
        Rules,
        ...options,
      });
      ids.push(...answer.DetectionIds);
    } catch (error) {
      if (!(error instanceof OpentrailError) || error.code !== 'SERVER_REFUSED') throw error;
      if (!error.message.startsWith('ValidationException')) throw error;
      failed.push({ file, why: error.message.replace(/^ValidationException: (Rules: )?/, '') });
    }
  }
  return { ids, failed };
}
