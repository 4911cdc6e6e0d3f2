import type { CredentialSource, IssuedCredentials, KeyOwners } from '../../aws/credentials.ts';
import { AwsError } from '../../aws/errors.ts';
import type { PolicyDocument, Principal } from '../../aws/operation.ts';
import type { Clock } from '../../base/clock.ts';
import { listed, type Directory } from './directory.ts';
import {
  accountAccessPrincipal,
  federatedPrincipal,
  rolePrincipal,
  userSessionPrincipal,
} from './principals.ts';
import type { Session, SessionTokens } from './session-token.ts';

export type CredentialSourceDeps = {
  readonly directory: Directory;
  readonly tokens: SessionTokens;
  readonly clock: Clock;
  readonly accountId: string;
};

/** Long-lived keys from the directory, temporary ones from their own token. Users may be switched off, renamed or deleted meanwhile: asked each time. */
export function createCredentialSource(deps: CredentialSourceDeps): CredentialSource & KeyOwners {
  const { directory, tokens } = deps;
  const find = (accessKeyId: string, sessionToken: string | undefined): IssuedCredentials | undefined => {
    const key = directory.key(accessKeyId);
    if (key !== undefined) {
      if (!key.active || sessionToken !== undefined) throw invalid();
      return key;
    }
    return tokens.recognizes(accessKeyId) ? findSession(deps, accessKeyId, sessionToken) : undefined;
  };
  return {
    issued: (accessKeyId) => directory.key(accessKeyId) !== undefined || tokens.recognizes(accessKeyId),
    resolve: async (accessKeyId, sessionToken) => find(accessKeyId, sessionToken),
    owner: (accessKeyId, sessionToken) => {
      const key = directory.key(accessKeyId);
      if (key !== undefined) return key.active && sessionToken === undefined ? key.principal : undefined;
      if (!tokens.recognizes(accessKeyId)) return undefined;
      try {
        return findSession(deps, accessKeyId, sessionToken).principal;
      } catch {
        return undefined;
      }
    },
  };
}

function findSession(
  deps: CredentialSourceDeps,
  accessKeyId: string,
  sessionToken: string | undefined,
): IssuedCredentials {
  const session = sessionToken === undefined ? undefined : deps.tokens.open(sessionToken);
  if (session === undefined || session.accessKeyId !== accessKeyId) throw invalid();
  if (session.expiresAt <= deps.clock.now())
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', {
      status: 403,
    });
  return { secretAccessKey: session.secretAccessKey, principal: principalOf(deps, session) };
}

/** Throws InvalidClientTokenId when the user or role is gone. */
export function principalOf(
  { directory, accountId }: Pick<CredentialSourceDeps, 'directory' | 'accountId'>,
  session: Session,
): Principal {
  const { identity } = session;
  if (identity.kind === 'user')
    return userSessionPrincipal(accountId, there(directory.userById(identity.userId)), session);
  const sessionPolicies = sessionPoliciesOf(directory, identity);
  if (identity.kind === 'role')
    return accountAccessPrincipal({ session, accountId: identity.accountId, sessionPolicies }, identity);
  const inSession = { session, accountId, sessionPolicies };
  if (identity.kind === 'own-role')
    return rolePrincipal(inSession, there(directory.roleById(identity.roleId)), identity);
  return federatedPrincipal(inSession, there(directory.userById(identity.userId)), identity.name);
}

/** A managed policy that is gone allows nothing. */
function sessionPoliciesOf(
  directory: Directory,
  { sessionPolicy, sessionPolicyArns }: Exclude<Session['identity'], { kind: 'user' }>,
): Principal['sessionPolicies'] {
  if (sessionPolicy === undefined && sessionPolicyArns === undefined) return undefined;
  const managed = (sessionPolicyArns ?? []).flatMap((arn): PolicyDocument[] => listed(directory.policy(arn)));
  return sessionPolicy === undefined ? managed : [sessionPolicy, ...managed];
}

function there<Found>(found: Found | undefined): Found {
  if (found === undefined) throw invalid();
  return found;
}

function invalid(): AwsError {
  return new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
    status: 403,
  });
}
