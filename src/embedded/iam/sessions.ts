import { AwsError } from '../../aws/errors.ts';
import type {
  IssuedSession,
  RoleSource,
  SessionIssuer,
  SessionPolicies,
  SessionRequest,
} from '../../aws/sessions.ts';
import type { Clock } from '../../base/clock.ts';
import { principalOf } from './credential-source.ts';
import type { Directory } from './directory.ts';
import type { Mfa } from './mfa.ts';
import type { SessionFacts, SessionTokens } from './session-token.ts';
import { trustInForce } from './trust.ts';

export type SessionsDeps = {
  readonly tokens: SessionTokens;
  readonly directory: Directory;
  readonly mfa: Mfa;
  readonly clock: Clock;
  readonly accountId: string;
};

/** Issues temporary credentials; what embedded/sts needs of embedded/iam. */
export function createSessions(deps: SessionsDeps): SessionIssuer {
  const issue = (
    { durationSeconds, mfa, fromConsole }: SessionRequest,
    identity: SessionFacts['identity'],
  ): IssuedSession => {
    const issuedAt = deps.clock.now();
    const { session, sessionToken } = deps.tokens.issue({
      identity,
      issuedAt,
      expiresAt: issuedAt + durationSeconds * 1000,
      mfa,
      fromConsole,
    });
    const { accessKeyId, secretAccessKey, expiresAt } = session;
    return {
      credentials: { accessKeyId, secretAccessKey, sessionToken, expiresAt },
      principal: principalOf(deps, session),
    };
  };
  return {
    forUser: (request) => issue(request, { kind: 'user', userId: request.userId }),
    forAccountAccess: (request) =>
      issue(request, {
        kind: 'role',
        accountId: request.accountId,
        roleName: request.roleName,
        ...ofRole(request),
      }),
    forRole: (request) => issue(request, { kind: 'own-role', roleId: request.roleId, ...ofRole(request) }),
    forFederatedUser: (request) => {
      const { userId, name, sessionPolicies } = request;
      return issue(request, { kind: 'federated', userId, name, ...policiesOf(sessionPolicies) });
    },
    checkMfa: (principal, device) => checkMfa(deps, principal.principalId, device),
  };
}

/** What of the roles embedded/sts needs. */
export function createRoleSource(directory: Directory): RoleSource {
  return {
    assumable: (arn) => {
      const role = directory.roleByArn(arn);
      if (role === undefined) return undefined;
      const { id, maxSessionDuration } = role;
      return { id, arn, maxSessionDuration, trust: trustInForce(directory, role) };
    },
    knowsPolicy: (arn) => directory.policy(arn) !== undefined,
  };
}

type OfRole = {
  readonly sessionName: string;
  readonly sourceIdentity?: string | undefined;
  readonly sessionPolicies?: SessionPolicies | undefined;
};

function ofRole({ sessionName, sourceIdentity, sessionPolicies }: OfRole) {
  return { sessionName, sourceIdentity, ...policiesOf(sessionPolicies) };
}

function policiesOf(policies: SessionPolicies | undefined) {
  return {
    sessionPolicy: policies?.document,
    sessionPolicyArns: policies?.arns === undefined ? undefined : [...policies.arns],
  };
}

async function checkMfa(
  { mfa }: SessionsDeps,
  userId: string,
  { serialNumber, tokenCode }: { readonly serialNumber: string; readonly tokenCode: string },
): Promise<void> {
  const { result } = await mfa.check({ userId, serialNumber, code: tokenCode });
  if (result === 'ok') return;
  const why =
    result === 'unknown'
      ? 'unable to find the MFA device with this serial number.'
      : 'invalid MFA one time pass code.';
  throw new AwsError('AccessDenied', `MultiFactorAuthentication failed with ${why}`, { status: 403 });
}
