import type { PolicyDocument, Principal } from '../../aws/operation.ts';

export type TemporaryCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
};

type SessionRequest = {
  readonly durationSeconds: number;
  readonly mfa: boolean;
  readonly fromConsole: boolean;
};
type Issued = { readonly credentials: TemporaryCredentials; readonly principal: Principal };

/** What STS needs of whoever keeps the keys; `createIam(…)` fulfils it. */
export type StsDeps = {
  readonly sessions: {
    readonly forUser: (request: SessionRequest & { readonly userId: string }) => Issued;
    readonly forRole: (
      request: SessionRequest & {
        readonly accountId: string;
        readonly sessionName: string;
        readonly sessionPolicy?: PolicyDocument | undefined;
      },
    ) => Issued;
    /** Throws AccessDenied. */
    readonly checkMfa: (
      principal: Principal,
      device: { readonly serialNumber: string; readonly tokenCode: string },
    ) => Promise<void>;
  };
  /** Whether a key is one of ours. */
  readonly credentials: { readonly issued: (accessKeyId: string) => boolean };
  /** config.account_id. */
  readonly accountId: string;
};
