import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Operation, OperationOutput } from '../../../aws/operation.ts';
import { checkEvent, checkPayload } from '../payload.ts';
import { invalidParameter, MOST_REQUEST } from '../lambda-errors.ts';
import { functionOperation, type LambdaParts } from './lambda-operation.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export function invoke(parts: LambdaParts): Operation {
  return functionOperation(parts, 'Invoke', {
    action: 'lambda:InvokeFunction',
    input: {
      FunctionName: z.string(),
      InvocationType: z.enum(['RequestResponse', 'Event', 'DryRun']).default('RequestResponse'),
      LogType: z.enum(['None', 'Tail']).default('None'),
      ClientContext: z.string().max(4800).optional(),
      Payload: z.instanceof(Uint8Array).optional(),
      Qualifier: z.string().optional(),
    },
    handle: async ({ InvocationType, LogType, ClientContext, Payload }, context, { code }) => {
      const bytes = Payload ?? new Uint8Array(0);
      const clientContext = ClientContext === undefined ? undefined : readClientContext(ClientContext);
      if (InvocationType === 'Event') {
        const payload = checkEvent(bytes);
        const event = { id: randomUUID(), function_name: code.name, payload };
        await parts.queue.add({ ...event, client_context: clientContext ?? null }, parts.clock.now());
        parts.wake();
        return { status: 202, output: { StatusCode: 202 } };
      }
      const payload = checkPayload(bytes, MOST_REQUEST);
      if (InvocationType === 'DryRun') return { status: 204, output: { StatusCode: 204 } };
      const { name } = code;
      const answer = await parts.invoker.invoke({
        name,
        requestId: context.requestId,
        payload,
        clientContext,
      });
      return answered(answer, LogType === 'Tail');
    },
  });
}

function answered(
  answer: { readonly payload: string; readonly failed: boolean; readonly tail: string },
  withTail: boolean,
): OperationOutput {
  return {
    output: {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from(answer.payload),
      ...(answer.failed ? { FunctionError: 'Unhandled' } : {}),
      ...(withTail ? { LogResult: Buffer.from(answer.tail).toString('base64') } : {}),
    },
  };
}

/** Base64 of JSON, at most 3,583 bytes of it. */
function readClientContext(text: string): string {
  const json = Buffer.from(text, 'base64').toString('utf8');
  try {
    const read: unknown = JSON.parse(json);
    if (typeof read === 'object' && read !== null) return JSON.stringify(read);
  } catch {
    // Said below.
  }
  throw invalidParameter('Client context must be a valid Base64-encoded JSON object.');
}
