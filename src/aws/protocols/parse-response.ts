import type { OperationModel } from '../models/operation-model.ts';
import type { Protocol, WireResponse } from './protocol.ts';

/** What an answer says, by the model's names; for recording what flows by. Never throws: what cannot be read is left out. */
export function parseResponse(model: OperationModel, response: WireResponse): Record<string, unknown> {
  void model;
  try {
    return JSON.parse(Buffer.from(response.body).toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Code and message of an error answer; undefined when the answer does not tell. Never throws. */
export function parseError(
  protocol: Protocol,
  response: WireResponse,
): { readonly code: string; readonly message: string | undefined } | undefined {
  void protocol;
  const code = response.headers['x-amzn-errortype'];
  return code === undefined ? undefined : { code, message: undefined };
}
