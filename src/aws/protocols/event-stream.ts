import { Readable } from 'node:stream';

import { EventStreamCodec } from '@smithy/core/event-streams';

import { isObject } from './json/read-json.ts';
import { jsonWriting, writeJson } from './json/write-json.ts';
import { jsonName, type Member, type Shape } from './shape.ts';

/** The output's member that is a stream of events: a union that streams. */
export function eventStreamOf(output: Shape): Member | undefined {
  if (output.kind !== 'struct') return undefined;
  return output.members().find(({ shape }) => shape.kind === 'union' && shape.streaming);
}

export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);
const NAMES = jsonWriting(jsonName);

/**
 * Events of a JSON service, as they come: each an object with one member of the union, `{ sessionUpdate: {…} }`. Clients wait for an
 * `initial-response` before them. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function writeEventStream({ shape }: Member, events: AsyncIterable<unknown>): Readable {
  return Readable.from(frames(shape, events));
}

async function* frames(union: Shape, events: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  yield* sentAtOnce(frame({ ':message-type': 'event', ':event-type': 'initial-response' }, {}));
  for await (const event of events) {
    const [name = '', value] = Object.entries(isObject(event) ? event : {})[0] ?? [];
    const member = union.members().find((one) => one.name === name);
    if (member === undefined) throw new TypeError(`the event stream has no member ${name}`);
    const kind = name.endsWith('Exception') ? 'exception' : 'event';
    const headers = { ':message-type': kind, [`:${kind}-type`]: name };
    yield* sentAtOnce(frame(headers, writeJson(member.shape, value, NAMES)));
  }
}

/** The last piece of a body is held back until the call is recorded: an empty one takes its place. */
function* sentAtOnce(piece: Uint8Array): Generator<Uint8Array> {
  yield piece;
  yield new Uint8Array(0);
}

function frame(headers: Readonly<Record<string, string>>, body: unknown): Uint8Array {
  const all = { ...headers, ':content-type': 'application/json' };
  return codec.encode({
    headers: Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, { type: 'string' as const, value }]),
    ),
    body: Buffer.from(JSON.stringify(body ?? {})),
  });
}
