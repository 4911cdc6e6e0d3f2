import type { CallContext } from '../operation.ts';

/** Names and values that a ciphertext is bound to, not secret: https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Who uses a key: a caller of ours by way of a service, or a service for itself, which only the key's own policy can let. */
export type KeyUser =
  | {
      readonly kind: 'caller';
      readonly call: Pick<CallContext, 'principal' | 'region' | 'authorize'>;
      /** `s3.us-east-1.amazonaws.com`. */
      readonly viaService: string;
    }
  | {
      readonly kind: 'service';
      /** `cloudtrail.amazonaws.com`. */
      readonly service: string;
      /** The resource it acts for. */
      readonly source: { readonly arn: string; readonly accountId: string };
    };

export type DescribedKey = {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** As KMS says it: `Enabled`, `Disabled`, `PendingDeletion`. */
  readonly state: string;
};

/** KMS, as encrypted buckets and trails need it. Errors are KMS's own: NotFoundException, DisabledException, KMSInvalidStateException, AccessDenied. */
export type KeyPort = {
  /** By key id, key ARN, alias name or alias ARN; ids and names are looked for in `account` and `region`. Nobody's rights are asked. */
  readonly describe: (
    keyId: string,
    where: { readonly account: string; readonly region: string },
  ) => Promise<DescribedKey>;
  /** Throws AccessDenied unless `user` may do all of `actions` (`kms:GenerateDataKey`). */
  readonly check: (ask: KeyUse & { readonly actions: readonly string[] }) => Promise<void>;
  /** A new key of 32 bytes, plain and encrypted by KMS. */
  readonly generateDataKey: (
    use: KeyUse,
  ) => Promise<{ readonly plaintext: Uint8Array; readonly ciphertext: Uint8Array }>;
  /** Throws InvalidCiphertextException where the context is another. */
  readonly decrypt: (use: KeyUse & { readonly ciphertext: Uint8Array }) => Promise<Uint8Array>;
};

export type KeyUse = {
  readonly keyArn: string;
  readonly context: EncryptionContext;
  readonly user: KeyUser;
};
