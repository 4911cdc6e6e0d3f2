import { cbor, tag } from '@smithy/core/cbor';

import { jsonWriting, type JsonWriting } from '../json/write-json.ts';
import type { Reading } from '../reading.ts';
import { memberName } from '../shape.ts';
import { flawOf } from './check-cbor.ts';

/** The values of a CBOR body (RFC 8949); an empty one is an empty structure. Dates stay tags, which `readJson` reads. */
export function parseCbor(body: Uint8Array, reading: Reading): unknown {
  if (body.length === 0) return {};
  const flaw = flawOf(body);
  if (flaw !== undefined) throw reading.refuse(`The request body is not valid CBOR: ${flaw}.`);
  try {
    return cbor.deserialize(body);
  } catch (cause) {
    throw reading.refuse('The request body is not valid CBOR.', cause);
  }
}

/** A copy, since the encoder reuses its buffer. */
export function encodeCbor(value: unknown): Uint8Array {
  return new Uint8Array(cbor.serialize(value));
}

export const cborWriting: JsonWriting = {
  ...jsonWriting(memberName),
  timestamp: (date) => tag({ tag: 1, value: date.getTime() / 1000 }),
  blob: (bytes) => bytes,
  number: (value) => value,
};
