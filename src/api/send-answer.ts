import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

import type { Headers } from '../aws/protocols/protocol.ts';
import { messageOf } from '../base/errors.ts';

export type WholeAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
};

/** Sends an answer whose body is at hand; to HEAD only its headers. Does nothing when the client has gone. */
export function sendWhole(res: ServerResponse, req: IncomingMessage, answer: WholeAnswer): void {
  if (res.destroyed || res.headersSent) return;
  // Whoever waits to be told to send the body is not told any more: what would come next on the connection is unclear.
  if (req.headers.expect !== undefined && !req.complete) res.shouldKeepAlive = false;
  res.writeHead(answer.status, answer.headers);
  if (req.method !== 'HEAD' && answer.body instanceof Uint8Array && answer.body.length > 0)
    res.end(answer.body);
  else res.end();
}

export type StreamedAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readable;
};

/**
 * Sends a body as it comes and holds its last piece back until `record` has resolved. When the body fails half-way, or the record
 * does, the connection is closed, so that nobody takes the part for the whole.
 */
export async function sendStream(
  res: ServerResponse,
  { status, headers, body }: StreamedAnswer,
  record: (bytes: number, failure?: string) => Promise<void>,
  gone: AbortSignal,
): Promise<void> {
  let bytes = 0;
  let held: Uint8Array | undefined;
  try {
    for await (const piece of body) {
      const chunk = piece as Uint8Array;
      bytes += chunk.length;
      if (!res.headersSent) res.writeHead(status, headers);
      if (held !== undefined && !res.write(held)) await once(res, 'drain', { signal: gone });
      if (gone.aborted) break;
      held = chunk;
    }
    await record(bytes);
    if (!res.headersSent) res.writeHead(status, headers);
    res.end(held);
  } catch (error) {
    body.destroy();
    if (!gone.aborted && !res.headersSent) throw error;
    res.destroy();
    await record(bytes, messageOf(error)).catch(() => undefined);
  }
}
