import { sign, verify } from 'node:crypto';
import { isUtf8 } from 'node:buffer';

import { OpentrailError } from '../../../base/errors.ts';
import { isKeyName, type SignerKey, type VerifierKey } from './keys.ts';

/** A text and who signed it: https://c2sp.org/signed-note */
export type SignedNote = {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

export type NoteSignature = {
  readonly name: string;
  /** Four bytes of key id, then the signature. */
  readonly bytes: Buffer;
};

export type VerifiedSignature = {
  readonly key: VerifierKey;
  /** Of a witness: when it saw the checkpoint, seconds since the epoch. */
  readonly time: number | undefined;
};

const DASH = '—';
const MOST_BYTES = 64 * 1024;
const MOST_SIGNATURES = 100;
const ID_BYTES = 4;
const TIME_BYTES = 8;

/** Throws BAD_FILE, with `where` in the message. */
export function parseNote(bytes: Uint8Array, where: string): SignedNote {
  const bad = (why: string) => new OpentrailError('BAD_FILE', `${where}: no signed note: ${why}`);
  if (bytes.length > MOST_BYTES) throw bad(`more than ${MOST_BYTES} bytes`);
  if (!isUtf8(bytes)) throw bad('not UTF-8');
  const whole = Buffer.from(bytes).toString('utf8');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw bad('control characters in it');
  const at = whole.lastIndexOf('\n\n');
  if (at < 0 || !whole.endsWith('\n')) throw bad('no signatures');
  const lines = whole.slice(at + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw bad(`more than ${MOST_SIGNATURES} signatures`);
  const signatures = lines.map((line) => parseSignature(line) ?? bad(`"${line.slice(0, 80)}"`));
  const wrong = signatures.find((one) => one instanceof OpentrailError);
  if (wrong !== undefined) throw wrong;
  return { text: whole.slice(0, at + 1), signatures: signatures as NoteSignature[] };
}

/** One line without its newline; undefined when it is none. */
export function parseSignature(line: string): NoteSignature | undefined {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  if (match?.[1] === undefined || match[2] === undefined || !isKeyName(match[1])) return undefined;
  const bytes = Buffer.from(match[2], 'base64');
  const isCanonical = bytes.toString('base64') === match[2];
  return isCanonical && bytes.length > ID_BYTES ? { name: match[1], bytes } : undefined;
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map((one) => `${formatSignature(one)}\n`).join('')}`;
}

export function formatSignature({ name, bytes }: NoteSignature): string {
  return `${DASH} ${name} ${bytes.toString('base64')}`;
}

/** Ed25519 over the text; a witness's key signs the time (seconds) with it: https://c2sp.org/tlog-cosignature */
export function signText(text: string, { verifier, privateKey }: SignerKey, time: number): NoteSignature {
  const isTimed = verifier.type === 'cosignature';
  const signature = sign(null, messageOf(text, isTimed ? time : undefined), privateKey);
  const stamp = Buffer.alloc(isTimed ? TIME_BYTES : 0);
  if (isTimed) stamp.writeBigUInt64BE(BigInt(time));
  return { name: verifier.name, bytes: Buffer.concat([verifier.id, stamp, signature]) };
}

/**
 * Which of the keys signed the note. What others signed is passed over; a signature that claims to be by one of the keys and is not makes the
 * note worth nothing: undefined.
 */
export function verifyNote(
  note: SignedNote,
  keys: readonly VerifierKey[],
): readonly VerifiedSignature[] | undefined {
  const found = new Map<string, VerifiedSignature>();
  for (const signature of note.signatures) {
    const key = keys.find(
      (one) => one.name === signature.name && one.id.equals(signature.bytes.subarray(0, ID_BYTES)),
    );
    if (key === undefined || found.has(key.text)) continue;
    const verified = verifySignature(note.text, signature, key);
    if (verified === undefined) return undefined;
    found.set(key.text, verified);
  }
  return [...found.values()];
}

/** Undefined when the key did not sign it. */
export function verifySignature(
  text: string,
  { bytes }: NoteSignature,
  key: VerifierKey,
): VerifiedSignature | undefined {
  const isTimed = key.type === 'cosignature';
  const start = ID_BYTES + (isTimed ? TIME_BYTES : 0);
  if (bytes.length !== start + 64) return undefined;
  const time = isTimed ? Number(bytes.readBigUInt64BE(ID_BYTES)) : undefined;
  const isValid = verify(null, messageOf(text, time), key.publicKey, bytes.subarray(start));
  return isValid ? { key, time } : undefined;
}

function messageOf(text: string, time: number | undefined): Buffer {
  return Buffer.from(time === undefined ? text : `cosignature/v1\ntime ${time}\n${text}`, 'utf8');
}
