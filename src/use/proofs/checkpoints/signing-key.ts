import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { readPrivateKey, signerKeyOf, type SignerKey } from '../note/keys.ts';
import type { ProofSettings } from '../settings.ts';

export type SigningKeyDeps = {
  readonly settings: ProofSettings;
  readonly seal: (purpose: string, text: string) => string;
  readonly open: (purpose: string, sealed: string) => string | undefined;
  readonly origin: string;
  /** PEM of the key, outside of the data folder. */
  readonly file: string | undefined;
  readonly now: number;
};

const PURPOSE = 'proof-key';

/** The key of the file that was named, else one of our own that is made once and sealed. Throws BAD_CONFIG or BAD_FILE. */
export async function openSigningKey(deps: SigningKeyDeps): Promise<SignerKey> {
  const pem = deps.file === undefined ? await ownKey(deps) : readKeyFile(deps.file);
  return signerKeyOf(deps.origin, 'note', pem);
}

function readKeyFile(file: string) {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new OpentrailError('BAD_CONFIG', `OPENTRAIL_PROOF_KEY_FILE: ${messageOf(cause)}`, { cause });
  }
  try {
    return readPrivateKey(pem, file);
  } catch (cause) {
    throw new OpentrailError('BAD_CONFIG', `OPENTRAIL_PROOF_KEY_FILE: ${messageOf(cause)}`, { cause });
  }
}

async function ownKey({ settings, seal, open, now }: SigningKeyDeps) {
  const row = await settings.selectFrom('proof_keys').selectAll().executeTakeFirst();
  if (row !== undefined) {
    const pem = open(PURPOSE, row.sealed_private_key);
    if (pem !== undefined) return createPrivateKey(pem);
    throw new OpentrailError('BAD_FILE', 'the key of proofs was sealed with another master key', {
      kind: 'operator',
    });
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const made = { id: 1, sealed_private_key: seal(PURPOSE, pem), created_at: now };
  await settings.insertInto('proof_keys').values(made).execute();
  return privateKey;
}
