import type { AwsError } from '../errors.ts';
import type { Protocol, WireResponse } from './protocol.ts';

/** An error as the protocol's clients read it: each shows the same code and message. */
export function serializeError(
  { protocol, service }: { readonly protocol: Protocol; readonly service: string },
  error: AwsError,
  requestId: string,
): WireResponse {
  void protocol;
  void service;
  return {
    status: error.status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
    body: Buffer.from(JSON.stringify({ __type: error.code, message: error.message })),
  };
}
