import type { PolicyDocument } from '../operation.ts';
import type { ServiceSource } from '../ports.ts';
import { evaluate, type ConditionKeys } from './evaluate.ts';

/**
 * Whether a resource's own policy (JSON; none allows nothing) grants the action to an AWS service, which acts for one of its resources where it
 * names one. `facts`: further keys that conditions may ask for. A policy that is no JSON grants nothing: it may be another's.
 */
export function letsService(
  policy: string | null | undefined,
  request: { readonly action: string; readonly resource: string },
  { service, arn, accountId }: Pick<ServiceSource, 'service'> & Partial<ServiceSource>,
  facts: ConditionKeys = {},
): boolean {
  const document = documentOf(policy);
  if (document === undefined) return false;
  const principal = { type: 'AWSService', arn: '', accountId: '', principalId: '', service };
  const context = { ...facts, 'aws:SourceArn': arn, 'aws:SourceAccount': accountId };
  const verdict = evaluate(
    { ...request, principal, context },
    { identityPolicies: [], resourcePolicies: [document] },
  );
  return verdict === 'allow';
}

function documentOf(policy: string | null | undefined): PolicyDocument | undefined {
  try {
    const document: unknown = JSON.parse(policy ?? '');
    return typeof document === 'object' && document !== null ? (document as PolicyDocument) : undefined;
  } catch {
    return undefined;
  }
}
