import { readFile } from 'node:fs/promises';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import { parseVerifierKey, type VerifierKey } from '../../use/proofs/note/keys.ts';
import type { Trust } from '../../use/proofs/verify/check-tree.ts';
import { serverAccess } from '../client.ts';
import { serverText } from '../server-request.ts';
import type { VerifyCommandOptions } from './options.ts';

/** Whom checkpoints are believed: the key and the witnesses that were named. Throws BAD_ARGUMENT. */
export async function trustOf(options: VerifyCommandOptions): Promise<Trust> {
  const witnesses = await Promise.all(options.witness.map((text) => readVerifierKey(text, 'cosignature')));
  const quorum = options.quorum === undefined ? witnesses.length : Number(options.quorum);
  if (!Number.isInteger(quorum) || quorum < 0 || quorum > witnesses.length) {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      `--quorum: must be 0 to ${witnesses.length}, the number of --witness keys (got "${options.quorum}")`,
    );
  }
  const key = options.publicKey === undefined ? undefined : await readVerifierKey(options.publicKey, 'note');
  return { key, witnesses, quorum };
}

/** The key as the server tells it, where nobody named one and the server is asked for digest keys anyway. Undefined when it may not be had. */
export async function keyOfServer(options: VerifyCommandOptions): Promise<VerifierKey | undefined> {
  if (options.keys !== undefined) return undefined;
  try {
    return parseVerifierKey(await serverText(await serverAccess(options), '/_proof/key'));
  } catch (error) {
    if (error instanceof OpentrailError) return undefined;
    throw error;
  }
}

async function readVerifierKey(given: string, type: VerifierKey['type']): Promise<VerifierKey> {
  const text = given.includes('+')
    ? given
    : await readText(given, type === 'note' ? '--public-key' : '--witness');
  const key = parseVerifierKey(text);
  if (key.type === type) return key;
  const [is, should] = type === 'note' ? ['of a witness', 'of a log'] : ['of a log', 'of a witness'];
  throw new OpentrailError('BAD_ARGUMENT', `key ${key.name} is one ${is}, and must be one ${should}`);
}

async function readText(path: string, option: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      `${option}: neither a key nor a file with one: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  });
}
