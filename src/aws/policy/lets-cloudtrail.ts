import type { PolicyDocument } from '../operation.ts';
import { evaluate, type ConditionKeys } from './evaluate.ts';

type Request = { readonly action: string; readonly resource: string };

/** Whether a resource's own policy (JSON; none allows nothing) grants the action to CloudTrail, for the trail that the context names. Throws on text that is no JSON. */
export function letsCloudTrail(
  policy: string | null | undefined,
  request: Request,
  context: ConditionKeys,
): boolean {
  return letsService('cloudtrail.amazonaws.com', policy, request, context);
}

/** The same for any service, by the name that policies know it by. */
export function letsService(
  service: string,
  policy: string | null | undefined,
  request: Request,
  context: ConditionKeys,
): boolean {
  if (policy === null || policy === undefined || policy === '') return false;
  const document = JSON.parse(policy) as PolicyDocument;
  const principal = { type: 'AWSService', arn: '', accountId: '', principalId: '', service };
  const verdict = evaluate(
    { ...request, principal, context },
    { identityPolicies: [], resourcePolicies: [document] },
  );
  return verdict === 'allow';
}
