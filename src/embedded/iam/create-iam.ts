import type { CredentialSource } from '../../aws/credentials.ts';
import type { Operation } from '../../aws/operation.ts';
import type { Clock } from '../../base/clock.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { createAttemptLimiter } from './attempt-limiter.ts';
import { bootstrapAccount } from './bootstrap.ts';
import { createCredentialSource } from './credential-source.ts';
import { createDirectory } from './directory.ts';
import type { MasterKey } from './master-key.ts';
import { createMfa } from './mfa.ts';
import { accessKeyOperations } from './operations/access-keys.ts';
import { accountAliasOperations } from './operations/account-aliases.ts';
import { attachedPolicyOperations } from './operations/attached-policies.ts';
import type { IamParts } from './operations/iam-operation.ts';
import { loginProfileOperations } from './operations/login-profiles.ts';
import { mfaDeviceOperations } from './operations/mfa-devices.ts';
import { userPolicyOperations } from './operations/user-policies.ts';
import { userOperations } from './operations/users.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createSessionTokens } from './session-token.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { IamTables } from './settings.ts';

export type IamDeps = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  /** config.account_id. */
  readonly accountId: string;
  /** Folder where `credentials` is written on the first start. */
  readonly data: string;
  /** config.region, noted in that file. */
  readonly region?: string | undefined;
  /** Cheaper ones for tests. */
  readonly passwords?: Passwords | undefined;
};

export type Iam = {
  readonly operations: readonly Operation[];
  readonly credentials: CredentialSource;
  readonly sessions: Sessions;
  /** For createConsoleSignIn. */
  readonly parts: IamParts;
  /** Loads the users; on the first start makes the account's administrator and writes DIR/credentials. Call once, before serving. */
  readonly bootstrap: () => Promise<void>;
};

/** The users of Opentrail itself, as IAM. Knows nobody until `bootstrap` has run. */
export function createIam(deps: IamDeps): Iam {
  const { settings, masterKey, clock, accountId } = deps;
  const directory = createDirectory(deps);
  const passwords = deps.passwords ?? createPasswords();
  const limiter = createAttemptLimiter(clock);
  const mfa = createMfa({ settings, masterKey, clock, limiter });
  const tokens = createSessionTokens(masterKey);
  const parts: IamParts = { settings, masterKey, clock, accountId, directory, passwords, limiter, mfa };
  return {
    operations: FAMILIES.flatMap((family) => family(parts)),
    credentials: createCredentialSource({ directory, tokens, clock, accountId }),
    sessions: createSessions({ tokens, directory, mfa, clock, accountId }),
    parts,
    bootstrap: async () => {
      await bootstrapAccount({ ...deps, passwords });
      await directory.load();
    },
  };
}

const FAMILIES: readonly ((parts: IamParts) => Operation[])[] = [
  userOperations,
  accessKeyOperations,
  userPolicyOperations,
  attachedPolicyOperations,
  loginProfileOperations,
  mfaDeviceOperations,
  accountAliasOperations,
];
