import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import type { BodyCapture } from './body-capture.ts';

/**
 * A request's body on its way upstream. The upstream's client destroys the stream that it is given when the connection fails;
 * this stands between, so that the caller's own connection lives on to get an answer.
 */
export class PassingBody extends Readable {
  readonly #req: IncomingMessage;
  readonly #capture: BodyCapture;
  #start: readonly Uint8Array[];

  constructor(req: IncomingMessage, capture: BodyCapture, start: readonly Uint8Array[]) {
    super({ highWaterMark: 64 * 1024 });
    this.#req = req;
    this.#capture = capture;
    this.#start = start;
    // Whoever destroyed the stream has the error already.
    this.on('error', () => undefined);
    req.on('data', this.#onData);
    req.on('end', this.#onEnd);
    req.pause();
  }

  override _read(): void {
    const start = this.#start;
    this.#start = [];
    for (const chunk of start) this.#onData(chunk);
    if (this.#req.readableEnded) this.push(null);
    else this.#req.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#req.off('data', this.#onData);
    this.#req.off('end', this.#onEnd);
    callback(error);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#capture.add(chunk);
    if (!this.push(chunk)) this.#req.pause();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };
}
