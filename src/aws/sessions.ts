import type { PolicyDocument, Principal } from './operation.ts';

/** The contract between who issues temporary credentials (embedded/iam) and who is asked for them (embedded/sts). */

export type SessionCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
};

export type IssuedSession = { readonly credentials: SessionCredentials; readonly principal: Principal };

export type SessionRequest = {
  readonly durationSeconds: number;
  readonly mfa: boolean;
  readonly fromConsole: boolean;
};

/** What a session may do at most, beside the policies of whose it is. */
export type SessionPolicies = {
  readonly document?: PolicyDocument | undefined;
  /** Managed policies, as they are at the time of each call. */
  readonly arns?: readonly string[] | undefined;
};

export type SessionIssuer = {
  /** For an IAM user, as GetSessionToken does. Throws InvalidClientTokenId when the user is gone. */
  readonly forUser: (request: SessionRequest & { readonly userId: string }) => IssuedSession;
  /** For the role OpentrailAccountAccess of an account, or one of another name that is there likewise. */
  readonly forAccountAccess: (
    request: SessionRequest & {
      readonly accountId: string;
      readonly roleName?: string | undefined;
      readonly sessionName: string;
      readonly sourceIdentity?: string | undefined;
      readonly sessionPolicies?: SessionPolicies | undefined;
    },
  ) => IssuedSession;
  /** For a role of ours. Throws InvalidClientTokenId when the role is gone. */
  readonly forRole: (
    request: SessionRequest & {
      readonly roleId: string;
      readonly sessionName: string;
      readonly sourceIdentity?: string | undefined;
      readonly sessionPolicies?: SessionPolicies | undefined;
    },
  ) => IssuedSession;
  /** For a guest in a user's name, as GetFederationToken does: without policies of its own it may do nothing. */
  readonly forFederatedUser: (
    request: SessionRequest & {
      readonly userId: string;
      readonly name: string;
      readonly sessionPolicies: SessionPolicies;
    },
  ) => IssuedSession;
  /** Checks a TOTP code of the principal's device; throws AccessDenied (`MultiFactorAuthentication failed …`). */
  readonly checkMfa: (
    principal: Principal,
    device: { readonly serialNumber: string; readonly tokenCode: string },
  ) => Promise<void>;
};

export type AssumableRole = {
  readonly id: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  /** Seconds. */
  readonly maxSessionDuration: number;
};

export type RoleSource = {
  /** A role of ours by its ARN. */
  readonly assumable: (arn: string) => AssumableRole | undefined;
  /** Whether a managed policy can be named as a session policy. */
  readonly knowsPolicy: (arn: string) => boolean;
};

/** A role in another account of this installation, which that account's maker may assume. */
export type AccountRole = {
  readonly accountId: string;
  readonly roleName: string;
  /** Whose users the role trusts, as far as their own policies let them. */
  readonly trustedAccount: string;
};

export type AccountRoleSource = {
  readonly find: (arn: string) => Promise<AccountRole | undefined>;
};
