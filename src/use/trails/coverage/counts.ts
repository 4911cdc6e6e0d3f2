import type { ListedLog } from '../verify/unnamed-logs.ts';
import type { VerifySource } from '../verify/source.ts';
import { readKey } from '../verify/key-names.ts';
import type { Delivered } from './contract.ts';

const WEEK = 7 * 86_400;

/**
 * Compares the records in files with those that were recorded into them, file by file. Both sides come in order of time, and what has met is
 * forgotten, so that only files which one side lacks are held.
 */
export class Counts {
  readonly #source: VerifySource;
  readonly #delivered: AsyncIterator<Delivered> | undefined;
  readonly #differs: (file: Delivered, found: number) => void;
  readonly #found = new Map<string, { readonly records: number; readonly at: number }>();
  readonly #expected = new Map<string, Delivered>();
  #next: IteratorResult<Delivered> | undefined;

  constructor(
    source: VerifySource,
    delivered: AsyncIterable<Delivered> | undefined,
    differs: (file: Delivered, found: number) => void,
  ) {
    this.#source = source;
    this.#delivered = delivered?.[Symbol.asyncIterator]();
    this.#differs = differs;
  }

  /** Whether anybody can tell what was recorded. */
  get isKnown(): boolean {
    return this.#delivered !== undefined;
  }

  /** `at`: seconds of the file's name. */
  found(uri: string, records: number, at: number): void {
    const expected = this.#expected.get(uri);
    if (expected === undefined) {
      this.#found.set(uri, { records, at });
      return;
    }
    this.#expected.delete(uri);
    this.#compare(expected, records);
  }

  /** Takes in what was delivered before that time (seconds), until it holds `most` of it; answers whether that was all. */
  async upTo(seconds: number, most = Infinity): Promise<boolean> {
    if (this.#delivered === undefined) return true;
    this.#next ??= await this.#delivered.next();
    for (; this.#next.done !== true; this.#next = await this.#delivered.next()) {
      if (this.#expected.size >= most) return false;
      const file = this.#next.value;
      if (timeOf(file) >= seconds) break;
      const uri = this.#source.uri(file);
      const found = this.#found.get(uri);
      if (found === undefined) this.#expected.set(uri, file);
      else {
        this.#found.delete(uri);
        this.#compare(file, found.records);
      }
    }
    // Those that were delivered before that was noted never meet.
    for (const [uri, { at }] of this.#found) if (at < seconds - WEEK) this.#found.delete(uri);
    return true;
  }

  /** Gives away what was delivered and is named by no digest that can be believed. */
  takeUnmet(): readonly Delivered[] {
    const unmet = [...this.#expected.values()];
    this.#expected.clear();
    return unmet;
  }

  #compare(file: Delivered, records: number): void {
    if (file.records !== records) this.#differs(file, records);
  }
}

/** Seconds. */
export function timeOf({ key }: Pick<Delivered, 'key'>): number {
  const name = readKey(key);
  return name?.kind === 'log' ? (name as ListedLog).deliveredSeconds : 0;
}
