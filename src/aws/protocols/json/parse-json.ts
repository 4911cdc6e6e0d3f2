import type { Reading } from '../reading.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A JSON body; an empty one is an empty structure, as AWS has it. */
export function parseJson(body: Uint8Array, reading: Reading): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw reading.refuse('The request body is not valid JSON.', cause);
  }
}
