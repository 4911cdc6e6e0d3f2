import type { PolicyDocument } from '../operation.ts';

export type Verdict = 'allow' | 'deny' | 'implicit-deny';

export type PolicyRequest = {
  readonly principal: PolicyPrincipal;
  /** `cloudtrail:LookupEvents`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  /** Condition keys; names are compared without regard to case. See conditionKeysOf. */
  readonly context: ConditionKeys;
  /** Who owns the resource; undefined: the principal's own account. */
  readonly resourceAccount?: string | undefined;
};

export type PolicyPrincipal = {
  readonly type: string;
  readonly arn: string;
  readonly accountId: string;
  readonly principalId: string;
  /** Host name for AWSService principals: `cloudtrail.amazonaws.com`. */
  readonly service?: string | undefined;
  /** A session's own policies: what they do not allow, the identity policies allow in vain. */
  readonly sessionPolicies?: readonly PolicyDocument[] | undefined;
};

export type ConditionKeys = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Policies = {
  readonly identityPolicies: readonly PolicyDocument[];
  readonly resourcePolicies?: readonly PolicyDocument[] | undefined;
  /** Trust policies of roles: without their word nothing is allowed, within the account neither. */
  readonly resourceMustAllow?: boolean | undefined;
};
