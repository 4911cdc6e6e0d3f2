import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';

export type Handle = (
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput['output'] | void>;

/** An operation of CloudWatch. Its signing name is `monitoring`, its actions are named `cloudwatch:…`. */
export function metricOperation(
  name: string,
  {
    handle,
    resources,
    conditionKeys,
  }: {
    readonly handle: Handle;
    readonly resources?: Operation['resources'];
    readonly conditionKeys?: Operation['conditionKeys'];
  },
): Operation {
  return {
    service: 'monitoring',
    name,
    action: `cloudwatch:${name}`,
    ...(resources === undefined ? {} : { resources }),
    ...(conditionKeys === undefined ? {} : { conditionKeys }),
    handle: async (input, context) => ({ output: (await handle(input, context)) ?? {} }),
  };
}
