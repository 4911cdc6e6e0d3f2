import type { Clock } from '../../../base/clock.ts';
import { OpentrailError } from '../../../base/errors.ts';
import { isConsistent } from '../merkle/check-proofs.ts';
import { HASH_BYTES } from '../merkle/hashing.ts';
import { parseCheckpoint, parseSize, type SignedCheckpoint } from '../note/checkpoint.ts';
import type { SignerKey, VerifierKey } from '../note/keys.ts';
import { formatSignature, signText, verifyNote } from '../note/signed-note.ts';
import type { Seen, WitnessState } from './witness-state.ts';

export type WitnessDeps = {
  readonly state: WitnessState;
  /** Of type cosignature. */
  readonly key: SignerKey;
  /** Keys of the logs that are watched; a log may have several. */
  readonly logs: readonly VerifierKey[];
  readonly clock: Clock;
};

export type WitnessAnswer = { readonly status: number; readonly contentType: string; readonly body: string };

type Judged = { readonly answer: WitnessAnswer; readonly next?: Seen | undefined };

type Submission = {
  readonly oldSize: number;
  readonly path: readonly Buffer[];
  readonly checkpoint: SignedCheckpoint;
};

const MOST_HASHES = 63;

/** One submission of a checkpoint, judged as https://c2sp.org/tlog-witness#add-checkpoint says. Cosigns only what grew out of what it cosigned before. */
export function addCheckpoint(deps: WitnessDeps, body: Uint8Array): WitnessAnswer {
  const submission = parseSubmission(body);
  if ('status' in submission) return submission;
  const { oldSize, checkpoint } = submission;
  const keys = deps.logs.filter(({ name }) => name === checkpoint.origin);
  if (keys.length === 0) return plain(404, `no log ${checkpoint.origin} is watched here`);
  if ((verifyNote(checkpoint.note, keys) ?? []).length === 0)
    return plain(403, `not signed by the key of ${checkpoint.origin}`);
  if (oldSize > checkpoint.size) return plain(400, 'the old size is larger than the checkpoint');
  return deps.state.update(checkpoint.origin, (last): Judged => judge(deps, submission, last)).answer;
}

function judge(deps: WitnessDeps, { oldSize, path, checkpoint }: Submission, last: Seen): Judged {
  if (oldSize !== last.size || (oldSize === checkpoint.size && !checkpoint.root.equals(last.root))) {
    return { answer: { status: 409, contentType: 'text/x.tlog.size', body: `${last.size}\n` } };
  }
  const growth = { oldSize, oldRoot: last.root, newSize: checkpoint.size, newRoot: checkpoint.root, path };
  if (!isConsistent(growth)) return { answer: plain(422, 'the consistency proof does not fit') };
  const time = Math.floor(deps.clock.now() / 1000);
  const line = formatSignature(signText(checkpoint.note.text, deps.key, time));
  return { answer: plain(200, line), next: { size: checkpoint.size, root: checkpoint.root } };
}

function parseSubmission(body: Uint8Array): Submission | WitnessAnswer {
  const text = Buffer.from(body).toString('utf8');
  const end = text.indexOf('\n\n');
  const [first = '', ...lines] = end < 0 ? [] : text.slice(0, end).split('\n');
  const oldSize = parseSize(/^old (\d+)$/.exec(first)?.[1] ?? '');
  if (oldSize === undefined) return plain(400, 'must begin with a line "old SIZE"');
  const path = lines.map((line) => Buffer.from(line, 'base64'));
  const areHashes = path.every(
    (hash, at) => hash.length === HASH_BYTES && hash.toString('base64') === lines[at],
  );
  if (path.length > MOST_HASHES || !areHashes)
    return plain(400, 'a line of the consistency proof is no hash');
  try {
    return { oldSize, path, checkpoint: parseCheckpoint(Buffer.from(text.slice(end + 2)), 'the checkpoint') };
  } catch (error) {
    if (error instanceof OpentrailError) return plain(400, error.message);
    throw error;
  }
}

function plain(status: number, text: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}
