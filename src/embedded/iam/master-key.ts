import { OpentrailError } from '../../base/errors.ts';

/** Seals small secrets with AES-256-GCM. `purpose` is bound to the sealed text: what was sealed for one cannot be opened for another. */
export type MasterKey = {
  readonly seal: (purpose: string, text: string) => string;
  /** Undefined when it was not sealed by this key for this purpose. */
  readonly open: (purpose: string, sealed: string) => string | undefined;
  /** HMAC-SHA-256 under a key derived for `purpose`. */
  readonly mac: (purpose: string, text: string) => Buffer;
};

/** Reads `DIR/master.key` (mode 600), making it on the first start. Throws BAD_FILE when it is not 32 bytes in hex. */
export function openMasterKey(_dir: string): MasterKey {
  throw new OpentrailError('NOT_BUILT', 'openMasterKey');
}
