import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import type { EncryptionContext } from '../../aws/ports.ts';
import { invalidCiphertext } from './kms-errors.ts';

/**
 * Ciphertexts say by which key they can be read: version (1 byte), key id (16), material id (32), initialisation vector (12), tag (16), then
 * the text. AES-256-GCM; what stands before the vector is authenticated together with the encryption context.
 */
const VERSION = 1;
const HEAD = 1 + 16 + 32;
const LEAST = HEAD + 12 + 16;

export type CiphertextHead = { readonly keyId: string; readonly materialId: string };

export function encrypt(
  head: CiphertextHead,
  secret: { readonly material: Uint8Array; readonly plaintext: Uint8Array },
  context: EncryptionContext,
): Uint8Array {
  const start = Buffer.concat([
    Buffer.from([VERSION]),
    Buffer.from(head.keyId.replaceAll('-', ''), 'hex'),
    Buffer.from(head.materialId, 'hex'),
  ]);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret.material, iv).setAAD(bound(start, context));
  const text = Buffer.concat([cipher.update(secret.plaintext), cipher.final()]);
  return Buffer.concat([start, iv, cipher.getAuthTag(), text]);
}

/** Which key it wants. Throws InvalidCiphertextException for what is not ours. */
export function headOf(ciphertext: Uint8Array): CiphertextHead {
  if (ciphertext.length < LEAST || ciphertext[0] !== VERSION) throw invalidCiphertext();
  const hex = Buffer.from(ciphertext.subarray(1, HEAD)).toString('hex');
  const keyId = hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return { keyId, materialId: hex.slice(32) };
}

/** Throws InvalidCiphertextException. */
export function decrypt(
  ciphertext: Uint8Array,
  material: Uint8Array,
  context: EncryptionContext,
): Uint8Array {
  const iv = ciphertext.subarray(HEAD, HEAD + 12);
  const decipher = createDecipheriv('aes-256-gcm', material, iv, { authTagLength: 16 });
  decipher.setAAD(bound(ciphertext.subarray(0, HEAD), context));
  decipher.setAuthTag(ciphertext.subarray(HEAD + 12, LEAST));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(LEAST)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/** Pairs in the order of their names, each part after its length: no two contexts give the same bytes. */
function bound(head: Uint8Array, context: EncryptionContext): Uint8Array {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = pairs.flat().flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([head, ...parts]);
}
