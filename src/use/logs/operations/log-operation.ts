import { logGroupArn, logStreamArn, parseLogGroupArn } from '../../../aws/log-arns.ts';
import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import type { OperationDeps } from '../deps.ts';

export type Handle = (
  deps: OperationDeps,
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput>;

/** What the policies are asked about. */
export type About =
  'group' | 'stream' | 'group-tags' | 'resource-arn' | 'all-groups' | 'group-or-all' | 'groups' | 'nothing';

export function logOperation(
  deps: OperationDeps,
  { name, about, handle }: { readonly name: string; readonly about: About; readonly handle: Handle },
): Operation {
  return {
    service: 'logs',
    name,
    ...(about === 'nothing' ? {} : { resources: (input, context) => arnsOf(about, input, context) }),
    handle: (input, context) => handle(deps, input, context),
  };
}

function arnsOf(
  about: Exclude<About, 'nothing'>,
  input: OperationInput,
  context: CallContext,
): readonly string[] {
  if (about !== 'groups') return [arnOf(about, input, context)];
  const own = { region: context.region, account: context.accountId };
  const named = ['logGroupIdentifiers', 'logGroupNames'].flatMap((member) => {
    const list = input[member];
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
  });
  const all = named.length > 0 ? named : [text(input, 'logGroupName')];
  return all.map((one) => logStreamArn(parseLogGroupArn(one) ?? { ...own, group: one }));
}

/** Groups are asked about as `…:log-group:NAME:log-stream:`, which the usual `…:log-group:NAME:*` covers; their tags as the plain ARN, as AWS does. */
function arnOf(about: Exclude<About, 'nothing'>, input: OperationInput, context: CallContext): string {
  const own = { region: context.region, account: context.accountId };
  if (about === 'all-groups') return logStreamArn({ ...own, group: '' });
  if (about === 'resource-arn') return text(input, 'resourceArn').replace(/:\*$/, '') || '*';
  const named = text(input, 'logGroupName') || text(input, 'logGroupIdentifier');
  if (named === '' && about === 'group-or-all') return logStreamArn({ ...own, group: '' });
  const name = parseLogGroupArn(named) ?? { ...own, group: named };
  if (about === 'group-tags') return logGroupArn(name);
  return logStreamArn({ ...name, stream: about === 'stream' ? text(input, 'logStreamName') : undefined });
}

function text(input: OperationInput, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}
