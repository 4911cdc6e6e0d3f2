import type { Readable } from 'node:stream';

import { AwsError } from '../errors.ts';

/** Reads lines and counted bytes from a stream, holding no more than what came in one piece (and a short line). */
export type ByteReader = {
  /** A line without its CRLF, of at most `limit` characters. Throws IncompleteBody at the end, InvalidRequest when it is longer or ends otherwise. */
  readonly line: (limit: number) => Promise<string>;
  /** Between 1 and `most` bytes; undefined at the end. */
  readonly some: (most: number) => Promise<Uint8Array | undefined>;
};

export function createByteReader(body: Readable): ByteReader {
  const source = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    while (held.length === 0) {
      const next: IteratorResult<unknown> = await source.next();
      if (next.done === true) return false;
      held = Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value as Uint8Array);
    }
    return true;
  };
  return {
    line: async (limit) => {
      let text = '';
      for (;;) {
        if (!(await fill())) throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
        const end = held.indexOf(LF);
        const part = end < 0 ? held : held.subarray(0, end);
        if (text.length + part.length > limit + 1)
          throw new AwsError(
            'InvalidRequest',
            'A line of the chunked body is too long or is not ended by CRLF.',
          );
        text += part.toString('latin1');
        held = end < 0 ? Buffer.alloc(0) : held.subarray(end + 1);
        if (end < 0) continue;
        if (!text.endsWith('\r'))
          throw new AwsError('InvalidRequest', 'A line of the chunked body is not ended by CRLF.');
        return text.slice(0, -1);
      }
    },
    some: async (most) => {
      if (!(await fill())) return undefined;
      const bytes = held.subarray(0, most);
      held = held.subarray(bytes.length);
      return bytes;
    },
  };
}

const LF = 0x0a;
