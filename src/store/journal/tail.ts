import type { JournalEntry } from '../contract.ts';

/** What an entry weighs in memory beside its raw bytes, roughly. */
const OBJECT_BYTES = 700;

type Group = { readonly firstSeq: number; readonly entries: readonly JournalEntry[]; readonly bytes: number };

/** The newest entries, kept as they came in, so that followers who keep up neither read from disk nor parse. */
export class Tail {
  readonly #limit: number;
  #groups: (Group | undefined)[] = [];
  /** Groups before this index were let go. */
  #start = 0;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  push(entries: readonly JournalEntry[], rawBytes: number): void {
    const first = entries[0];
    if (first === undefined) return;
    const bytes = rawBytes + entries.length * OBJECT_BYTES;
    this.#groups.push({ firstSeq: first.seq, entries, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#limit && this.#groups.length - this.#start > 1) this.#dropOldest();
  }

  /** From `from` to at most `to`; undefined when `from` is older than what is kept. */
  read(query: {
    from: number;
    to: number;
    maxBytes: number;
    maxEntries: number;
  }): JournalEntry[] | undefined {
    const oldest = this.#groups[this.#start];
    if (oldest === undefined || query.from < oldest.firstSeq) return undefined;
    const found: JournalEntry[] = [];
    let bytes = 0;
    for (let g = this.#indexOf(query.from); g < this.#groups.length; g++) {
      const group = this.#groups[g];
      if (group === undefined) break;
      for (let i = Math.max(0, query.from - group.firstSeq); i < group.entries.length; i++) {
        const entry = group.entries[i];
        if (entry === undefined || entry.seq > query.to || found.length >= query.maxEntries) return found;
        bytes += entry.raw.length;
        if (bytes > query.maxBytes && found.length > 0) return found;
        found.push(entry);
      }
    }
    return found;
  }

  /** The last group that starts at or before `seq`. */
  #indexOf(seq: number): number {
    let low = this.#start;
    let high = this.#groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#groups[middle]?.firstSeq ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #dropOldest(): void {
    const group = this.#groups[this.#start];
    this.#bytes -= group?.bytes ?? 0;
    this.#groups[this.#start] = undefined;
    this.#start += 1;
    if (this.#start * 2 > this.#groups.length && this.#start > 64) {
      this.#groups = this.#groups.slice(this.#start);
      this.#start = 0;
    }
  }
}
