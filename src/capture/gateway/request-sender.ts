import { BodyCapture } from './body-capture.ts';
import type { ForwardedCall } from './contract.ts';
import { requestHead } from './pass-headers.ts';
import type { Connection } from './wire/connection.ts';

/** Bodies up to this many bytes are read whole and sent in one piece; longer ones stream. */
const SMALL_BODY = 64 * 1024;

/** Takes one call's request from the caller's connection to the upstream's. */
export class RequestSender {
  /** The body as it passes, for the record. */
  readonly sent = new BodyCapture();
  readonly #call: ForwardedCall;
  readonly #length: number;
  readonly #passesExpect: boolean;
  #connection: Connection | undefined;
  #continued = false;
  #unfollow: (() => void) | undefined;

  constructor(call: ForwardedCall) {
    this.#call = call;
    const { headers } = call.req;
    this.#length =
      headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
    this.#passesExpect = headers.expect !== undefined && call.bodyStart.length === 0 && this.#length > 0;
  }

  /** Whether the caller still waits for `100 Continue`, and the body is not here. */
  get awaited(): boolean {
    return this.#passesExpect && !this.#continued && !this.#call.req.complete;
  }

  get #streams(): boolean {
    return this.#length > SMALL_BODY || this.#passesExpect;
  }

  /** Whether sending can begin: there is no body, or it streams. */
  ready(): boolean {
    return this.#length === 0 || this.#streams;
  }

  /** Calls back when a small body is here whole. Never when the caller goes away before. */
  whenReady(then: () => void): void {
    const { req, bodyStart } = this.#call;
    const take = (chunk: Uint8Array): void => {
      this.sent.add(chunk as Buffer);
      if (this.sent.bytes === this.#length) then();
    };
    if (bodyStart.reduce((sum, chunk) => sum + chunk.length, 0) < this.#length) req.on('data', take);
    for (const chunk of bodyStart) take(chunk);
    // Read to its end in any case: the connection's next request comes after it.
    req.resume();
  }

  send(connection: Connection): void {
    const { req, upstream } = this.#call;
    const head = requestHead({
      method: req.method ?? 'GET',
      url: req.url ?? '/',
      rawHeaders: req.rawHeaders,
      connection: req.headers.connection,
      upstreamHost: upstream.slice(upstream.indexOf('//') + 2),
      passExpect: this.#passesExpect,
    });
    if (!this.#streams) {
      connection.send(head, this.#length === 0 ? undefined : this.sent.whole());
      return;
    }
    this.#connection = connection;
    connection.write(head);
    for (const chunk of this.#call.bodyStart) this.#pass(chunk as Buffer);
    if (req.readableEnded) this.#onEnd();
    else this.#follow(req);
  }

  /** The upstream takes more. */
  more(): void {
    if (this.#connection !== undefined) this.#call.req.resume();
  }

  /** The upstream wants the body. */
  goOn(): void {
    if (!this.#passesExpect || this.#continued) return;
    this.#continued = true;
    this.#call.res.writeContinue();
  }

  /** Nothing more goes upstream. */
  stop(): void {
    if (this.#connection === undefined) return;
    this.#connection = undefined;
    this.#unfollow?.();
  }

  /** An upstream may answer before it has read the whole request: the rest is read and forgotten. */
  discard(): void {
    if (!this.#call.req.complete) this.#call.req.resume();
  }

  #follow(req: ForwardedCall['req']): void {
    const pass = (chunk: Buffer): void => this.#pass(chunk);
    const end = (): void => this.#onEnd();
    this.#unfollow = () => req.off('data', pass).off('end', end);
    req.on('data', pass).on('end', end).resume();
  }

  #pass(chunk: Buffer): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.sent.add(chunk);
    const more = this.#length === Infinity ? connection.writeChunk(chunk) : connection.write(chunk);
    if (!more) this.#call.req.pause();
  }

  #onEnd(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#length === Infinity) connection.write(`0\r\n${trailersOf(this.#call.req.rawTrailers)}\r\n`);
    connection.requestSent();
  }
}

function trailersOf(raw: readonly string[]): string {
  let lines = '';
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return lines;
}
