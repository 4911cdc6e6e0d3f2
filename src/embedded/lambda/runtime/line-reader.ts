import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** Characters; what is longer is cut into several, each within the limit of a log event. */
const LONGEST = 200_000;

/** Cuts a stream into lines, and tells when a certain one has come, which is not passed on. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #mark: string | undefined;
  #marked: () => void = () => undefined;

  constructor(stream: Readable | null, onLine: (line: string) => void) {
    this.#onLine = onLine;
    stream?.on('data', (chunk: Buffer) => this.#take(this.#decoder.write(chunk)));
    stream?.on('error', () => undefined);
    stream?.on('close', () => {
      if (this.#rest !== '') onLine(this.#rest);
      this.#rest = '';
      this.#marked();
    });
  }

  until(mark: string): Promise<void> {
    this.#mark = mark;
    return new Promise((resolve) => (this.#marked = resolve));
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#pass(line);
    while (this.#rest.length > LONGEST) {
      this.#onLine(this.#rest.slice(0, LONGEST));
      this.#rest = this.#rest.slice(LONGEST);
    }
  }

  /** A function may have left its last line open: the mark stands at its end then. */
  #pass(line: string): void {
    const isMarked = this.#mark !== undefined && line.endsWith(this.#mark);
    const own = isMarked ? line.slice(0, -(this.#mark?.length ?? 0)) : line;
    for (let at = 0; at < own.length || (at === 0 && !isMarked); at += LONGEST)
      this.#onLine(own.slice(at, at + LONGEST));
    if (isMarked) this.#marked();
  }
}
