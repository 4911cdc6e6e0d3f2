/** The keys by which CloudTrail signs what it delivers, and which ListPublicKeys shows: RSA, SHA-256, PKCS #1 v1.5. */
export type DeliverySigner = {
  /** With the key that is valid at `at` (milliseconds), which is made where there is none. */
  readonly sign: (
    text: string,
    at: number,
  ) => Promise<{ readonly signature: Uint8Array; readonly fingerprint: string }>;
};
