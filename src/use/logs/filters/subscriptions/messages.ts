import { gzipSync } from 'node:zlib';

import type { LogEvent } from '../../../../store/contract.ts';
import { digitsOf } from '../../tokens.ts';

/** Bytes of events in one message: however little they can be compressed, Lambda takes it (1 MB). */
const MOST_BYTES = 700_000;
/** What JSON writes around an event. */
const AROUND = 130;

export type Batch = { readonly stream: string; readonly events: readonly LogEvent[] };

/** By stream, as one message is of one stream; each in the order of arrival. */
export function batchesOf(
  events: readonly LogEvent[],
  sizeOf: (message: string) => number = jsonBytes,
  most = MOST_BYTES,
): readonly Batch[] {
  return [...Map.groupBy(events, ({ stream }) => stream)].flatMap(([stream, own]) => {
    const batches: LogEvent[][] = [];
    let bytes = Infinity;
    for (const event of own) {
      const size = sizeOf(event.message);
      bytes += size;
      if (bytes > most) {
        batches.push([]);
        bytes = size;
      }
      batches.at(-1)?.push(event);
    }
    return batches.map((batch) => ({ stream, events: batch }));
  });
}

function jsonBytes(message: string): number {
  return Buffer.byteLength(JSON.stringify(message)) + AROUND;
}

/** What a function gets: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample */
export function dataMessage(about: {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly filter: string;
  readonly events: readonly LogEvent[];
}): string {
  return packed({
    messageType: 'DATA_MESSAGE',
    owner: about.owner,
    logGroup: about.logGroup,
    logStream: about.logStream,
    subscriptionFilters: [about.filter],
    logEvents: about.events.map((event) => ({
      id: digitsOf(event),
      timestamp: event.time,
      message: event.message,
    })),
  });
}

function packed(message: object): string {
  return JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } });
}
