import { AwsError } from '../../aws/errors.ts';
import { serializeError } from '../../aws/protocols/index.ts';
import type { WireResponse } from '../../aws/protocols/protocol.ts';
import { messageOf } from '../../base/errors.ts';
import type { IncomingCall } from '../captured-call.ts';

export type UpstreamFailure = {
  /** For the record: `connect ECONNREFUSED 127.0.0.1:4566`. */
  readonly text: string;
  /** For the caller. */
  readonly error: AwsError;
  /** The request itself cannot be forwarded; the upstream was never asked. */
  readonly bySender: boolean;
};

/** What an upstream's failure means, told by undici's codes. */
export function failureOf(error: Error & { readonly code?: unknown }): UpstreamFailure {
  const text = messageOf(error) || String(error.code ?? error.name);
  if (BY_SENDER.has(error.code)) {
    return {
      text,
      error: new AwsError('BadRequest', `The request cannot be forwarded: ${text}`),
      bySender: true,
    };
  }
  const error_ = TIMEOUTS.has(error.code)
    ? new AwsError('GatewayTimeout', 'The upstream of this service did not answer in time.', { status: 504 })
    : new AwsError('BadGateway', 'The upstream of this service gave no valid answer.', { status: 502 });
  return { text, error: error_, bySender: false };
}

const BY_SENDER: ReadonlySet<unknown> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);
const TIMEOUTS: ReadonlySet<unknown> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Node refuses to write the headers that the upstream sent. */
export function unpassable(): AwsError {
  return new AwsError('BadGateway', 'The upstream of this service sent headers that cannot be passed on.', {
    status: 502,
  });
}

/** In fail-closed mode, while the journal takes no entries. */
export function refusal(): AwsError {
  return new AwsError('ServiceUnavailable', 'The call cannot be recorded now, and is refused for that.', {
    status: 503,
  });
}

/** The error in the form of the call's protocol. */
export function errorAnswer(incoming: IncomingCall, error: AwsError): WireResponse {
  return serializeError(incoming.named, error, incoming.eventId);
}
