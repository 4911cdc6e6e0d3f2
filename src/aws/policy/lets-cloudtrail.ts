import type { PolicyDocument } from '../operation.ts';
import { evaluate, type ConditionKeys } from './evaluate.ts';

/** Whether a resource's own policy (JSON; none allows nothing) grants the action to CloudTrail, for the trail that the context names. Throws on text that is no JSON. */
export function letsCloudTrail(
  policy: string | null | undefined,
  request: { readonly action: string; readonly resource: string },
  context: ConditionKeys,
): boolean {
  if (policy === null || policy === undefined || policy === '') return false;
  const document = JSON.parse(policy) as PolicyDocument;
  const verdict = evaluate(
    { ...request, principal: CLOUDTRAIL, context },
    { identityPolicies: [], resourcePolicies: [document] },
  );
  return verdict === 'allow';
}

const CLOUDTRAIL = {
  type: 'AWSService',
  arn: '',
  accountId: '',
  principalId: '',
  service: 'cloudtrail.amazonaws.com',
} as const;
