import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';

import { OpentrailError } from '../../../base/errors.ts';

/** What a key signs: notes as they are, or checkpoints that a witness saw, with the time. https://c2sp.org/signed-note#signature-types */
export type KeyType = 'note' | 'cosignature';

const TYPE_BYTES: Readonly<Record<KeyType, number>> = { note: 0x01, cosignature: 0x04 };

export type VerifierKey = {
  readonly name: string;
  readonly type: KeyType;
  /** Four bytes. */
  readonly id: Buffer;
  readonly publicKey: KeyObject;
  /** `NAME+ID+KEY`, as people keep it: https://c2sp.org/signed-note#verifier-keys */
  readonly text: string;
};

export type SignerKey = { readonly verifier: VerifierKey; readonly privateKey: KeyObject };

/** DER in front of the 32 bytes of an Ed25519 public key: RFC 8410. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Reads `NAME+ID+KEY`. Throws BAD_ARGUMENT. */
export function parseVerifierKey(text: string): VerifierKey {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim());
  if (match === null) throw badKey(text, 'is not NAME+ID+KEY');
  const [, name = '', id = '', encoded = ''] = match;
  const bytes = Buffer.from(encoded, 'base64');
  const type = (Object.keys(TYPE_BYTES) as KeyType[]).find((one) => TYPE_BYTES[one] === bytes[0]);
  if (type === undefined || bytes.length !== 33)
    throw badKey(text, 'is no Ed25519 key (type 01, or 04 of a witness)');
  const key = verifierKeyOf(name, type, bytes.subarray(1));
  if (key.id.toString('hex') !== id) throw badKey(text, 'does not fit its own ID: a character is wrong');
  return key;
}

/** The key pair of that name. `privateKey` is Ed25519. */
export function signerKeyOf(name: string, type: KeyType, privateKey: KeyObject): SignerKey {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { verifier: verifierKeyOf(name, type, der.subarray(SPKI.length)), privateKey };
}

/** A private key from PEM. Throws BAD_FILE, with `where` in the message, for anything but Ed25519. */
export function readPrivateKey(pem: string, where: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new OpentrailError('BAD_FILE', `${where}: no private key (PEM) in it`, { cause, kind: 'operator' });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new OpentrailError(
      'BAD_FILE',
      `${where}: must be an Ed25519 key, made for example with: openssl genpkey -algorithm ed25519 (got ${key.asymmetricKeyType ?? 'another kind'})`,
      { kind: 'operator' },
    );
  }
  return key;
}

/** Names stand between spaces and plus signs. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && !/[\s+\p{Cc}]/u.test(name);
}

function verifierKeyOf(name: string, type: KeyType, raw: Buffer): VerifierKey {
  const material = Buffer.concat([Buffer.from([TYPE_BYTES[type]]), raw]);
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'buffer').subarray(0, 4);
  return {
    name,
    type,
    id,
    publicKey: createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }),
    text: `${name}+${id.toString('hex')}+${material.toString('base64')}`,
  };
}

function badKey(text: string, why: string): OpentrailError {
  return new OpentrailError('BAD_ARGUMENT', `public key "${text.slice(0, 120)}" ${why}`);
}
