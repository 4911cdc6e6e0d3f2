import type { PolicyDocument } from '../operation.ts';
import type { ServiceSource } from '../ports.ts';
import { evaluate } from './evaluate.ts';

/**
 * Whether a resource's own policy (JSON; none allows nothing) grants the action to an AWS service that acts for one of its resources. A policy
 * that is no JSON grants nothing: it may be another's.
 */
export function letsService(
  policy: string | null | undefined,
  request: { readonly action: string; readonly resource: string },
  { service, arn, accountId }: ServiceSource,
): boolean {
  const document = documentOf(policy);
  if (document === undefined) return false;
  const principal = { type: 'AWSService', arn: '', accountId: '', principalId: '', service };
  const context = { 'aws:SourceArn': arn, 'aws:SourceAccount': accountId };
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
