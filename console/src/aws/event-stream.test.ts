import { EventStreamCodec } from '@smithy/core/event-streams';
import { describe, expect, it } from 'vitest';

import { eventsOf, type StreamEvent } from './event-stream.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function message(headers: Readonly<Record<string, string>>, body: object): Uint8Array {
  return codec.encode({
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }]),
    ),
    body: Buffer.from(JSON.stringify(body)),
  });
}

const event = (type: string, body: object) =>
  message({ ':message-type': 'event', ':event-type': type }, body);

/** In pieces of so many bytes. */
function streamed(messages: readonly Uint8Array[], size: number): ReadableStream<Uint8Array> {
  const bytes = Buffer.concat(messages);
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_piece, n) => new Uint8Array(bytes.subarray(n * size, (n + 1) * size)),
  );
  return streamOf(pieces);
}

function streamOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const one of eventsOf(stream)) events.push(one);
  return events;
}

describe('a stream of events', () => {
  it.each([1, 7, 10_000])('is read in whatever pieces it comes: of %i bytes', async (size) => {
    const messages = [
      event('initial-response', {}),
      event('sessionStart', { sessionId: 's' }),
      event('sessionUpdate', { sessionResults: [{ message: 'ünï' }] }),
    ];
    expect(await all(streamed(messages, size))).toEqual([
      { type: 'sessionStart', body: { sessionId: 's' } },
      { type: 'sessionUpdate', body: { sessionResults: [{ message: 'ünï' }] } },
    ]);
  });

  it('ends with what the server says went wrong', async () => {
    const headers = { ':message-type': 'exception', ':exception-type': 'SessionTimeoutException' };
    const stream = streamed([message(headers, { message: 'three hours' })], 5);
    await expect(all(stream)).rejects.toMatchObject({
      code: 'SessionTimeoutException',
      message: 'three hours',
    });
  });

  it('refuses what is none', async () => {
    const stream = streamOf([new Uint8Array(Buffer.from('<html>nothing of the kind'))]);
    await expect(all(stream)).rejects.toMatchObject({
      code: 'BadAnswer',
    });
  });
});
