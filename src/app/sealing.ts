import { OpentrailError } from '../base/errors.ts';
import type { MasterKey } from '../embedded/iam/master-key.ts';

/** The master key for parts that seal bytes rather than text. */
export function sealingOf(masterKey: MasterKey, purpose: string) {
  return {
    seal: (plain: Uint8Array): Uint8Array =>
      Buffer.from(masterKey.seal(purpose, Buffer.from(plain).toString('utf8'))),
    open: (sealed: Uint8Array): Uint8Array => {
      const text = masterKey.open(purpose, Buffer.from(sealed).toString('utf8'));
      if (text === undefined)
        throw new OpentrailError('BAD_FILE', `not sealed by this data folder's master key (${purpose})`);
      return Buffer.from(text);
    },
    blind: (name: string): string => masterKey.mac(`${purpose} id`, name).toString('base64url'),
  };
}
