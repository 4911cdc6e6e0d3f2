import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CallContext } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { EventRecord } from '../../record/event-record.ts';

export type LiveStream = {
  /** Hands a record to whoever listens; never waits, never throws. */
  readonly publish: (record: Pick<EventRecord, 'raw' | 'columns'>) => void;
  readonly subscribers: () => number;
  /** `GET /_stream[?scope=all]`: NDJSON until the client or the server goes away. The endpoint has checked `opentrail:StreamEvents`. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, context: StreamContext) => void;
  readonly stop: () => Promise<void>;
};

export type StreamContext = Pick<CallContext, 'accountId' | 'region' | 'authorize'>;

/** The live hub behind `opentrail tail` and the console's live switch. */
export function createLiveStream(_deps: { readonly bufferBytes?: number }): LiveStream {
  throw new OpentrailError('NOT_BUILT', 'live stream');
}
