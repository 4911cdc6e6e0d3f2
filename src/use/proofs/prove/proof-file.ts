import { OpentrailError } from '../../../base/errors.ts';
import { rootOfInclusion } from '../merkle/check-proofs.ts';
import { HASH_BYTES, leafHash } from '../merkle/hashing.ts';
import { parseCheckpoint, parseSize, type SignedCheckpoint } from '../note/checkpoint.ts';
import type { VerifierKey } from '../note/keys.ts';
import { formatNote, verifyNote } from '../note/signed-note.ts';

/** A record's place in the tree, in a file that proves itself: https://c2sp.org/tlog-proof. Its `extra` line is the record, byte for byte. */
export type ProofFile = {
  readonly index: number;
  readonly path: readonly Buffer[];
  readonly checkpoint: SignedCheckpoint;
  /** Absent where the history no longer has it. */
  readonly record: Uint8Array | undefined;
};

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A path of more would be of a tree that nobody can grow. */
const MOST_HASHES = 64;

export function formatProof({ index, path, checkpoint, record }: ProofFile): string {
  const extra = record === undefined ? [] : [`extra ${Buffer.from(record).toString('base64')}`];
  const hashes = path.map((hash) => hash.toString('base64'));
  return [HEADER, ...extra, `index ${index}`, ...hashes, '', formatNote(checkpoint.note)].join('\n');
}

/** Throws BAD_FILE. */
export function parseProof(text: string, where: string): ProofFile {
  const bad = (why: string) => new OpentrailError('BAD_FILE', `${where}: no proof: ${why}`);
  const end = text.indexOf('\n\n');
  if (end < 0) throw bad('no checkpoint in it');
  const lines = text.slice(0, end).split('\n');
  if (lines.shift() !== HEADER) throw bad(`must begin with ${HEADER}`);
  const extra = lines[0]?.startsWith('extra ') ? (lines.shift() ?? '').slice('extra '.length) : undefined;
  const record = extra === undefined ? undefined : fromBase64(extra);
  if (extra !== undefined && record === undefined) throw bad('its extra data is not base64');
  const index = parseSize(/^index (\d+)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined) throw bad('no index in it');
  const path = lines.map((line) => fromBase64(line));
  if (path.length > MOST_HASHES || path.some((hash) => hash?.length !== HASH_BYTES))
    throw bad('a line of its path is no hash');
  const checkpoint = parseCheckpoint(Buffer.from(text.slice(end + 2)), where);
  return { index, path: path as Buffer[], checkpoint, record };
}

export type ProofVerdict =
  | {
      readonly valid: true;
      /** Names and times (seconds) of the witnesses among the keys. */
      readonly witnesses: readonly { readonly name: string; readonly time: number | undefined }[];
    }
  | { readonly valid: false; readonly reason: string };

/** Checks a proof with nothing but public keys: the log's, and those of the witnesses of which `quorum` must have cosigned. */
export function checkProof(
  { index, path, checkpoint }: ProofFile,
  record: Uint8Array,
  trust: { readonly key: VerifierKey; readonly witnesses: readonly VerifierKey[]; readonly quorum: number },
): ProofVerdict {
  const no = (reason: string): ProofVerdict => ({ valid: false, reason });
  const signed = checkSigned(checkpoint, trust);
  if ('reason' in signed) return no(signed.reason);
  const { size, root } = checkpoint;
  const found = rootOfInclusion({ index, size, leaf: leafHash(record), path });
  if (found === undefined) return no(`its path does not fit leaf ${index} of ${size}`);
  if (!found.equals(root)) return no('the record is not the one in the tree: the root does not come out');
  return { valid: true, witnesses: signed.witnesses };
}

/** Whether the log and enough witnesses signed the checkpoint. */
export function checkSigned(
  checkpoint: SignedCheckpoint,
  {
    key,
    witnesses,
    quorum,
  }: { readonly key: VerifierKey; readonly witnesses: readonly VerifierKey[]; readonly quorum: number },
):
  | { readonly reason: string }
  | { readonly witnesses: readonly { readonly name: string; readonly time: number | undefined }[] } {
  if (checkpoint.origin !== key.name)
    return { reason: `its checkpoint is of ${checkpoint.origin}, the key of ${key.name}` };
  const verified = verifyNote(checkpoint.note, [key, ...witnesses]);
  if (verified === undefined) return { reason: 'a signature of its checkpoint is false' };
  if (!verified.some((one) => one.key.text === key.text))
    return { reason: 'its checkpoint is not signed with the given key' };
  const seen = verified.filter((one) => one.key.text !== key.text);
  if (seen.length < quorum)
    return { reason: `${seen.length} of the ${quorum} witnesses asked for cosigned its checkpoint` };
  return { witnesses: seen.map((one) => ({ name: one.key.name, time: one.time })) };
}

function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
