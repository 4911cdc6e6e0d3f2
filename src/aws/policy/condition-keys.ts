import type { Principal } from '../operation.ts';
import type { ConditionKeys } from './policy-request.ts';

export type CallFacts = {
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly region: string;
  readonly now: number;
  readonly secure: boolean;
};

/** The global condition keys of a call. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export function conditionKeysOf(principal: Principal, call: CallFacts): ConditionKeys {
  const attributes = attributesOf(principal.sessionContext);
  const issued = attributes['creationDate'];
  const mfa = attributes['mfaAuthenticated'];
  return {
    'aws:username': principal.userName,
    'aws:userid': principal.principalId,
    'aws:PrincipalArn': principal.type === 'AssumedRole' ? roleArnOf(principal) : principal.arn,
    'aws:PrincipalAccount': principal.accountId,
    'aws:PrincipalType':
      principal.type === 'IAMUser' ? 'User' : principal.type === 'Root' ? 'Account' : principal.type,
    'aws:SourceIdentity': sourceIdentityOf(principal),
    ...principalTags(principal.tags),
    'aws:SourceIp': call.sourceIp,
    'aws:UserAgent': call.userAgent,
    'aws:RequestedRegion': call.region,
    'aws:CurrentTime': new Date(call.now).toISOString(),
    'aws:EpochTime': String(Math.floor(call.now / 1000)),
    'aws:SecureTransport': String(call.secure),
    'aws:TokenIssueTime': issued,
    'aws:MultiFactorAuthPresent': mfa,
    'aws:MultiFactorAuthAge':
      mfa === 'true' && issued ? String(Math.floor((call.now - Date.parse(issued)) / 1000)) : undefined,
  };
}

function attributesOf(context: Principal['sessionContext']): Readonly<Record<string, string | undefined>> {
  const attributes = context?.['attributes'];
  return typeof attributes === 'object' && attributes !== null
    ? (attributes as Record<string, string | undefined>)
    : {};
}

/** For role sessions aws:PrincipalArn is the role's ARN, not the session's. */
function roleArnOf(principal: Principal): string {
  const issuer = principal.sessionContext?.['sessionIssuer'];
  const arn = typeof issuer === 'object' && issuer !== null ? (issuer as { arn?: unknown }).arn : undefined;
  return typeof arn === 'string' ? arn : principal.arn;
}

function sourceIdentityOf({ sessionContext }: Principal): string | undefined {
  const found = sessionContext?.['sourceIdentity'];
  return typeof found === 'string' ? found : undefined;
}

function principalTags(tags: Principal['tags']): ConditionKeys {
  if (tags === undefined) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]));
}
