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
