import { readFile } from 'node:fs/promises';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import { readPublicKeys, type PublicKeys } from '../../use/trails/verify/public-keys.ts';
import { serverAccess } from '../client.ts';
import { cloudtrailCall } from '../server-request.ts';
import type { VerifyCommandOptions } from './options.ts';

const DAY = 86_400;

/** From `--keys`, else from the server: all keys whose validity touches the time that is verified. */
export async function readKeys(options: VerifyCommandOptions): Promise<PublicKeys> {
  if (options.keys !== undefined) return readPublicKeys(await readJson(options.keys));
  const server = await serverAccess(options);
  const answer = await cloudtrailCall(server, 'ListPublicKeys', {
    StartTime: options.startTime ?? 0,
    EndTime: (options.endTime ?? Math.floor(Date.now() / 1000)) + DAY,
  });
  return readPublicKeys(answer);
}

/** Key of a digest → its `signature` metadata, in hex. Throws BAD_FILE. */
export async function readSignatures(path: string): Promise<ReadonlyMap<string, string>> {
  const json = await readJson(path);
  const entries = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  for (const [key, signature] of entries) {
    if (typeof signature !== 'string' || !/^[0-9a-f]+$/i.test(signature))
      throw new OpentrailError('BAD_FILE', `${path}: the signature of "${key}" is not hexadecimal`);
  }
  if (entries.length === 0)
    throw new OpentrailError('BAD_FILE', `${path}: must be a JSON object, key of the digest → signature`);
  return new Map(entries as [string, string][]);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', `${path}: ${messageOf(cause)}`, { cause });
  }
}
