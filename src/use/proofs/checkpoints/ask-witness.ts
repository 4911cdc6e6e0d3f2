import { OpentrailError } from '../../../base/errors.ts';
import type { Outbound } from '../../../base/outbound.ts';
import type { TreeReader } from '../merkle/tree-reader.ts';
import { parseSize } from '../note/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../note/keys.ts';
import {
  formatNote,
  parseSignature,
  verifySignature,
  type NoteSignature,
  type SignedNote,
} from '../note/signed-note.ts';

export type Witness = { readonly url: string; readonly key: VerifierKey };

/** Reads `URL NAME+ID+KEY`. Throws BAD_CONFIG. */
export function parseWitness(text: string): Witness {
  const [url = '', key = '', ...rest] = text.trim().split(/\s+/);
  const bad = (why: string) => new OpentrailError('BAD_CONFIG', `OPENTRAIL_WITNESSES: "${text}": ${why}`);
  if (!/^https?:\/\/[^\s?#]+$/.test(url) || rest.length > 0) throw bad('must be URL NAME+ID+KEY');
  try {
    const parsed = parseVerifierKey(key);
    if (parsed.type !== 'cosignature') throw bad('the key is not one of a witness (type 04)');
    return { url: url.replace(/\/+$/, ''), key: parsed };
  } catch (cause) {
    if (cause instanceof OpentrailError) throw bad(cause.message);
    throw cause;
  }
}

/**
 * Asks a witness to cosign: https://c2sp.org/tlog-witness. `from` is the size that it cosigned last, as far as is known; when it says another, it is
 * asked once more from there. Throws with the reason when it does not cosign.
 */
export async function askWitness(
  { outbound, witness }: { readonly outbound: Pick<Outbound, 'send'>; readonly witness: Witness },
  { note, tree }: { readonly note: SignedNote; readonly tree: TreeReader },
  from: number,
): Promise<NoteSignature> {
  const first = await post(outbound, witness, await requestBody(note, tree, from));
  const told = first.status === 409 ? parseSize(first.body.trim()) : undefined;
  if (told === undefined || told === from) return signatureOf(witness, note, first);
  if (told > tree.size)
    throw refused(witness, `it has cosigned ${told} leaves, more than the ${tree.size} there are`);
  return signatureOf(witness, note, await post(outbound, witness, await requestBody(note, tree, told)));
}

type Answer = { readonly status: number; readonly body: string };

async function requestBody(note: SignedNote, tree: TreeReader, from: number): Promise<string> {
  const proof = await tree.consistency(Math.min(from, tree.size));
  const lines = [`old ${from}`, ...proof.map((hash) => hash.toString('base64')), ''];
  return `${lines.join('\n')}\n${formatNote(note)}`;
}

async function post(outbound: Pick<Outbound, 'send'>, { url }: Witness, body: string): Promise<Answer> {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const answer = await outbound.send({ method: 'POST', url: `${url}/add-checkpoint`, headers, body });
  return { status: answer.status, body: answer.body.subarray(0, 64 * 1024).toString('utf8') };
}

function signatureOf(witness: Witness, { text }: SignedNote, { status, body }: Answer): NoteSignature {
  if (status !== 200) throw refused(witness, `HTTP ${status} ${body.trim().slice(0, 300)}`);
  for (const line of body.split('\n')) {
    const signature = parseSignature(line);
    if (signature?.name !== witness.key.name) continue;
    if (!signature.bytes.subarray(0, 4).equals(witness.key.id)) continue;
    if (verifySignature(text, signature, witness.key) !== undefined) return signature;
  }
  throw refused(witness, 'its answer has no valid signature by its key');
}

function refused({ key, url }: Witness, why: string): OpentrailError {
  return new OpentrailError('OUTBOUND_REFUSED', `witness ${key.name} (${url}): ${why}`);
}
