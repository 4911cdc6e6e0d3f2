import { createHash } from 'node:crypto';

import type { PolicyDocument, Principal } from '../../aws/operation.ts';
import { isoSeconds } from '../../base/clock.ts';
import type { RoleIdentity, Session } from './session-token.ts';

export type DirectoryUser = {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** Its own and those of its groups. */
  readonly policies: readonly PolicyDocument[];
  readonly tags: Readonly<Record<string, string>>;
};

export type DirectoryRole = DirectoryUser & {
  readonly trust: string;
  /** ARNs in the trust policy → the unique ids they stood for. */
  readonly trustPins: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly maxSessionDuration: number;
};

/** The role that is there in every account whose events are recorded. */
export const ACCOUNT_ACCESS_ROLE = 'OpentrailAccountAccess';

export function userPrincipal(
  accountId: string,
  user: DirectoryUser,
  accessKeyId: string | undefined,
): Principal {
  return {
    type: 'IAMUser',
    accountId,
    arn: user.arn,
    principalId: user.id,
    userName: user.name,
    accessKeyId,
    sessionContext: undefined,
    fromConsole: false,
    policies: user.policies,
    tags: user.tags,
    expiresAt: undefined,
  };
}

/** A session of a user: its policies as they are now, less what AWS lets no session do. */
export function userSessionPrincipal(accountId: string, user: DirectoryUser, session: Session): Principal {
  const limits = session.fromConsole ? [] : session.mfa ? [NO_STS] : [NO_STS, NO_IAM];
  return {
    ...userPrincipal(accountId, user, session.accessKeyId),
    sessionContext: { attributes: attributesOf(session) },
    fromConsole: session.fromConsole,
    policies: limits.length === 0 ? user.policies : [...user.policies, ...limits],
    expiresAt: session.expiresAt,
  };
}

type InSession = {
  readonly session: Session;
  readonly accountId: string;
  /** Undefined: the session was given none. */
  readonly sessionPolicies: readonly PolicyDocument[] | undefined;
};

/** A session of a role of ours: the role's policies as they are now. */
export function rolePrincipal(
  { session, accountId, sessionPolicies }: InSession,
  role: DirectoryRole,
  { sessionName, sourceIdentity }: RoleIdentity,
): Principal {
  const { id, arn, name, policies, tags } = role;
  const sessionIssuer = { type: 'Role', principalId: id, arn, accountId, userName: name };
  return {
    type: 'AssumedRole',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`,
    principalId: `${id}:${sessionName}`,
    userName: undefined,
    accessKeyId: session.accessKeyId,
    sessionContext: {
      sessionIssuer,
      attributes: attributesOf(session),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
    fromConsole: session.fromConsole,
    policies,
    sessionPolicies,
    tags,
    expiresAt: session.expiresAt,
  };
}

/** OpentrailAccountAccess in an account, or a role of another name that may do the same. */
export function accountAccessPrincipal(
  inSession: InSession,
  identity: RoleIdentity & { readonly roleName?: string | undefined },
): Principal {
  const { accountId } = inSession;
  return rolePrincipal(inSession, accountAccessRole(accountId, identity.roleName), identity);
}

function accountAccessRole(accountId: string, name = ACCOUNT_ACCESS_ROLE): DirectoryRole {
  return {
    id: roleIdOf(name === ACCOUNT_ACCESS_ROLE ? accountId : `${accountId} ${name}`),
    name,
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    policies: [ROLE_POLICY],
    tags: {},
    trust: '',
    trustPins: {},
    maxSessionDuration: 43_200,
  };
}

/**
 * A guest in a user's name: what both the user's policies and the session's allow, and nothing of IAM and STS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html
 */
export function federatedPrincipal(
  { session, accountId, sessionPolicies }: InSession,
  user: DirectoryUser,
  name: string,
): Principal {
  const sessionIssuer = {
    type: 'IAMUser',
    principalId: user.id,
    arn: user.arn,
    accountId,
    userName: user.name,
  };
  return {
    type: 'FederatedUser',
    accountId,
    arn: `arn:aws:sts::${accountId}:federated-user/${name}`,
    principalId: `${accountId}:${name}`,
    userName: undefined,
    accessKeyId: session.accessKeyId,
    sessionContext: { sessionIssuer, attributes: attributesOf(session) },
    fromConsole: false,
    policies: [...user.policies, NOT_FOR_GUESTS],
    sessionPolicies: sessionPolicies ?? [],
    tags: user.tags,
    expiresAt: session.expiresAt,
  };
}

function attributesOf(session: Session): Record<string, string> {
  return { creationDate: isoSeconds(session.issuedAt), mfaAuthenticated: String(session.mfa) };
}

const ROLE_POLICY = policy({
  Effect: 'Allow',
  Action: [
    'cloudtrail:*',
    'cloudtrail-data:*',
    's3:*',
    'kms:*',
    'sts:GetCallerIdentity',
    'sts:AssumeRole',
    'opentrail:StreamEvents',
    'opentrail:OrganizationEvents',
    'organizations:*',
  ],
  Resource: '*',
});

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: no IAM without MFA, of STS only these two. */
const NO_STS = policy({
  Effect: 'Deny',
  Action: ['sts:GetFederationToken', 'sts:GetAccessKeyInfo', 'sts:DecodeAuthorizationMessage'],
  Resource: '*',
});
const NO_IAM = policy({ Effect: 'Deny', Action: 'iam:*', Resource: '*' });
const NOT_FOR_GUESTS = policy({ Effect: 'Deny', Action: ['iam:*', 'sts:*'], Resource: '*' });

function policy(statement: Record<string, unknown>): PolicyDocument {
  return { Version: '2012-10-17', Statement: [statement] };
}

/** The same id for an account's role at every start. */
function roleIdOf(role: string): string {
  const hash = createHash('sha256').update(`role ${role}`).digest();
  return `AROA${[...hash.subarray(0, 17)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')}`;
}
