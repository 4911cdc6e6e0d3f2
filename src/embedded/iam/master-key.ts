import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf, OpentrailError, systemCodeOf } from '../../base/errors.ts';

/** Seals small secrets with AES-256-GCM. `purpose` is bound to the sealed text: what was sealed for one cannot be opened for another. */
export type MasterKey = {
  readonly seal: (purpose: string, text: string) => string;
  /** Undefined when it was not sealed by this key for this purpose. */
  readonly open: (purpose: string, sealed: string) => string | undefined;
  /** HMAC-SHA-256 under a key derived for `purpose`. */
  readonly mac: (purpose: string, text: string) => Buffer;
};

/**
 * Reads `DIR/master.key` (mode 600), making it on the first start unless `create` is false.
 * Throws BAD_FILE when it is not 32 bytes in hex, or cannot be read. Synchronous: at start only.
 */
export function openMasterKey(dir: string, { create = true } = {}): MasterKey {
  const path = join(dir, 'master.key');
  let text = read(path);
  if (text === undefined) {
    if (!create) throw new OpentrailError('BAD_FILE', `${path}: there is no such file`, { kind: 'user' });
    text = make(path);
  }
  if (!/^[0-9a-f]{64}\n?$/.test(text))
    throw new OpentrailError('BAD_FILE', `${path}: must be 64 hexadecimal digits`, { kind: 'operator' });
  return masterKeyOf(Buffer.from(text.trim(), 'hex'));
}

/** For 32 random bytes. */
export function masterKeyOf(secret: Uint8Array): MasterKey {
  const sealing = derive(secret, 'seal');
  const macKeys = new Map<string, Buffer>();
  return {
    seal: (purpose, text) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open: (purpose, sealed) => {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < 28) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(12, 28));
      try {
        return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
    mac: (purpose, text) => {
      let key = macKeys.get(purpose);
      if (key === undefined) macKeys.set(purpose, (key = derive(secret, `mac ${purpose}`)));
      return createHmac('sha256', key).update(text).digest();
    },
  };
}

function derive(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'opentrail', purpose, 32));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined;
    throw new OpentrailError('BAD_FILE', `${path}: ${messageOf(cause)}`, { cause, kind: 'operator' });
  }
}

/** Written whole under another name and then linked: a crash leaves no half key, and two makers agree on the first. */
function make(path: string): string {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(32).toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EEXIST')
      throw new OpentrailError('BAD_FILE', `${path}: ${messageOf(cause)}`, { cause, kind: 'operator' });
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}
