import type { CredentialSource } from '../../aws/credentials.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Principal } from '../../aws/operation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Directory } from './directory.ts';
import { rolePrincipal, userPrincipal, userSessionPrincipal } from './principals.ts';
import type { Session, SessionTokens } from './session-token.ts';

export type CredentialSourceDeps = {
  readonly directory: Directory;
  readonly tokens: SessionTokens;
  readonly clock: Clock;
  readonly accountId: string;
};

/** Long-lived keys from the directory, temporary ones from their own token. Users may be switched off, renamed or deleted meanwhile: asked each time. */
export function createCredentialSource(deps: CredentialSourceDeps): CredentialSource {
  const { directory, tokens, accountId } = deps;
  return {
    issued: (accessKeyId) => directory.key(accessKeyId) !== undefined || tokens.recognizes(accessKeyId),
    resolve: async (accessKeyId, sessionToken) => {
      const key = directory.key(accessKeyId);
      if (key !== undefined) {
        if (!key.active || sessionToken !== undefined) throw invalid();
        return {
          secretAccessKey: key.secretAccessKey,
          principal: userPrincipal(accountId, key.user, key.id),
        };
      }
      if (!tokens.recognizes(accessKeyId)) return undefined;
      const session = sessionToken === undefined ? undefined : tokens.open(sessionToken);
      if (session === undefined || session.accessKeyId !== accessKeyId) throw invalid();
      if (session.expiresAt <= deps.clock.now())
        throw new AwsError('ExpiredToken', 'The security token included in the request is expired', {
          status: 403,
        });
      return { secretAccessKey: session.secretAccessKey, principal: principalOf(deps, session) };
    },
  };
}

/** Throws InvalidClientTokenId when the user is gone. */
export function principalOf(
  { directory, accountId }: Pick<CredentialSourceDeps, 'directory' | 'accountId'>,
  session: Session,
): Principal {
  if (session.identity.kind === 'role') return rolePrincipal(session, session.identity);
  const user = directory.userById(session.identity.userId);
  if (user === undefined) throw invalid();
  return userSessionPrincipal(accountId, user, session);
}

function invalid(): AwsError {
  return new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
    status: 403,
  });
}
