import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

import { messageOf, OpentrailError } from '../../../base/errors.ts';

export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** From what ListPublicKeys answers (`{"PublicKeyList":[{"Value","Fingerprint"}]}`, or the list alone). Throws BAD_FILE. */
export function readPublicKeys(answer: unknown): PublicKeys {
  const list = Array.isArray(answer)
    ? answer
    : (answer as { PublicKeyList?: unknown } | null | undefined)?.PublicKeyList;
  if (!Array.isArray(list)) throw bad('there is no PublicKeyList');
  return new Map(list.map(readKey));
}

function readKey(given: unknown): [string, KeyObject] {
  const { Value: value, Fingerprint: fingerprint } = (given ?? {}) as Record<string, unknown>;
  if (typeof fingerprint !== 'string') throw bad('a key has no Fingerprint');
  const der =
    value instanceof Uint8Array
      ? Buffer.from(value)
      : Buffer.from(typeof value === 'string' ? value : '', 'base64');
  const actual = createHash('md5').update(der).digest('hex');
  if (actual !== fingerprint) throw bad(`the key ${fingerprint} has the fingerprint ${actual}`);
  try {
    return [fingerprint, createPublicKey({ key: der, type: 'pkcs1', format: 'der' })];
  } catch (cause) {
    throw bad(`the key ${fingerprint} is no PKCS#1 RSA key: ${messageOf(cause)}`);
  }
}

function bad(why: string): OpentrailError {
  return new OpentrailError('BAD_FILE', `public keys: ${why}`);
}
