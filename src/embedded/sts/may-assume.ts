import { AwsError } from '../../aws/errors.ts';
import type { CallContext, Principal } from '../../aws/operation.ts';
import { conditionKeysOf } from '../../aws/policy/condition-keys.ts';
import { evaluate, type ConditionKeys } from '../../aws/policy/evaluate.ts';
import type { AssumableRole } from '../../aws/sessions.ts';

export type Assuming = {
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** A code was given with the call, and is good. */
  readonly mfa: boolean;
  /** Whose role it is. */
  readonly accountId: string;
};

/**
 * Throws AccessDenied unless the role's trust policy lets the caller in. Naming the user or role itself is enough; where it names the account,
 * the caller's own policies must allow it too; across accounts always. A source identity needs sts:SetSourceIdentity besides.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
 */
export function checkMayAssume(context: CallContext, role: AssumableRole, assuming: Assuming): void {
  check(context, role, { ...assuming, action: 'sts:AssumeRole' });
  if (assuming.sourceIdentity !== undefined)
    check(context, role, { ...assuming, action: 'sts:SetSourceIdentity' });
}

function check(
  context: CallContext,
  role: AssumableRole,
  assuming: Assuming & { readonly action: string },
): void {
  const { principal } = context;
  const { action, accountId } = assuming;
  const request = {
    principal,
    action,
    resource: role.arn,
    context: keysOf(context, assuming),
    resourceAccount: accountId,
  };
  const identityPolicies = principal.policies;
  const trusts = evaluate(request, {
    identityPolicies,
    resourcePolicies: [role.trust],
    resourceMustAllow: true,
  });
  if (trusts === 'allow') return;
  throw refusal(principal, { action, arn: role.arn, explicit: trusts === 'deny' });
}

/** Trust policies stand or fall by these: aws:MultiFactorAuthPresent, sts:ExternalId, sts:RoleSessionName, sts:SourceIdentity. */
function keysOf(context: CallContext, assuming: Assuming): ConditionKeys {
  const { principal, sourceIp, userAgent, region, now } = context;
  const secure = context.origin.startsWith('https:');
  const keys = conditionKeysOf(principal, { sourceIp, userAgent, region, now, secure });
  const factor = { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' };
  return {
    ...keys,
    ...(assuming.mfa ? factor : {}),
    'sts:ExternalId': assuming.externalId,
    'sts:RoleSessionName': assuming.sessionName,
    'sts:SourceIdentity': assuming.sourceIdentity,
  };
}

/** In STS's own words: it does not tell whether the role is not there, or not for the caller. */
export function refusal(
  principal: Principal,
  { action, arn, explicit = false }: { action: string; arn: string; explicit?: boolean },
): AwsError {
  const because = explicit ? ' with an explicit deny' : '';
  return new AwsError(
    'AccessDenied',
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${arn}${because}`,
    { status: 403 },
  );
}
