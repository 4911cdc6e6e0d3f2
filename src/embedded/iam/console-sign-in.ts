import type { Principal } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { IamDeps, Iam, SessionCredentials } from './create-iam.ts';

export type SignInRequest = {
  readonly accountId?: string | undefined;
  readonly userName: string;
  readonly password: string;
  readonly totp?: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
};

export type SignInResult =
  | {
      readonly result: 'success';
      readonly credentials: SessionCredentials;
      readonly principal: Principal;
      readonly mfaUsed: boolean;
      readonly mfaIdentifier: string | undefined;
      readonly passwordResetRequired: boolean;
    }
  | {
      readonly result: 'failure';
      readonly reason: 'bad-credentials' | 'mfa-required' | 'locked';
      /** Seconds; for `locked`. */
      readonly retryAfter?: number | undefined;
      /** Undefined when there is no such user: the record then hides the name. */
      readonly principal: Principal | undefined;
      readonly mfaUsed: boolean;
    };

export type ConsoleSignIn = {
  readonly signIn: (request: SignInRequest) => Promise<SignInResult>;
  /** For a caller whose signature was verified: the same session without a password. Undefined for credentials that may not (role sessions). */
  readonly signInWithKey: (principal: Principal) => Promise<SignInResult>;
};

export type ConsoleSignInDeps = Pick<IamDeps, 'settings' | 'clock' | 'accountId'> & {
  readonly iam: Pick<Iam, 'sessions'>;
  /** Milliseconds: config.session_duration. */ readonly sessionDuration: number;
};

export function createConsoleSignIn(_deps: ConsoleSignInDeps): ConsoleSignIn {
  throw new OpentrailError('NOT_BUILT', 'createConsoleSignIn');
}
