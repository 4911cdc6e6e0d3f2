import { ApiError } from './errors.ts';

export type StreamEvent = { readonly type: string; readonly body: Readonly<Record<string, unknown>> };

/** Lengths of the whole and of its headers, and a checksum of both; another checksum ends the message. */
const PRELUDE = 12;
const CHECKSUM = 4;
/** Nothing that we ask for sends more in one piece. */
const MOST_BYTES = 24 * 1024 * 1024;
const TEXT = 7;

/**
 * Events of an answer in `application/vnd.amazon.eventstream`, as they come; ends with the body. Rejects with ApiError for an exception
 * among them, or for what is no such stream. Checksums are left to TCP and TLS. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  let held = new Uint8Array(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      held = joined;
      for (
        let length = lengthOf(held);
        length !== undefined && held.length >= length;
        length = lengthOf(held)
      ) {
        const event = readMessage(held.subarray(0, length));
        held = held.slice(length);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function lengthOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < PRELUDE) return undefined;
  const length = viewOf(bytes).getUint32(0);
  if (length < PRELUDE + CHECKSUM || length > MOST_BYTES) throw broken(`a message of ${length} bytes`);
  return length;
}

/** Undefined for the greeting that comes first. */
function readMessage(bytes: Uint8Array): StreamEvent | undefined {
  const headersLength = viewOf(bytes).getUint32(4);
  const headers = readHeaders(bytes.subarray(PRELUDE, PRELUDE + headersLength));
  const text = new TextDecoder().decode(bytes.subarray(PRELUDE + headersLength, bytes.length - CHECKSUM));
  const body = (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
  const kind = headers.get(':message-type');
  if (kind === 'exception' || kind === 'error') {
    const code = headers.get(':exception-type') ?? headers.get(':error-code') ?? 'StreamEnded';
    const message = body['message'] ?? headers.get(':error-message') ?? 'The server ended the stream.';
    throw new ApiError({ code, message: String(message), status: 400 });
  }
  const type = headers.get(':event-type') ?? '';
  return type === 'initial-response' ? undefined : { type, body };
}

/** Those that are texts: no other kind is sent. */
function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const view = viewOf(bytes);
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(from, from + length));
  for (let at = 0; at < bytes.length;) {
    const nameLength = view.getUint8(at);
    const afterName = at + 1 + nameLength;
    if (view.getUint8(afterName) !== TEXT) throw broken('a header that is no text');
    const length = view.getUint16(afterName + 1);
    headers.set(text(at + 1, nameLength), text(afterName + 3, length));
    at = afterName + 3 + length;
  }
  return headers;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function broken(what: string): ApiError {
  return new ApiError({ code: 'BadAnswer', message: `The stream holds ${what}.`, status: 0 });
}
