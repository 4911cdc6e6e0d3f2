import { AwsError } from '../../aws/errors.ts';
import { serializeError } from '../../aws/protocols/index.ts';
import type { WireResponse } from '../../aws/protocols/protocol.ts';
import type { IncomingCall } from '../captured-call.ts';
import type { WireFailure } from './wire/connection.ts';

/** What the caller gets when the upstream gave no answer. */
export function upstreamError({ timedOut }: WireFailure): AwsError {
  return timedOut
    ? new AwsError('GatewayTimeout', 'The upstream of this service did not answer in time.', { status: 504 })
    : new AwsError('BadGateway', 'The upstream of this service gave no valid answer.', { status: 502 });
}

/** Node refuses to write the headers that the upstream sent. */
export const UNPASSABLE: WireFailure = {
  text: 'the upstream sent headers that cannot be passed on',
  timedOut: false,
};

/** In fail-closed mode, while the journal takes no entries. */
export function refusal(): AwsError {
  return new AwsError('ServiceUnavailable', 'The call cannot be recorded now, and is refused for that.', {
    status: 503,
  });
}

/** A mistake of ours while a call was checked: nothing goes upstream, and the caller learns no more than that it was ours. */
export function unexpected(cause: unknown): AwsError {
  return new AwsError('InternalFailure', 'We encountered an internal error. Please try again.', {
    status: 500,
    cause,
  });
}

/** The error in the form of the call's protocol. */
export function errorAnswer(incoming: IncomingCall, error: AwsError): WireResponse {
  return serializeError(incoming.named, error, incoming.eventId);
}
