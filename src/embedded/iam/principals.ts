import { createHash } from 'node:crypto';

import type { PolicyDocument, Principal } from '../../aws/operation.ts';
import { isoSeconds } from '../../base/clock.ts';
import type { DirectoryUser } from './directory.ts';
import type { Session } from './session-token.ts';

/** The one role there is, in every account whose events are recorded. */
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

export function rolePrincipal(
  session: Session,
  role: Extract<Session['identity'], { kind: 'role' }>,
): Principal {
  const { accountId, sessionName } = role;
  const roleId = roleIdOf(accountId);
  const sessionIssuer = {
    type: 'Role',
    principalId: roleId,
    arn: `arn:aws:iam::${accountId}:role/${ACCOUNT_ACCESS_ROLE}`,
    accountId,
    userName: ACCOUNT_ACCESS_ROLE,
  };
  return {
    type: 'AssumedRole',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${ACCOUNT_ACCESS_ROLE}/${sessionName}`,
    principalId: `${roleId}:${sessionName}`,
    userName: undefined,
    accessKeyId: session.accessKeyId,
    sessionContext: { sessionIssuer, attributes: attributesOf(session) },
    fromConsole: session.fromConsole,
    policies:
      role.sessionPolicy === undefined ? [ROLE_POLICY] : [role.sessionPolicy, NOTHING_BEYOND_THE_ROLE],
    expiresAt: session.expiresAt,
  };
}

function attributesOf(session: Session): Record<string, string> {
  return { creationDate: isoSeconds(session.issuedAt), mfaAuthenticated: String(session.mfa) };
}

const ROLE_ACTIONS = [
  'cloudtrail:*',
  'cloudtrail-data:*',
  's3:*',
  'sts:GetCallerIdentity',
  'sts:AssumeRole',
  'opentrail:StreamEvents',
];

const ROLE_POLICY = policy({ Effect: 'Allow', Action: ROLE_ACTIONS, Resource: '*' });

/** With a session policy the session may do what both allow: the session policy's statements, and a denial of all that the role does not. */
const NOTHING_BEYOND_THE_ROLE = policy({ Effect: 'Deny', NotAction: ROLE_ACTIONS, Resource: '*' });

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: no IAM without MFA, of STS only these two. */
const NO_STS = policy({
  Effect: 'Deny',
  Action: ['sts:GetFederationToken', 'sts:GetAccessKeyInfo', 'sts:DecodeAuthorizationMessage'],
  Resource: '*',
});
const NO_IAM = policy({ Effect: 'Deny', Action: 'iam:*', Resource: '*' });

function policy(statement: Record<string, unknown>): PolicyDocument {
  return { Version: '2012-10-17', Statement: [statement] };
}

/** The same id for an account's role at every start. */
function roleIdOf(accountId: string): string {
  const hash = createHash('sha256').update(`role ${accountId}`).digest();
  return `AROA${[...hash.subarray(0, 17)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')}`;
}
