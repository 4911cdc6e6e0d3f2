import type { z } from 'zod';

import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Catalog, FunctionCode } from '../catalog.ts';
import type { EventQueue, LambdaSettings } from '../event-queue.ts';
import { checkQualifier, functionArn, parseFunctionName } from '../function-name.ts';
import { policyDocumentOf } from '../function-policy.ts';
import type { Invoker } from '../invoker.ts';
import { functionNotFound, invalidParameter } from '../lambda-errors.ts';

/** What the operations work on. */
export type LambdaParts = {
  readonly settings: LambdaSettings;
  readonly catalog: Catalog;
  readonly invoker: Invoker;
  readonly queue: EventQueue;
  /** Where the functions of the folder are. */
  readonly where: { readonly account: string; readonly region: string };
  readonly clock: Clock;
  /** An event was noted. */
  readonly wake: () => void;
};

export type OnFunction = { readonly arn: string; readonly code: FunctionCode };

type Definition<Shape extends z.ZodRawShape> = {
  readonly input: Shape;
  /** IAM's action where it is named otherwise. */
  readonly action?: string;
  readonly handle: (
    input: z.output<z.ZodObject<Shape>>,
    context: CallContext,
    on: OnFunction,
  ) => Promise<OperationOutput>;
};

export const CODES = {
  invalid: 'InvalidParameterValueException',
  unsupported: 'InvalidParameterValueException',
};

/** An operation on one function: the caller's policies and the function's are asked, also about a function that is not there. */
export function functionOperation<Shape extends z.ZodRawShape>(
  { settings, catalog, where }: LambdaParts,
  name: string,
  { input: shape, action, handle }: Definition<Shape>,
): Operation {
  const at = (input: OperationInput, { region, accountId }: CallContext) =>
    parseFunctionName(input['FunctionName'], { region, account: accountId });
  const arnOf = (input: OperationInput, context: CallContext): string | undefined => {
    const named = at(input, context);
    return named && functionArn(named);
  };
  return {
    service: 'lambda',
    name,
    ...(action === undefined ? {} : { action }),
    resources: (input, context) => [arnOf(input, context) ?? String(input['FunctionName'])],
    resourcePolicy: async (input, context) => {
      const arn = arnOf(input, context);
      return arn === undefined ? undefined : policyDocumentOf(settings, arn);
    },
    resourceAccount: async (input, context) => at(input, context)?.account,
    handle: async (input, context) => {
      const read = validateInput(shape, input, CODES);
      const named = at(input, context);
      if (named === undefined)
        throw invalidParameter(
          `1 validation error detected: Value '${String(input['FunctionName']).slice(0, 200)}' at 'functionName' failed to satisfy constraint: Member must be the name or the ARN of a function`,
        );
      checkQualifier(named, (read as { readonly Qualifier?: string | undefined }).Qualifier);
      const arn = functionArn(named);
      const isHere =
        named.account === where.account && named.region === where.region && context.region === where.region;
      const code = isHere ? await catalog.find(named.name) : undefined;
      if (code === undefined) throw functionNotFound(arn);
      return handle(read, context, { arn, code });
    },
  };
}
