import type { ServerResponse } from 'node:http';

import { AwsError } from '../../aws/errors.ts';
import type { WireResponse } from '../../aws/protocols/protocol.ts';
import type { CapturedResponse, Outcome } from '../captured-call.ts';
import { BodyCapture, CAPTURE_LIMIT } from './body-capture.ts';
import type { GatewayDeps } from './contract.ts';
import { errorAnswer, refusal, unexpected, UNPASSABLE, upstreamError } from './failures.ts';
import { responseHeaders, type PassedHeaders } from './pass-headers.ts';
import { RequestSender } from './request-sender.ts';
import type { CheckedCall } from './verifying/checked-call.ts';
import type { CallEvents, Connection, WireFailure } from './wire/connection.ts';
import type { ConnectionPool } from './wire/connection-pool.ts';

export type ForwardingParts = Pick<GatewayDeps, 'sink' | 'clock'> & {
  readonly pool: ConnectionPool;
  /** Called once, when nothing of the call is left to do. */
  readonly onDone: () => void;
};

/**
 * One call on its way through, from its first byte upstream to its outcome. An answer up to the capture limit waits whole until its
 * record is journalled; of a longer one the last chunk does. Whatever happens, `sink.outcome` is called exactly once.
 */
export class Forwarding implements CallEvents {
  readonly isHead: boolean;
  readonly #parts: ForwardingParts;
  readonly #call: CheckedCall;
  readonly #res: ServerResponse;
  readonly #sender: RequestSender;
  readonly #received = new BodyCapture();
  #connection: Connection | undefined;
  #status = 0;
  #statusText = '';
  #headers: PassedHeaders | undefined;
  #trailers: readonly string[] = [];
  #phase: 'waiting' | 'streaming' | 'recorded' = 'waiting';
  #holdsBack = true;
  #retried = false;
  #held: Buffer | undefined;
  #stopListening: (() => void) | undefined;

  constructor(parts: ForwardingParts, call: CheckedCall) {
    this.#parts = parts;
    this.#call = call;
    this.#res = call.res;
    this.isHead = call.req.method === 'HEAD';
    this.#sender = new RequestSender(call, (error) => this.#onBroken(error));
  }

  start(): void {
    // Who goes away while a call is checked is not heard of any more.
    if (this.#call.outgoing !== undefined && this.#isClientGone()) {
      this.#onClientGone();
      return;
    }
    this.#res.on('close', () => this.#onClientGone());
    const { sink } = this.#parts;
    const { incoming } = this.#call;
    if (!sink.wantsIntent(incoming.named)) this.#send();
    else
      sink.intent(incoming).then(
        () => this.#send(),
        () => this.#refuse(),
      );
  }

  /** Answers in the upstream's place: the call may not go on. */
  refuse(error: AwsError): void {
    this.#sender.keepRead();
    if (this.#isClientGone()) this.#onClientGone();
    else this.#refuseWith(error);
  }

  // ---- the request

  #send(): void {
    if (this.#phase === 'recorded') return;
    if (this.#sender.ready()) this.#parts.pool.call(this);
    else
      this.#sender.whenReady(() => {
        if (this.#phase !== 'recorded') this.#parts.pool.call(this);
      });
  }

  onConnection(connection: Connection): void {
    this.#connection = connection;
    this.#sender.send(connection);
  }

  onDrain(): void {
    this.#sender.more();
  }

  onInformation(status: number): void {
    if (status === 100) this.#sender.goOn();
    else if (status === 102) this.#res.writeProcessing();
  }

  // ---- the answer

  onHeaders(status: number, statusText: string, raw: string[]): void {
    this.#status = status;
    this.#statusText = PRINTABLE.test(statusText) ? statusText : '';
    this.#headers = responseHeaders(raw, this.isHead);
    const { map } = this.#headers;
    const type = map['content-type'];
    if (type !== undefined && EVENT_STREAM.test(type)) {
      this.#holdsBack = false;
      this.#startStreaming();
    } else if (!this.isHead && Number(map['content-length']) > CAPTURE_LIMIT) {
      this.#startStreaming();
    }
  }

  onBody(chunk: Buffer): boolean {
    if (this.#phase === 'recorded') return true;
    if (this.#phase === 'streaming') {
      this.#received.add(chunk);
      return this.#pass(chunk);
    }
    const before = this.#received.chunks();
    this.#received.add(chunk);
    if (!this.#received.over || !this.#startStreaming()) return true;
    for (const earlier of before) this.#pass(earlier);
    return this.#pass(chunk);
  }

  /** Writes the chunk before and holds this one; false when the client cannot take more now. */
  #pass(chunk: Buffer): boolean {
    const now = this.#holdsBack ? this.#held : chunk;
    if (this.#holdsBack) this.#held = chunk;
    if (now === undefined || this.#res.destroyed) return true;
    return this.#res.write(now);
  }

  #startStreaming(): boolean {
    if (!this.#writeHead()) {
      this.#connection?.fail(UNPASSABLE);
      return false;
    }
    this.#phase = 'streaming';
    this.#res.on('drain', () => this.#connection?.resume());
    // A response that waits behind another one on its connection never hears of its end.
    const onGone = (): void => this.#onClientGone();
    this.#call.req.socket.once('close', onGone);
    this.#stopListening = () => this.#call.req.socket.off('close', onGone);
    if (!this.#holdsBack) this.#res.flushHeaders();
    return true;
  }

  onComplete(trailers: string[]): void {
    this.#connection = undefined;
    this.#sender.stop();
    if (this.#phase === 'recorded') return;
    this.#trailers = trailers;
    this.#record(outcomeOf(this.#status), this.#answered(), undefined).then(
      () => this.#finish(),
      () => this.#failClosed(),
    );
  }

  /** The record is journalled: the rest of the answer may leave. */
  #finish(): void {
    const res = this.#res;
    if (!res.destroyed) {
      if (res.headersSent) this.#end(this.#held);
      else if (this.#writeHead()) this.#end(this.#received.whole());
      else {
        this.#sendOwn(errorAnswer(this.#call.incoming, upstreamError(UNPASSABLE)));
        return;
      }
    }
    this.#done();
  }

  #end(body: Buffer | undefined): void {
    const res = this.#res;
    if (this.#trailers.length > 0) res.addTrailers(pairsOf(responseHeaders(this.#trailers, false).flat));
    if (body === undefined || body.length === 0 || this.isHead) res.end();
    else if (body.length <= ONE_WRITE) res.end(body.toString('latin1'), 'latin1');
    else res.end(body);
    this.#sender.discard();
  }

  /** False when Node refuses to write what the upstream sent. */
  #writeHead(): boolean {
    const res = this.#res;
    try {
      // Whoever waits to be told to send the body is not told any more: what would come next on the connection is unclear.
      if (this.#sender.awaited) res.shouldKeepAlive = false;
      res.writeHead(this.#status, this.#statusText, this.#headers?.flat ?? []);
      return true;
    } catch {
      return false;
    }
  }

  // ---- what can go wrong

  onFailure(failure: WireFailure): void {
    this.#connection = undefined;
    if (failure.stale === true && !this.#retried && this.#phase !== 'recorded' && this.#sender.repeatable()) {
      this.#retried = true;
      this.#parts.pool.call(this, true);
      return;
    }
    this.#sender.stop();
    if (this.#phase === 'recorded') return;
    if (this.#phase === 'streaming') {
      // Whoever has part of an answer must not take it for the whole.
      const destroy = (): void => this.#destroy();
      this.#record('failed', this.#answered(), failure.text).then(destroy, destroy);
      return;
    }
    const answer = errorAnswer(this.#call.incoming, upstreamError(failure));
    const began = this.#headers !== undefined;
    const response = began ? this.#answered() : captured(answer);
    this.#record(began ? 'failed' : 'upstream-down', response, failure.text).then(
      () => this.#sendOwn(answer),
      () => this.#failClosed(),
    );
  }

  #onClientGone(): void {
    if (this.#phase === 'recorded') return;
    const recorded = this.#record('aborted', this.#answered(), 'the client closed the connection');
    this.#sender.stop();
    this.#parts.pool.cancel(this);
    this.#connection?.abandon();
    this.#connection = undefined;
    const destroy = (): void => this.#destroy();
    recorded.then(destroy, destroy);
  }

  /** The body is not the one that was signed; or there is no more of it, because the caller has gone. */
  #onBroken(error: Error): void {
    if (this.#phase === 'recorded') return;
    if (this.#isClientGone()) {
      this.#onClientGone();
      return;
    }
    this.#connection?.abandon();
    this.#connection = undefined;
    if (this.#phase === 'streaming') {
      const destroy = (): void => this.#destroy();
      this.#record('failed', this.#answered(), error.message).then(destroy, destroy);
    } else this.#refuseWith(error instanceof AwsError ? error : unexpected(error));
  }

  #isClientGone(): boolean {
    return this.#res.destroyed || this.#call.req.socket.destroyed;
  }

  /** The journal takes no intent: the call is not made. */
  #refuse(): void {
    if (this.#phase === 'recorded') return;
    const answer = errorAnswer(this.#call.incoming, refusal());
    const send = (): void => this.#sendOwn(answer);
    this.#record('failed', captured(answer), 'refused: its intent could not be journalled').then(send, send);
  }

  #refuseWith(error: AwsError): void {
    const answer = errorAnswer(this.#call.incoming, error);
    this.#record(outcomeOf(answer.status), captured(answer), undefined).then(
      () => this.#sendOwn(answer),
      () => this.#failClosed(),
    );
  }

  /** The journal does not take the outcome: the answer must not leave. */
  #failClosed(): void {
    if (this.#res.headersSent) this.#destroy();
    else this.#sendOwn(errorAnswer(this.#call.incoming, refusal()));
  }

  #sendOwn(answer: WireResponse): void {
    const res = this.#res;
    if (!res.destroyed && !res.headersSent) {
      if (this.#sender.awaited) res.shouldKeepAlive = false;
      res.writeHead(answer.status, answer.headers);
      res.end(this.isHead ? undefined : answer.body);
      this.#sender.discard();
    }
    this.#done();
  }

  #destroy(): void {
    this.#res.destroy();
    this.#done();
  }

  #done(): void {
    this.#stopListening?.();
    this.#parts.onDone();
  }

  // ---- the record

  #record(
    outcome: Outcome,
    response: CapturedResponse | undefined,
    failure: string | undefined,
  ): Promise<void> {
    this.#phase = 'recorded';
    const { incoming } = this.#call;
    const { request } = incoming;
    const { sent } = this.#sender;
    try {
      return this.#parts.sink.outcome({
        eventId: incoming.eventId,
        startedAt: incoming.startedAt,
        named: incoming.named,
        sourceIp: incoming.sourceIp,
        tls: incoming.tls,
        request: {
          method: request.method,
          path: request.path,
          query: request.query,
          headers: request.headers,
          body: sent.whole(),
          bodyBytes: sent.bytes,
        },
        completedAt: this.#parts.clock.now(),
        outcome,
        response,
        servedBy: 'upstream',
        caller: this.#call.caller,
        failure,
      });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #answered(): CapturedResponse | undefined {
    if (this.#headers === undefined) return undefined;
    const { map } = this.#headers;
    return {
      status: this.#status,
      headers: map,
      body: this.#received.whole(),
      bodyBytes: this.#received.bytes,
    };
  }
}

/** Up to here head and body go out as one string, which is cheapest. */
const ONE_WRITE = 16 * 1024;
/** Answers that go on for as long as the caller listens must not wait. */
const EVENT_STREAM = /^(?:application\/vnd\.amazon\.eventstream|text\/event-stream)/i;
const PRINTABLE = /^[\t\x20-\x7e]*$/;

function outcomeOf(status: number): Outcome {
  if (status === 403) return 'denied';
  return status >= 400 ? 'failed' : 'allowed';
}

function captured(answer: WireResponse): CapturedResponse {
  return { status: answer.status, headers: answer.headers, body: answer.body, bodyBytes: answer.body.length };
}

function pairsOf(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [
    flat[2 * i] as string,
    flat[2 * i + 1] as string,
  ]);
}
