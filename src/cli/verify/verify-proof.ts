import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

import { isoSeconds } from '../../base/clock.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';
import { parseRecords } from '../../record/slice-records.ts';
import {
  checkProof,
  parseProof,
  type ProofFile,
  type ProofVerdict,
} from '../../use/proofs/prove/proof-file.ts';
import type { VerifyCommandOptions } from './options.ts';
import { trustOf } from './trust.ts';

const MOST = 512 * 1024 * 1024;

/** `opentrail verify --proof FILE`: asks nobody, and needs nothing but the public key. Answers whether the proof holds. */
export async function verifyProof(file: string, options: VerifyCommandOptions): Promise<boolean> {
  const { key, ...trust } = await trustOf(options);
  if (key === undefined) {
    throw new OpentrailError(
      'BAD_ARGUMENT',
      '--public-key: the key that proofs are checked with (opentrail prove --public-key), from where you keep it',
    );
  }
  const proof = parseProof((await read(file, '--proof')).toString('utf8'), file);
  const records = await recordsFor(proof, options.record);
  let verdict: ProofVerdict = { valid: false, reason: 'no record to check' };
  let record: Uint8Array | undefined;
  for (record of records) {
    verdict = checkProof(proof, record, { key, ...trust });
    if (verdict.valid) break;
  }
  process.stdout.write(options.json ? asJson(proof, verdict, record) : asText(file, proof, verdict, record));
  return verdict.valid;
}

/** The record in the proof; else those of the file that was named. */
async function recordsFor(proof: ProofFile, file: string | undefined): Promise<readonly Uint8Array[]> {
  if (file === undefined) {
    if (proof.record !== undefined) return [proof.record];
    throw new OpentrailError(
      'BAD_ARGUMENT',
      '--record: the proof does not hold the record itself; name a file with it (the log file it was delivered in, or its bytes)',
    );
  }
  const bytes = await read(file, '--record');
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const content = isGzip ? gunzipSync(bytes, { maxOutputLength: MOST }) : bytes;
  const sliced = [...parseRecords(content)].flatMap((one) => ('raw' in one ? [one.raw] : []));
  return [content, ...sliced];
}

function asText(
  file: string,
  proof: ProofFile,
  verdict: ProofVerdict,
  record: Uint8Array | undefined,
): string {
  const { size, origin } = proof.checkpoint;
  if (!verdict.valid) return `Proof\t${file}\tINVALID: ${verdict.reason}\n`;
  const witnesses = verdict.witnesses.map(
    ({ name, time }) =>
      `  cosigned by ${name}${time === undefined ? '' : ` at ${isoSeconds(time * 1000)}`}\n`,
  );
  const text = record === undefined ? '' : Buffer.from(record).toString('utf8');
  return `Proof\t${file}\tvalid: leaf ${proof.index} of the ${size} of ${origin}\n${witnesses.join('')}${text}\n`;
}

function asJson(proof: ProofFile, verdict: ProofVerdict, record: Uint8Array | undefined): string {
  const { size, origin, root } = proof.checkpoint;
  const facts = { origin, size, root: root.toString('base64'), index: proof.index };
  const text = verdict.valid && record !== undefined ? Buffer.from(record).toString('utf8') : null;
  return `${JSON.stringify({ ...verdict, ...facts, record: text }, null, 2)}\n`;
}

async function read(path: string, option: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `${option}: ${messageOf(cause)}`, { cause });
  });
}
