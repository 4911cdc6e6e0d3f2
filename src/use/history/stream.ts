import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CallContext } from '../../aws/operation.ts';
import type { EventRecord } from '../../record/event-record.ts';

export type LiveStream = {
  /** Hands a record to whoever listens; never waits, never throws. */
  readonly publish: (record: Pick<EventRecord, 'raw' | 'columns'>) => void;
  readonly subscribers: () => number;
  /**
   * `GET /_stream[?scope=all]`: records as NDJSON until the client or the server goes away, an empty line every 15 s.
   * The endpoint has checked `opentrail:StreamEvents`; `scope=all` asks for `opentrail:AllAccounts` here (throws AccessDenied).
   */
  readonly serve: (request: IncomingMessage, response: ServerResponse, context: StreamContext) => void;
  readonly stop: () => Promise<void>;
};

export type StreamContext = Pick<CallContext, 'accountId' | 'region' | 'authorize'>;

export type LiveStreamOptions = {
  /** A subscriber with more than this unsent is dropped. */
  readonly bufferBytes?: number;
  readonly heartbeatMs?: number;
};

type Subscriber = {
  readonly response: ServerResponse;
  /** Undefined: all accounts and regions. */
  readonly only: { readonly account: string; readonly region: string } | undefined;
  /** Records not sent since the buffer was full. */
  missed: number;
  /** Heartbeats since then. */
  stuck: number;
};

/** A reader that takes nothing for so many heartbeats after its buffer was full is cut off without its last line. */
const MOST_STUCK = 4;

const NEWLINE = Buffer.from('\n');

/**
 * The live hub behind `opentrail tail` and the console's live switch. What a subscriber does not take stays in the bounded buffer of its
 * response; beyond that its stream ends with a line that counts what it missed. Nothing here ever waits for a subscriber.
 */
export function createLiveStream({
  bufferBytes = 4 * 1024 * 1024,
  heartbeatMs = 15_000,
}: LiveStreamOptions = {}): LiveStream {
  const subscribers = new Set<Subscriber>();
  const heartbeat = setInterval(() => {
    for (const subscriber of subscribers) beat(subscriber);
  }, heartbeatMs);
  heartbeat.unref();
  return {
    publish: (record) => {
      if (subscribers.size === 0) return;
      for (const subscriber of subscribers) offer(subscriber, record, bufferBytes);
    },
    subscribers: () => subscribers.size,
    serve: (request, response, context) => {
      const subscriber: Subscriber = { response, only: selectionOf(request, context), missed: 0, stuck: 0 };
      response.writeHead(200, {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.flushHeaders();
      // Says at once, through proxies too, that the stream is open.
      response.write(NEWLINE);
      subscribers.add(subscriber);
      response.on('drain', () => void endIfBehind(subscriber));
      response.on('error', () => subscribers.delete(subscriber));
      response.on('close', () => subscribers.delete(subscriber));
    },
    stop: () => {
      clearInterval(heartbeat);
      for (const { response } of subscribers) response.end();
      subscribers.clear();
      return Promise.resolve();
    },
  };
}

function beat(subscriber: Subscriber): void {
  const { response } = subscriber;
  if (subscriber.missed === 0) response.write(NEWLINE);
  else if (++subscriber.stuck > MOST_STUCK) response.destroy();
}

function selectionOf(
  request: IncomingMessage,
  { accountId, region, authorize }: StreamContext,
): Subscriber['only'] {
  const scope = new URL(request.url ?? '/', 'http://host').searchParams.get('scope');
  if (scope !== 'all') return { account: accountId, region };
  authorize('opentrail:AllAccounts', '*');
  return undefined;
}

function offer(
  subscriber: Subscriber,
  { raw, columns }: Pick<EventRecord, 'raw' | 'columns'>,
  bufferBytes: number,
): void {
  const { response, only } = subscriber;
  if (only && (only.account !== columns.account || only.region !== columns.region)) return;
  if (subscriber.missed > 0 || response.writableLength + raw.byteLength > bufferBytes) {
    subscriber.missed += 1;
    return;
  }
  response.write(oneLine(raw));
  response.write(NEWLINE);
}

/** The client took what was buffered, so it can be told how much it missed, exactly, and begin again. */
function endIfBehind({ response, missed }: Subscriber): void {
  if (missed > 0) response.end(`${JSON.stringify({ missed })}\n`);
}

/** Imported records may be spread over lines; a line break outside of strings means nothing in JSON, and inside it is escaped. */
function oneLine(raw: Uint8Array): Uint8Array {
  if (raw.indexOf(0x0a) < 0 && raw.indexOf(0x0d) < 0) return raw;
  return raw.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte));
}
