import { randomUUID } from 'node:crypto';

import { letsService } from '../../aws/policy/lets-service.ts';
import type { FunctionPort } from '../../aws/ports.ts';
import { checkQualifier, functionArn, parseFunctionName } from './function-name.ts';
import { policyOf } from './function-policy.ts';
import { functionNotFound, notLet } from './lambda-errors.ts';
import type { LambdaParts } from './operations/lambda-operation.ts';
import { checkEvent } from './payload.ts';

/** The embedded functions as other parts of Opentrail invoke them: in process, and only what the function's own policy grants to the service. */
export function createFunctionPort(parts: LambdaParts): FunctionPort {
  const { settings, catalog, queue, where, clock, wake } = parts;
  const find = async ({ functionArn: text, source }: Parameters<FunctionPort['checkInvoke']>[0]) => {
    const named = parseFunctionName(text, where);
    if (named === undefined) throw functionNotFound(text);
    checkQualifier(named, undefined);
    const arn = functionArn(named);
    const isHere = named.account === where.account && named.region === where.region;
    const code = isHere ? await catalog.find(named.name) : undefined;
    if (code === undefined) throw functionNotFound(arn);
    const policy = (await policyOf(settings, arn))?.policy;
    if (!letsService(policy, { action: 'lambda:InvokeFunction', resource: arn }, source))
      throw notLet(source.service, arn);
    return code;
  };
  return {
    checkInvoke: async (asked) => {
      await find(asked);
    },
    invoke: async ({ functionArn: text, payload, source }) => {
      const code = await find({ functionArn: text, source });
      const event = { id: randomUUID(), function_name: code.name, payload: checkEvent(Buffer.from(payload)) };
      await queue.add({ ...event, client_context: null }, clock.now());
      wake();
    },
  };
}
