import { gunzipSync } from 'node:zlib';

import { messageOf } from '../../../base/errors.ts';
import type { FeedResult, FeedTask } from './feed-task.ts';

/** A file of CloudTrail's is some MB at most; one that unpacks to more than this is no log file. */
const MOST_BYTES = 100 * 1024 * 1024;

const GZIP = 0x1f;
const EMPTY = Buffer.from('{}');

export type Unpacked = Omit<FeedResult, 'n' | 'data'> & { readonly parts: readonly Uint8Array[] };

/** Files as rows of RowBinary, `file UInt32, doc String`: framed by their lengths, so that none can pass for another. */
export function unpack(files: FeedTask['files']): Unpacked {
  const parts: Uint8Array[] = [];
  const broken: { id: number; reason: string }[] = [];
  let bytes = 0;
  for (const { id, bytes: packed } of files) {
    try {
      const doc = textOf(packed);
      parts.push(headOf(id, doc.byteLength), doc);
      bytes += doc.byteLength;
    } catch (error) {
      broken.push({ id, reason: messageOf(error) });
    }
  }
  return { parts, bytes, broken };
}

function textOf(packed: Uint8Array): Uint8Array {
  if (packed.byteLength === 0) return EMPTY;
  if (packed[0] !== GZIP) return packed;
  // Its last four bytes say how long it is, which spares growing; a file that lies is unpacked all the same, within the limit.
  const said = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).readUInt32LE(
    Math.max(0, packed.byteLength - 4),
  );
  const chunkSize = Math.min(Math.max(1024, said + 1), 4 * 1024 * 1024);
  return gunzipSync(packed, { chunkSize, maxOutputLength: MOST_BYTES });
}

function headOf(id: number, length: number): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(id);
  let at = 4;
  let rest = length;
  while (rest > 0x7f) {
    head[at++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 128);
  }
  head[at++] = rest;
  return head.subarray(0, at);
}

/** The rows of `unpack` again. */
export function framed(data: Buffer): readonly { readonly id: number; readonly doc: Buffer }[] {
  const rows: { id: number; doc: Buffer }[] = [];
  for (let at = 0; at < data.byteLength;) {
    const id = data.readUInt32LE(at);
    at += 4;
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = data.readUInt8(at++);
      length += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    rows.push({ id, doc: data.subarray(at, at + length) });
    at += length;
  }
  return rows;
}
