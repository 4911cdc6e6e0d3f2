import { HASH_BYTES, leafHash } from '../merkle/hashing.ts';

/** A delivered log file, and the trail that delivered it. */
export type DeliveredFile = {
  /** For people. */
  readonly uri: string;
  readonly bucket: string | undefined;
  readonly key: string;
  /** What stands before its account: trees in the same place may hold its records. */
  readonly place: string;
  /** `REGION_NAME` of its trail. */
  readonly trail: string;
  /** End of the digest that names it, seconds: it was delivered before. */
  readonly namedAt: number;
};

const START = Buffer.from('{"Records":[');
const END = Buffer.from(']}');
/** How every record begins, and so where another one ends. */
const BETWEEN = Buffer.from('},{"eventVersion":');

/**
 * Leaf hashes of the records of log files. Cut where a record seems to begin: a search of the processor's own, where finding the end of each
 * record would take a look at each byte. What is cut wrongly is not found in the tree, and looked at again with care.
 */
export class RecordHashes {
  readonly files: { readonly file: DeliveredFile; readonly start: number; readonly end: number }[] = [];
  #bytes = Buffer.alloc(1024 * HASH_BYTES);
  #count = 0;

  add(file: DeliveredFile, content: Buffer): void {
    const start = this.#count;
    for (const record of cut(content)) this.#push(leafHash(record));
    this.files.push({ file, start, end: this.#count });
  }

  get count(): number {
    return this.#count;
  }

  at(index: number): Buffer {
    return this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  #push(hash: Buffer): void {
    if ((this.#count + 1) * HASH_BYTES > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes.set(hash, this.#count++ * HASH_BYTES);
  }
}

function* cut(content: Buffer): Generator<Buffer> {
  const isUsual = content.subarray(0, START.length).equals(START) && content.subarray(-2).equals(END);
  const last = content.length - END.length;
  for (let at = isUsual ? START.length : last; at < last;) {
    const found = content.indexOf(BETWEEN, at);
    const end = found < 0 || found >= last ? last : found + 1;
    yield content.subarray(at, end);
    at = end + 1;
  }
}

/** Which of many hashes were seen: a table of numbers, which millions of strings would not fit into memory for. */
export class SeenHashes {
  readonly #hashes: RecordHashes;
  readonly #slots: Int32Array;
  readonly #seen: Uint8Array;
  readonly #wanted: Uint8Array;
  #left = 0;

  /** `isWanted`: which files' records are to be looked for until they are found; the others are noted on the way. */
  constructor(hashes: RecordHashes, isWanted: (file: DeliveredFile) => boolean) {
    this.#hashes = hashes;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, hashes.count * 2)))).fill(-1);
    this.#seen = new Uint8Array(hashes.count);
    this.#wanted = new Uint8Array(hashes.count);
    for (const { file, start, end } of hashes.files) {
      if (!isWanted(file)) continue;
      this.#wanted.fill(1, start, end);
      this.#left += end - start;
    }
    for (let index = 0; index < hashes.count; index++) {
      let slot = this.#slotOf(hashes.at(index));
      while (this.#slots[slot] !== -1) slot = (slot + 1) % this.#slots.length;
      this.#slots[slot] = index;
    }
  }

  /** How many of the wanted were not seen yet. */
  get left(): number {
    return this.#left;
  }

  has(index: number): boolean {
    return this.#seen[index] === 1;
  }

  /** Notes every hash of a tile. */
  see(tile: Buffer): void {
    for (let at = 0; at < tile.length; at += HASH_BYTES) this.#mark(tile.subarray(at, at + HASH_BYTES));
  }

  /** The same record may be in several files: each of them is marked. */
  #mark(hash: Buffer): void {
    for (let slot = this.#slotOf(hash); ; slot = (slot + 1) % this.#slots.length) {
      const index = this.#slots[slot] ?? -1;
      if (index === -1) return;
      if (this.#seen[index] === 1 || !this.#hashes.at(index).equals(hash)) continue;
      this.#seen[index] = 1;
      this.#left -= this.#wanted[index] ?? 0;
    }
  }

  #slotOf(hash: Buffer): number {
    return hash.readUInt32LE(0) % this.#slots.length;
  }
}
