import type { Readable } from 'node:stream';

import { BodyCapture } from './body-capture.ts';
import { requestHead } from './pass-headers.ts';
import type { CheckedCall } from './verifying/checked-call.ts';
import { lengthOf } from './verifying/outgoing-body.ts';
import type { Connection } from './wire/connection.ts';

/** Bodies up to this many bytes are read whole and sent in one piece; longer ones stream. */
const SMALL_BODY = 64 * 1024;
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Takes one call's request from the caller's connection to the upstream's. */
export class RequestSender {
  /** The body as it passes, for the record. */
  readonly sent = new BodyCapture();
  readonly #call: CheckedCall;
  /** Where the body comes from: the caller, or what was made of it. */
  readonly #source: Readable;
  readonly #onBroken: (error: Error) => void;
  readonly #length: number;
  readonly #passesExpect: boolean;
  #connection: Connection | undefined;
  #continued = false;
  #unfollow: (() => void) | undefined;

  /** `onBroken` is told when the body must not go on: it is not the one that was signed. */
  constructor(call: CheckedCall, onBroken: (error: Error) => void) {
    this.#call = call;
    this.#onBroken = onBroken;
    const body = call.outgoing?.body;
    this.#source = body?.content ?? call.req;
    this.#length = body?.length ?? lengthOf(call.req);
    this.#passesExpect =
      call.req.headers.expect !== undefined && call.bodyStart.length === 0 && this.#length > 0;
  }

  /** Whether the caller still waits for `100 Continue`, and the body is not here. */
  get awaited(): boolean {
    return this.#passesExpect && !this.#continued && !this.#call.req.complete;
  }

  get #streams(): boolean {
    return this.#length > SMALL_BODY || this.#passesExpect || this.#source !== this.#call.req;
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
    const { req, upstream, outgoing } = this.#call;
    const head = requestHead({
      method: req.method ?? 'GET',
      url: outgoing?.url ?? req.url ?? '/',
      rawHeaders: outgoing?.rawHeaders ?? req.rawHeaders,
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
    const source = this.#source;
    if (source === req) for (const chunk of this.#call.bodyStart) this.#pass(chunk as Buffer);
    if (source.readableEnded) this.#onEnd();
    else this.#follow(source);
  }

  /** The upstream takes more. */
  more(): void {
    if (this.#connection !== undefined) this.#source.resume();
  }

  /** The upstream wants the body. */
  goOn(): void {
    if (!this.#passesExpect || this.#continued) return;
    this.#continued = true;
    this.#call.res.writeContinue();
  }

  /** Whether sending it all once more does no harm: the method says so (RFC 9110, 9.2.2), no condition turns on it, and it is all here. */
  repeatable(): boolean {
    const { method = '', headers } = this.#call.req;
    const { protocol } = this.#call.incoming.named;
    // Elsewhere the method tells nothing: `GET /?Action=SendMessage`.
    if (this.#streams || (protocol !== 'rest-xml' && protocol !== 'rest-json')) return false;
    if (SAFE.has(method)) return true;
    const conditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
    return (method === 'PUT' || method === 'DELETE') && !conditional;
  }

  /** Nothing of it goes upstream: what was read already is kept for the record. */
  keepRead(): void {
    for (const chunk of this.#call.bodyStart) this.sent.add(chunk as Buffer);
  }

  /** Nothing more goes upstream. */
  stop(): void {
    if (this.#connection === undefined) return;
    this.#connection = undefined;
    this.#unfollow?.();
    this.#letGo();
  }

  /** An upstream may answer before it has read the whole request: the rest is read and forgotten. */
  discard(): void {
    const { req } = this.#call;
    this.#letGo();
    if (req.complete) return;
    // With a listener the rest flows also once a reader that has not let go yet does so.
    if (this.#call.outgoing === undefined) req.resume();
    else req.on('data', ignore).resume();
  }

  #follow(source: Readable): void {
    const pass = (chunk: Buffer): void => this.#pass(chunk);
    const end = (): void => this.#onEnd();
    this.#unfollow = () => source.off('data', pass).off('end', end);
    if (source !== this.#call.req) source.on('error', (error) => this.#onError(error));
    source.on('data', pass).on('end', end).resume();
  }

  /** A body that was made of the caller's is of no more use. */
  #letGo(): void {
    if (this.#source === this.#call.req || this.#source.destroyed) return;
    this.#source.on('error', ignore).destroy();
  }

  #onError(error: Error): void {
    if (this.#connection === undefined) return;
    this.stop();
    this.#onBroken(error);
  }

  #pass(chunk: Buffer): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.sent.add(chunk);
    const more = this.#length === Infinity ? connection.writeChunk(chunk) : connection.write(chunk);
    if (!more) this.#source.pause();
  }

  #onEnd(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#length === Infinity) connection.write(`0\r\n${trailersOf(this.#call.req.rawTrailers)}\r\n`);
    connection.requestSent();
  }
}

function ignore(): void {
  // The rest of a body that nobody wants.
}

function trailersOf(raw: readonly string[]): string {
  let lines = '';
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return lines;
}
