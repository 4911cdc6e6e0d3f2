import type { ServerResponse } from 'node:http';

import type { Dispatcher } from 'undici';

import type { CapturedResponse, Outcome } from '../captured-call.ts';
import { BodyCapture, CAPTURE_LIMIT } from './body-capture.ts';
import type { ForwardedCall, GatewayDeps } from './create-gateway.ts';
import { errorAnswer, failureOf, refusal, unpassable } from './failures.ts';
import { PassingBody } from './passing-body.ts';
import { requestHeaders, responseHeaders, type PassedHeaders } from './pass-headers.ts';

export type ForwardingParts = Pick<GatewayDeps, 'sink' | 'clock'> & {
  readonly dispatcher: Dispatcher;
  /** TLS name for https upstreams. */
  readonly servername: string | undefined;
  /** Called once, when nothing of the call is left to do. */
  readonly onDone: () => void;
};

/** Request bodies up to this many bytes are read whole and sent in one piece; longer ones stream. */
const SMALL_BODY = 64 * 1024;

/**
 * One call on its way through, from its first byte upstream to its outcome: the handler that undici calls back.
 * An answer up to the capture limit waits whole until its record is journalled; of a longer one the last chunk does.
 * Whatever happens, `sink.outcome` is called exactly once.
 */
export class Forwarding implements Dispatcher.DispatchHandler {
  readonly #parts: ForwardingParts;
  readonly #call: ForwardedCall;
  readonly #res: ServerResponse;
  readonly #sent = new BodyCapture();
  readonly #received = new BodyCapture();
  #abort: ((error?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #status = 0;
  #statusText = '';
  #headers: PassedHeaders | undefined;
  #trailers: readonly (Buffer | string)[] | undefined;
  #phase: 'waiting' | 'streaming' | 'recorded' = 'waiting';
  #holdsBack = true;
  #held: Uint8Array | undefined;

  constructor(parts: ForwardingParts, call: ForwardedCall) {
    this.#parts = parts;
    this.#call = call;
    this.#res = call.res;
  }

  start(): void {
    const { incoming } = this.#call;
    this.#res.once('close', this.#onClientGone);
    const { sink } = this.#parts;
    if (!sink.wantsIntent(incoming.named)) this.#sendBody();
    else sink.intent(incoming).then(this.#sendBody, this.#refuse);
  }

  // ---- the request

  readonly #sendBody = (): void => {
    if (this.#phase === 'recorded') return;
    const { req, bodyStart } = this.#call;
    const length = bodyLength(req.headers);
    if (length === 0) {
      this.#dispatch(null);
      return;
    }
    if (req.headers.expect !== undefined && bodyStart.length === 0) this.#res.writeContinue();
    if (length <= SMALL_BODY) this.#readSmall(length);
    else this.#dispatch(new PassingBody(req, this.#sent, bodyStart));
  };

  #readSmall(length: number): void {
    const { req, bodyStart } = this.#call;
    const take = (chunk: Uint8Array): void => {
      this.#sent.add(chunk);
      if (this.#sent.bytes === length && this.#phase !== 'recorded')
        this.#dispatch(this.#sent.whole() ?? null);
    };
    for (const chunk of bodyStart) take(chunk);
    // Read to its end in any case: the connection's next request comes after it.
    if (this.#sent.bytes < length) req.on('data', take);
    req.resume();
  }

  #dispatch(body: Uint8Array | PassingBody | null): void {
    const { req } = this.#call;
    const options = {
      path: req.url ?? '/',
      method: (req.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: requestHeaders(req.rawHeaders, req.headers.connection),
      body,
      servername: this.#parts.servername,
    };
    this.#parts.dispatcher.dispatch(options, this);
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#phase === 'recorded') abort();
    else this.#abort = abort;
  }

  // ---- the answer

  onHeaders(status: number, raw: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) return true;
    this.#status = status;
    this.#statusText = PRINTABLE.test(statusText) ? statusText : '';
    this.#headers = responseHeaders(raw, this.#call.req.method === 'HEAD');
    this.#resume = resume;
    const { map } = this.#headers;
    const type = map['content-type'];
    if (type !== undefined && EVENT_STREAM.test(type)) {
      this.#holdsBack = false;
      this.#startStreaming();
    } else if (this.#call.req.method !== 'HEAD' && Number(map['content-length']) > CAPTURE_LIMIT) {
      this.#startStreaming();
    }
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#phase === 'recorded') return true;
    if (this.#phase === 'waiting') {
      const before = this.#received.chunks();
      this.#received.add(chunk);
      if (!this.#received.over) return true;
      if (!this.#startStreaming()) return true;
      for (const earlier of before) this.#pass(earlier);
    } else {
      this.#received.add(chunk);
    }
    return this.#pass(chunk);
  }

  /** Writes the chunk before and holds this one; false when the client cannot take more now. */
  #pass(chunk: Uint8Array): boolean {
    const now = this.#holdsBack ? this.#held : chunk;
    if (this.#holdsBack) this.#held = chunk;
    if (now === undefined || this.#res.destroyed) return true;
    return this.#res.write(now);
  }

  #startStreaming(): boolean {
    if (!this.#writeHead()) {
      this.#abort?.(unpassable());
      return false;
    }
    this.#phase = 'streaming';
    this.#res.on('drain', this.#onDrain);
    // A response that waits behind another one on its connection never hears of its end.
    this.#call.req.socket.once('close', this.#onClientGone);
    if (!this.#holdsBack) this.#res.flushHeaders();
    return true;
  }

  readonly #onDrain = (): void => {
    this.#resume?.();
  };

  onComplete(trailers: string[] | null): void {
    if (trailers !== null && trailers.length > 0) this.#trailers = trailers;
    if (this.#phase === 'recorded') return;
    const outcome = outcomeOf(this.#status);
    this.#record(outcome, this.#answered(), undefined).then(this.#finish, this.#failClosed);
  }

  /** The record is journalled: the rest of the answer may leave. */
  readonly #finish = (): void => {
    const res = this.#res;
    if (!res.destroyed) {
      if (this.#held !== undefined) this.#endWith(this.#held);
      else if (res.headersSent) this.#endWith(undefined);
      else if (this.#writeHead()) this.#endWith(this.#received.whole());
      else {
        this.#sendOwn(errorAnswer(this.#call.incoming, unpassable()));
        return;
      }
    }
    this.#done();
  };

  #endWith(body: Uint8Array | undefined): void {
    const res = this.#res;
    if (this.#trailers !== undefined) res.addTrailers(trailerPairs(this.#trailers));
    if (body === undefined || body.length === 0) res.end();
    else res.end(body);
    // An upstream may answer before it has read the whole request; the rest is read and forgotten.
    if (!this.#call.req.complete) this.#call.req.resume();
  }

  /** False when Node refuses to write what the upstream sent. */
  #writeHead(): boolean {
    try {
      this.#res.writeHead(this.#status, this.#statusText, this.#headers?.flat ?? []);
      return true;
    } catch {
      return false;
    }
  }

  // ---- what can go wrong

  onError(error: Error): void {
    if (this.#phase === 'recorded') return;
    const failure = failureOf(error);
    if (this.#phase === 'streaming') {
      // Whoever has part of an answer must not take it for the whole.
      this.#record('failed', this.#answered(), failure.text).then(this.#destroy, this.#destroy);
      return;
    }
    const answer = errorAnswer(this.#call.incoming, failure.error);
    const outcome = failure.bySender ? 'failed' : this.#status === 0 ? 'upstream-down' : 'failed';
    const response = this.#status === 0 ? captured(answer) : this.#answered();
    this.#record(outcome, response, failure.text).then(() => this.#sendOwn(answer), this.#failClosed);
  }

  readonly #onClientGone = (): void => {
    if (this.#phase === 'recorded') return;
    const recorded = this.#record('aborted', this.#answered(), 'the client closed the connection');
    this.#abort?.();
    recorded.then(this.#destroy, this.#destroy);
  };

  /** The journal takes no intent: the call is not made. */
  readonly #refuse = (): void => {
    if (this.#phase === 'recorded') return;
    const answer = errorAnswer(this.#call.incoming, refusal());
    const send = (): void => this.#sendOwn(answer);
    this.#record('failed', captured(answer), 'refused: its intent could not be journalled').then(send, send);
  };

  /** The journal does not take the outcome: the answer must not leave. */
  readonly #failClosed = (): void => {
    if (this.#res.headersSent) this.#destroy();
    else this.#sendOwn(errorAnswer(this.#call.incoming, refusal()));
  };

  #sendOwn(answer: ReturnType<typeof errorAnswer>): void {
    const { req } = this.#call;
    const res = this.#res;
    if (!res.destroyed && !res.headersSent) {
      res.writeHead(answer.status, answer.headers);
      res.end(req.method === 'HEAD' ? undefined : answer.body);
      if (!req.complete) req.resume();
    }
    this.#done();
  }

  readonly #destroy = (): void => {
    this.#res.destroy();
    this.#done();
  };

  // ---- the record

  #record(
    outcome: Outcome,
    response: CapturedResponse | undefined,
    failure: string | undefined,
  ): Promise<void> {
    this.#phase = 'recorded';
    const { incoming } = this.#call;
    return this.#parts.sink.outcome({
      eventId: incoming.eventId,
      startedAt: incoming.startedAt,
      named: incoming.named,
      sourceIp: incoming.sourceIp,
      tls: incoming.tls,
      request: {
        method: incoming.request.method,
        path: incoming.request.path,
        query: incoming.request.query,
        headers: incoming.request.headers,
        body: this.#sent.whole(),
        bodyBytes: this.#sent.bytes,
      },
      completedAt: this.#parts.clock.now(),
      outcome,
      response,
      servedBy: 'upstream',
      caller: undefined,
      failure,
    });
  }

  #answered(): CapturedResponse | undefined {
    if (this.#headers === undefined) return undefined;
    return {
      status: this.#status,
      headers: this.#headers.map,
      body: this.#received.whole(),
      bodyBytes: this.#received.bytes,
    };
  }

  #done(): void {
    this.#res.off('drain', this.#onDrain);
    this.#call.req.socket.off('close', this.#onClientGone);
    this.#parts.onDone();
  }
}

/** Answers that go on for as long as the caller listens must not wait. */
const EVENT_STREAM = /^(?:application\/vnd\.amazon\.eventstream|text\/event-stream)/i;

const PRINTABLE = /^[\t\x20-\x7e]*$/;

/** Bytes announced; Infinity for chunked bodies. */
function bodyLength(headers: ForwardedCall['req']['headers']): number {
  if (headers['transfer-encoding'] !== undefined) return Infinity;
  return Number(headers['content-length'] ?? 0);
}

function outcomeOf(status: number): Outcome {
  if (status === 403) return 'denied';
  return status >= 400 ? 'failed' : 'allowed';
}

function captured(answer: ReturnType<typeof errorAnswer>): CapturedResponse {
  return { status: answer.status, headers: answer.headers, body: answer.body, bodyBytes: answer.body.length };
}

function trailerPairs(raw: readonly (Buffer | string)[]): [string, string][] {
  const { flat } = responseHeaders(raw, false);
  return Array.from({ length: flat.length / 2 }, (_, i) => [
    flat[2 * i] as string,
    flat[2 * i + 1] as string,
  ]);
}
