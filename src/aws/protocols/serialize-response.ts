import type { Readable } from 'node:stream';

import type { OperationModel } from '../models/operation-model.ts';
import type { OperationOutput } from '../operation.ts';
import type { Headers } from './protocol.ts';

/** An answer ready to be written; `content-length` is among the headers whenever it is known. */
export type ServedResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | Readable | undefined;
};

/** An operation's output in the form of the protocol that the request came in. */
export function serializeResponse(model: OperationModel, result: OperationOutput, requestId: string): ServedResponse {
  const body = Buffer.from(JSON.stringify(result.output ?? {}));
  return {
    status: result.status ?? model.http?.code ?? 200,
    headers: { 'content-type': `application/x-amz-json-${model.package.jsonVersion}`, 'x-amzn-requestid': requestId, ...result.headers },
    body,
  };
}
