import { AccessDenied } from '../errors.ts';
import { evaluate, type Policies, type PolicyRequest } from './evaluate.ts';

/** Throws AccessDenied, in AWS's words, unless the policies allow the request. */
export function authorize(request: PolicyRequest, policies: Policies): void {
  const verdict = evaluate(request, policies);
  if (verdict === 'allow') return;
  throw new AccessDenied(
    request.principal.arn,
    request.action,
    request.resource,
    verdict === 'deny' ? 'explicit' : 'implicit',
  );
}
