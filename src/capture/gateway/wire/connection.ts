import type { Socket } from 'node:net';

import type { ResponseParser, ResponseParsers } from './response-parser.ts';

/** Why no (whole) answer came. */
export type WireFailure = {
  /** `connect ECONNREFUSED 127.0.0.1:4566`. */
  readonly text: string;
  readonly timedOut: boolean;
  /** The connection had served calls before and was closed without a byte of an answer to this one: it may have been idle for too long. */
  readonly stale?: boolean;
};

/** Whoever makes a call is told by these, in this order. After `onComplete` or `onFailure` nothing follows. */
export type CallEvents = {
  readonly isHead: boolean;
  /** Here is the connection: send the request. */
  readonly onConnection: (connection: Connection) => void;
  /** More of the request can be written. */
  readonly onDrain: () => void;
  /** 100, 102, 103: the answer itself is still to come. */
  readonly onInformation: (status: number) => void;
  readonly onHeaders: (status: number, statusText: string, headers: string[]) => void;
  /** False: no more for now, until `connection.resume()`. */
  readonly onBody: (chunk: Buffer) => boolean;
  readonly onComplete: (trailers: string[]) => void;
  readonly onFailure: (failure: WireFailure) => void;
};

export type ConnectionHome = {
  readonly now: () => number;
  /** The connection is free for the next call. */
  readonly onFree: (connection: Connection) => void;
  readonly onClosed: (connection: Connection) => void;
};

/** Up to here a head and a body go out as one string, which is cheapest. */
const ONE_WRITE = 16 * 1024;

/** One connection to an upstream, with one call on it at a time. */
export class Connection {
  readonly #home: ConnectionHome;
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  #call: CallEvents | undefined;
  #answer: { readonly trailers: string[]; readonly keepAlive: boolean } | undefined;
  #error: WireFailure | undefined;
  #requestSent = true;
  #begun = 0;
  #heard = false;
  #paused = false;
  #lastActive: number;

  /** `open` gets the function that takes what arrives; it returns false while no more is wanted. */
  constructor(
    home: ConnectionHome,
    parsers: ResponseParsers,
    open: (take: (bytes: Buffer) => boolean) => Socket,
  ) {
    this.#home = home;
    this.#lastActive = home.now();
    this.#parser = parsers.open({
      onBegin: () => this.#call !== undefined && this.#answer === undefined,
      onHeaders: this.#onHeaders,
      onBody: this.#onBody,
      onComplete: (trailers, keepAlive) => (this.#answer = { trailers, keepAlive }),
    });
    this.#socket = open((bytes) => this.#take(bytes));
    this.#socket.on('drain', () => this.#call?.onDrain());
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on(
      'error',
      (error) => (this.#error ??= { text: error.message || String(error), timedOut: false }),
    );
    this.#socket.on('close', () => this.#onClose());
  }

  /** Milliseconds in which nothing moved; 0 while the caller of the call is the one who is slow. */
  silentFor(now: number): number {
    return this.#paused ? 0 : now - this.#lastActive;
  }

  get connecting(): boolean {
    return (
      this.#socket.connecting || (this.#socket as { secureConnecting?: boolean }).secureConnecting === true
    );
  }

  /** Whether the upstream has closed it meanwhile. */
  get usable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && !this.#socket.readableEnded;
  }

  begin(call: CallEvents): void {
    this.#call = call;
    this.#begun++;
    this.#heard = false;
    this.#requestSent = false;
    this.#lastActive = this.#home.now();
    call.onConnection(this);
  }

  /** The whole request. `head` is latin1 and ends with the empty line. */
  send(head: string, body: Buffer | undefined): void {
    if (body === undefined) this.#socket.write(head, 'latin1');
    else if (body.length <= ONE_WRITE) this.#socket.write(head + body.toString('latin1'), 'latin1');
    else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
    this.#requestSent = true;
  }

  /** A piece of the request; false: wait for `onDrain`. */
  write(piece: string | Uint8Array): boolean {
    this.#lastActive = this.#home.now();
    return typeof piece === 'string' ? this.#socket.write(piece, 'latin1') : this.#socket.write(piece);
  }

  /** A piece of a chunked request body. */
  writeChunk(chunk: Uint8Array): boolean {
    this.#socket.cork();
    this.#socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    this.#socket.write(chunk);
    const more = this.write('\r\n');
    this.#socket.uncork();
    return more;
  }

  /** The request is whole. */
  requestSent(): void {
    this.#requestSent = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#lastActive = this.#home.now();
    this.#socket.resume();
  }

  /** Gives the call up: nobody is told any more, and the connection is closed. */
  abandon(): void {
    this.#call = undefined;
    this.#socket.destroy();
  }

  fail(failure: WireFailure): void {
    this.#error ??= failure;
    this.#tellFailure();
    this.#socket.destroy();
  }

  // ---- what arrives

  #take(bytes: Buffer): boolean {
    this.#lastActive = this.#home.now();
    this.#heard = true;
    const problem = this.#parser.execute(bytes);
    if (this.#answer !== undefined) this.#complete(problem === undefined);
    else if (problem !== undefined) this.fail({ text: problem, timedOut: false });
    else if (this.#paused) this.#socket.pause();
    return !this.#paused;
  }

  readonly #onHeaders = (status: number, statusText: string, headers: string[]): boolean => {
    const call = this.#call;
    if (call === undefined) return true;
    if (status < 200) call.onInformation(status);
    else call.onHeaders(status, statusText, headers);
    return call.isHead;
  };

  readonly #onBody = (chunk: Buffer): void => {
    if (this.#call?.onBody(chunk) === false) this.#paused = true;
  };

  #complete(clean: boolean): void {
    const call = this.#call;
    const answer = this.#answer;
    this.#call = undefined;
    this.#answer = undefined;
    this.#paused = false;
    // After HEAD not even well-meant bodies, after an early answer no rest of the request may meet the next call.
    const reusable =
      clean && answer?.keepAlive === true && this.#requestSent && call?.isHead === false && this.usable;
    if (reusable) this.#home.onFree(this);
    else this.#socket.destroy();
    call?.onComplete(answer?.trailers ?? []);
  }

  #onEnd(): void {
    if (this.#call === undefined) return;
    const problem = this.#parser.finish();
    if (this.#answer !== undefined) this.#complete(false);
    else this.#error ??= { text: problem ?? CLOSED, timedOut: false };
  }

  #onClose(): void {
    this.#tellFailure();
    this.#parser.close();
    this.#home.onClosed(this);
  }

  #tellFailure(): void {
    const call = this.#call;
    this.#call = undefined;
    if (call === undefined) return;
    const failure = this.#error ?? { text: CLOSED, timedOut: false };
    const stale = this.#begun > 1 && !this.#heard && !failure.timedOut;
    call.onFailure(stale ? { ...failure, stale } : failure);
  }
}

const CLOSED = 'the upstream closed the connection';
