import { OpentrailError } from '../../../base/errors.ts';
import { HASH_BYTES } from '../merkle/hashing.ts';
import { parseNote, type SignedNote } from './signed-note.ts';

/** How large a log is and its root then: https://c2sp.org/tlog-checkpoint */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Buffer };

export type SignedCheckpoint = Checkpoint & { readonly note: SignedNote };

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Throws BAD_FILE, with `where` in the message. Signatures are for others to check. */
export function parseCheckpoint(bytes: Uint8Array, where: string): SignedCheckpoint {
  const note = parseNote(bytes, where);
  const [origin = '', digits = '', encoded = '', ...rest] = note.text.split('\n');
  const size = parseSize(digits);
  const root = Buffer.from(encoded, 'base64');
  const isWhole =
    origin !== '' &&
    size !== undefined &&
    root.length === HASH_BYTES &&
    root.toString('base64') === encoded &&
    rest.pop() === '' &&
    rest.every((line) => line !== '');
  if (!isWhole)
    throw new OpentrailError('BAD_FILE', `${where}: no checkpoint: must be origin, size and root hash`);
  return { origin, size, root, note };
}

/** Decimal without leading zeroes; undefined for anything else. */
export function parseSize(digits: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(digits)) return undefined;
  const size = Number(digits);
  return Number.isSafeInteger(size) ? size : undefined;
}
