import type { Principal } from './operation.ts';

/** A key that Opentrail issued, with what is needed to verify a signature by it. */
export type IssuedCredentials = {
  readonly secretAccessKey: string;
  readonly principal: Principal;
};

/** Where the endpoint looks keys up. */
export type CredentialSource = {
  /**
   * Undefined for a key that is not ours. Throws AwsError: `InvalidClientTokenId` (inactive key, wrong or missing session token), `ExpiredToken`.
   */
  readonly resolve: (
    accessKeyId: string,
    sessionToken: string | undefined,
  ) => Promise<IssuedCredentials | undefined>;
  /** Whether the key is one of ours, without any checks; must be fast and synchronous (hot path). */
  readonly issued: (accessKeyId: string) => boolean;
};

/** The same keys for whoever only wants to know whose they are. */
export type KeyOwners = Pick<CredentialSource, 'issued'> & {
  /**
   * Whose key it is, at once: asked for every call that passes. Undefined for a key that is not ours, or that `resolve` would refuse. Never throws.
   */
  readonly owner: (accessKeyId: string, sessionToken: string | undefined) => Principal | undefined;
};
