import { AwsError } from '../../aws/errors.ts';
import type { PolicyDocument, Principal } from '../../aws/operation.ts';
import type { Clock } from '../../base/clock.ts';
import { principalOf } from './credential-source.ts';
import type { Directory } from './directory.ts';
import type { Mfa } from './mfa.ts';
import type { SessionFacts, SessionTokens } from './session-token.ts';

export type SessionCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
};

export type Issued = { readonly credentials: SessionCredentials; readonly principal: Principal };

type SessionRequest = {
  readonly durationSeconds: number;
  readonly mfa: boolean;
  readonly fromConsole: boolean;
};

/** Issues temporary credentials; what embedded/sts needs of embedded/iam. Durations in seconds. */
export type Sessions = {
  /** For an IAM user, as GetSessionToken does. Throws InvalidClientTokenId when the user is gone. */
  readonly forUser: (request: SessionRequest & { readonly userId: string }) => Issued;
  /** For the role OpentrailAccountAccess of an account. */
  readonly forRole: (
    request: SessionRequest & {
      readonly accountId: string;
      readonly sessionName: string;
      readonly sessionPolicy?: PolicyDocument | undefined;
    },
  ) => Issued;
  /** Checks a TOTP code of the principal's device; throws AccessDenied (`MultiFactorAuthentication failed …`). */
  readonly checkMfa: (
    principal: Principal,
    device: { readonly serialNumber: string; readonly tokenCode: string },
  ) => Promise<void>;
};

export type SessionsDeps = {
  readonly tokens: SessionTokens;
  readonly directory: Directory;
  readonly mfa: Mfa;
  readonly clock: Clock;
  readonly accountId: string;
};

export function createSessions(deps: SessionsDeps): Sessions {
  const issue = (
    { durationSeconds, mfa, fromConsole }: SessionRequest,
    identity: SessionFacts['identity'],
  ): Issued => {
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
    forRole: (request) => {
      const { accountId, sessionName, sessionPolicy } = request;
      return issue(request, {
        kind: 'role',
        accountId,
        sessionName,
        ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
      });
    },
    checkMfa: async (principal, { serialNumber, tokenCode }) => {
      const { result } = await deps.mfa.check({
        userId: principal.principalId,
        serialNumber,
        code: tokenCode,
      });
      if (result === 'ok') return;
      const why =
        result === 'unknown'
          ? 'unable to find the MFA device with this serial number.'
          : 'invalid MFA one time pass code.';
      throw new AwsError('AccessDenied', `MultiFactorAuthentication failed with ${why}`, { status: 403 });
    },
  };
}
