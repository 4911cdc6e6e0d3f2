import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import { AwsError } from '../aws/errors.ts';

/** As much of a form body as naming may look at. */
const START_BYTES = 4096;

/**
 * Reads the first bytes of a body, or all of it where it is shorter, and leaves the rest unread. `done` is called once: also when the
 * client goes away, with what came until then.
 */
export function readStart(
  req: IncomingMessage,
  res: ServerResponse,
  done: (chunks: readonly Uint8Array[]) => void,
): void {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const finish = (): void => {
    req.off('data', take).off('end', finish);
    res.off('close', finish);
    req.pause();
    done(chunks);
  };
  const take = (chunk: Uint8Array): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= START_BYTES) finish();
  };
  askForBody(req, res);
  res.once('close', finish);
  req.on('data', take).on('end', finish);
}

/** The client of `Expect: 100-continue` waits for this before it sends the body; once it has its answer, it waits no more. */
export function askForBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect !== undefined && !res.headersSent) res.writeContinue();
}

/** A request's body that is read by us: whole or as a stream, once. Counts the bytes. */
export class OwnBody {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #start: readonly Uint8Array[];
  #bytes = 0;
  #whole: Buffer | undefined;

  constructor(req: IncomingMessage, res: ServerResponse, start: readonly Uint8Array[]) {
    this.#req = req;
    this.#res = res;
    this.#start = start;
    for (const chunk of start) this.#bytes += chunk.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The body once it was read whole. */
  get whole(): Buffer | undefined {
    return this.#whole;
  }

  /** Whether the request says that it has no body. */
  get empty(): boolean {
    const { headers } = this.#req;
    return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  }

  /** Throws RequestTooLarge (413) beyond `limit` bytes, and IncompleteBody when the client goes away. */
  async read(limit: number): Promise<Buffer> {
    if (this.#whole !== undefined) return this.#whole;
    // A stream over nothing took as long as all the rest of a small GetObject.
    if (this.empty && this.#start.length === 0) return (this.#whole = NOTHING);
    if (Number(this.#req.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.stream()) {
      chunks.push(chunk as Uint8Array);
      if (this.#bytes > limit) throw tooLarge(limit);
    }
    this.#whole = Buffer.concat(chunks);
    return this.#whole;
  }

  /** Ends with IncompleteBody when the client goes away. Destroying it leaves the connection alone. */
  stream(): Readable {
    return Readable.from(this.#chunks(), { objectMode: false, highWaterMark: 64 * 1024 });
  }

  /** A body that was read whole, once more as a stream. */
  replay(): Readable {
    return Readable.from(this.#whole === undefined ? [] : [this.#whole], { objectMode: false });
  }

  /** Reads and forgets what is left, so that the connection can be used again. */
  discard(): void {
    if (this.#req.complete) return;
    // With a listener the rest flows also once a reader that has not let go yet does so.
    this.#req.on('data', ignore).resume();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    if (this.#start.length === 0) askForBody(this.#req, this.#res);
    yield* this.#start;
    try {
      for await (const chunk of this.#req.iterator({ destroyOnReturn: false })) {
        this.#bytes += (chunk as Uint8Array).length;
        yield chunk as Uint8Array;
      }
    } catch (cause) {
      throw new AwsError('IncompleteBody', 'The request body ended before it was complete.', { cause });
    }
  }
}

const NOTHING = Buffer.alloc(0);

function ignore(): void {
  // The rest of a body that nobody wants.
}

function tooLarge(limit: number): AwsError {
  return new AwsError('RequestTooLarge', `The request body exceeds the maximum of ${limit} bytes.`, {
    status: 413,
  });
}
