import type { PolicyDocument } from '../operation.ts';
import { compilePolicy, type Element, type PrincipalElement, type Statement } from './compile-policy.ts';
import { holds } from './conditions.ts';
import { lookupOf, matches, type VariableLookup } from './pattern.ts';
import type { Policies, PolicyRequest, Verdict } from './policy-request.ts';

export type { ConditionKeys, Policies, PolicyPrincipal, PolicyRequest, Verdict } from './policy-request.ts';

/**
 * An explicit deny wins; session policies take away what they do not allow; within an account an identity policy or a resource policy must allow, across accounts both.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(
  request: PolicyRequest,
  { identityPolicies, resourcePolicies = [], resourceMustAllow = false }: Policies,
): Verdict {
  const plain = factsOf(request);
  const says = (statement: Statement): Grant => (applies(statement, plain) ? 'direct' : 'no');
  const { sessionPolicies } = request.principal;
  const bySession = sessionPolicies === undefined ? 'direct' : verdictOf(sessionPolicies, says);
  const identity = verdictOf(identityPolicies, says);
  if (identity === 'deny' || bySession === 'deny') return 'deny';
  const byIdentity = bySession === 'direct' ? identity : 'no';
  const facts = bySession === 'direct' ? plain : { ...plain, limited: true };
  const byResource = verdictOf(resourcePolicies, (statement) =>
    applies(statement, facts) ? principalFits(statement, facts) : 'no',
  );
  if (byResource === 'deny') return 'deny';
  const { type, accountId } = request.principal;
  const outsider = type === 'AWSService' || type === 'Anonymous';
  if (outsider || (request.resourceAccount ?? accountId) === accountId) {
    const byAccount = byIdentity === 'direct' && (!resourceMustAllow || byResource === 'account');
    return byAccount || byResource === 'direct' ? 'allow' : 'implicit-deny';
  }
  return byIdentity === 'direct' && byResource !== 'no' ? 'allow' : 'implicit-deny';
}

type Facts = {
  readonly request: PolicyRequest;
  readonly action: string;
  readonly lookup: ReturnType<typeof lookupOf>;
  readonly variable: VariableLookup;
  /** The session policies do not allow it: only who names the session itself may. */
  readonly limited: boolean;
};

function factsOf(request: PolicyRequest): Facts {
  const lookup = lookupOf(request.context);
  const variable = (key: string) => {
    const values = lookup(key);
    return values?.length === 1 ? values[0] : undefined;
  };
  return { request, action: request.action.toLowerCase(), lookup, variable, limited: false };
}

/** `account`: only by way of the account's own policies. */
type Grant = 'direct' | 'account' | 'no';

function verdictOf(
  policies: readonly PolicyDocument[],
  fits: (statement: Statement) => Grant,
): Grant | 'deny' {
  let best: Grant = 'no';
  for (const policy of policies) {
    for (const statement of compilePolicy(policy)) {
      const grant = fits(statement);
      if (grant === 'no') continue;
      if (statement.effect === 'Deny') return 'deny';
      if (best !== 'direct') best = grant;
    }
  }
  return best;
}

function applies(statement: Statement, facts: Facts): boolean {
  return (
    fitsElement(statement.actions, facts.action, facts.variable) &&
    (statement.resources === undefined ||
      fitsElement(statement.resources, facts.request.resource, facts.variable)) &&
    statement.conditions.every((condition) => holds(condition, facts.lookup))
  );
}

function fitsElement(element: Element, text: string, variable: VariableLookup): boolean {
  return element.patterns.some((pattern) => matches(pattern, text, variable)) !== element.not;
}

/** A resource policy's statement speaks to nobody unless it names somebody. */
function principalFits({ principals, effect }: Statement, facts: Facts): Grant {
  if (principals === undefined) return 'no';
  if (facts.limited && effect === 'Allow' && !principals.aws.includes(facts.request.principal.arn))
    return 'no';
  const named = namedBy(principals, facts);
  if (principals.not) return named === 'no' ? 'direct' : 'no';
  return effect === 'Deny' && named === 'account' ? 'direct' : named;
}

function namedBy(principals: PrincipalElement, { request, lookup }: Facts): Grant {
  const { principal } = request;
  if (principals.everybody) return 'direct';
  if (principal.type === 'AWSService')
    return principals.services.includes(principal.service ?? '') ? 'direct' : 'no';
  if (principal.type === 'Anonymous') return 'no';
  const roleArn = lookup('aws:PrincipalArn')?.[0];
  if (
    principals.aws.some(
      (name) => name === principal.arn || name === roleArn || name === principal.principalId,
    )
  )
    return 'direct';
  const account = [principal.accountId, `arn:aws:iam::${principal.accountId}:root`];
  return principals.aws.some((name) => account.includes(name)) ? 'account' : 'no';
}
