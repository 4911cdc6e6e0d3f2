import { EventStreamCodec } from '@smithy/core/event-streams';

import type { OperationModel } from '../../../src/aws/models/index.ts';
import { shapeOf } from '../../../src/aws/protocols/shape.ts';
import { PLANTED } from './plant.ts';

/** The names of the events that the operation answers with; undefined where it answers whole. */
export function eventsOf({ output }: OperationModel): readonly string[] | undefined {
  const stream = shapeOf(output)
    .members()
    .find(({ shape }) => shape.streaming && shape.kind === 'union');
  return stream?.shape.members().map(({ name }) => name);
}

/** One event of each name, and before them what some protocols begin with; the secret is in each of them. */
export function plantedEvents(names: readonly string[]): Buffer {
  return Buffer.concat([
    message('initial-response', '{}'),
    ...names.map((name) => message(name, JSON.stringify({ message: PLANTED, Payload: PLANTED }))),
  ]);
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text),
);

/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
function message(name: string, payload: string): Uint8Array {
  const text = (value: string) => ({ type: 'string', value }) as const;
  const headers = {
    ':message-type': text('event'),
    ':event-type': text(name),
    ':content-type': text('application/json'),
  };
  return codec.encode({ headers, body: Buffer.from(payload) });
}
