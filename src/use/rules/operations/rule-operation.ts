import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { busArn, DEFAULT_BUS, parseBusArn, ruleArn } from '../arns.ts';
import type { RuleParts } from '../rule-parts.ts';

export type Handle = (
  parts: RuleParts,
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput>;

/**
 * What the policies are asked about. `nothing`: lists and the like, of the whole account. `inside`: the operation asks itself, once it knows
 * which resource it is about.
 */
export type About = 'bus' | 'rule' | 'tagged' | 'nothing' | 'inside';

export function ruleOperation(
  parts: RuleParts,
  { name, about, handle }: { readonly name: string; readonly about: About; readonly handle: Handle },
): Operation {
  return {
    service: 'events',
    name,
    ...(about === 'inside' ? { action: false } : {}),
    ...(about === 'nothing' || about === 'inside'
      ? {}
      : { resources: (input, context) => [resourceOf(about, input, context)] }),
    handle: (input, context) => handle(parts, input, context),
  };
}

function resourceOf(about: 'bus' | 'rule' | 'tagged', input: OperationInput, context: CallContext): string {
  const own = { account: context.accountId, region: context.region };
  if (about === 'tagged') return text(input, 'ResourceARN') ?? '*';
  if (about === 'bus') {
    const given = text(input, 'Name') ?? text(input, 'EventBusName') ?? DEFAULT_BUS;
    return given.startsWith('arn:') ? given : busArn(own, given);
  }
  const given = text(input, 'EventBusName') ?? DEFAULT_BUS;
  const bus = parseBusArn(given) ?? { ...own, name: given };
  return ruleArn(bus, bus.name, text(input, 'Name') ?? text(input, 'Rule') ?? '');
}

function text(input: OperationInput, member: string): string | undefined {
  const value = input[member];
  return typeof value === 'string' ? value : undefined;
}
