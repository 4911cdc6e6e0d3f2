/** Reads RowBinary, the answer format of our queries: no JSON inside JSON to unescape, records stay the bytes they are. */
export class RowReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.byteLength;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  uint32(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  /** Counts and sequence numbers: all below 2^53. */
  uint64(): number {
    const value = this.#bytes.readUInt32LE(this.#at) + this.#bytes.readUInt32LE(this.#at + 4) * 2 ** 32;
    this.#at += 8;
    return value;
  }

  float64(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /** Two little-endian halves. */
  uuid(): string {
    const bytes = Buffer.from(this.#bytes.subarray(this.#at, this.#at + 16));
    this.#at += 16;
    const hex = bytes.subarray(0, 8).reverse().toString('hex') + bytes.subarray(8).reverse().toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const length = this.#varint();
    const value = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  /** An array of them. */
  uint32s(): Uint32Array {
    const values = new Uint32Array(this.#varint());
    for (let i = 0; i < values.length; i++) values[i] = this.uint32();
    return values;
  }

  string(): string {
    return this.bytes().toString('utf8');
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}
