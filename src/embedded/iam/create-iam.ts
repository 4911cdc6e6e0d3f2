import type { CredentialSource } from '../../aws/credentials.ts';
import type { Operation, Principal } from '../../aws/operation.ts';
import type { Clock } from '../../base/clock.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { MasterKey } from './master-key.ts';
import type { IamTables } from './settings.ts';

export type IamDeps = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  /** config.account_id. */
  readonly accountId: string;
  /** Folder where `credentials` is written on the first start. */
  readonly data: string;
};

export type SessionCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
};

/** Issues temporary credentials; what embedded/sts needs of embedded/iam. Durations in seconds. */
export type Sessions = {
  /** For an IAM user or root, as GetSessionToken does. */
  readonly forUser: (request: {
    readonly principal: Principal;
    readonly durationSeconds: number;
    readonly mfa: boolean;
    readonly fromConsole: boolean;
  }) => SessionCredentials;
  readonly forRole: (request: {
    readonly accountId: string;
    readonly sessionName: string;
    readonly durationSeconds: number;
    readonly mfa: boolean;
    readonly fromConsole: boolean;
    readonly sessionPolicy?: Readonly<Record<string, unknown>> | undefined;
  }) => { readonly credentials: SessionCredentials; readonly principal: Principal };
  /** Checks a TOTP code of the principal's device; throws AccessDenied (`MultiFactorAuthentication failed …`). */
  readonly checkMfa: (
    principal: Principal,
    device: { readonly serialNumber: string; readonly tokenCode: string },
  ) => Promise<void>;
};

export type Iam = {
  readonly operations: readonly Operation[];
  readonly credentials: CredentialSource;
  readonly sessions: Sessions;
  /** Loads the users; on the first start makes the account's administrator and writes DIR/credentials. Call once, before serving. */
  readonly bootstrap: () => Promise<void>;
};

export function createIam(_deps: IamDeps): Iam {
  throw new OpentrailError('NOT_BUILT', 'createIam');
}
