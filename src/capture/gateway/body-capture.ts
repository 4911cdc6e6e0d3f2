/** Bodies up to this many bytes are kept for the record; of longer ones only the length. */
export const CAPTURE_LIMIT = 256 * 1024;

/** Watches a body pass: counts it, and keeps it while it is small. */
export class BodyCapture {
  #chunks: Buffer[] = [];
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= CAPTURE_LIMIT) this.#chunks.push(chunk);
    else if (this.#chunks.length > 0) this.#chunks = [];
  }

  get bytes(): number {
    return this.#bytes;
  }

  get over(): boolean {
    return this.#bytes > CAPTURE_LIMIT;
  }

  /** The whole body so far; undefined when it is over the limit. */
  whole(): Buffer | undefined {
    if (this.#bytes > CAPTURE_LIMIT) return undefined;
    const [first] = this.#chunks;
    if (first === undefined) return EMPTY;
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
    return this.#chunks[0];
  }

  /** What was kept, for passing on in the pieces in which it came. */
  chunks(): readonly Buffer[] {
    return this.#chunks;
  }
}

const EMPTY = Buffer.alloc(0);
