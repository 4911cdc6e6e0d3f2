import type { CredentialSource, KeyOwners } from '../../aws/credentials.ts';
import type { Operation } from '../../aws/operation.ts';
import type { RolePort, ServiceLinkedRolePort } from '../../aws/ports.ts';
import type { RoleSource, SessionIssuer } from '../../aws/sessions.ts';
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
import { groupMemberOperations } from './operations/group-members.ts';
import { groupOperations } from './operations/groups.ts';
import type { IamParts } from './operations/iam-operation.ts';
import { iamConditionKeys } from './operations/iam-condition-keys.ts';
import { inlinePolicyOperations } from './operations/inline-policies.ts';
import { loginProfileOperations } from './operations/login-profiles.ts';
import { mfaDeviceOperations } from './operations/mfa-devices.ts';
import { policyOperations } from './operations/policies.ts';
import { policyEntityOperations } from './operations/policy-entities.ts';
import { policyVersionOperations } from './operations/policy-versions.ts';
import { roleOperations } from './operations/roles.ts';
import { roleTrustOperations } from './operations/role-trust.ts';
import { tagOperations } from './operations/tags.ts';
import { userOperations } from './operations/users.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createRolePort } from './role-check.ts';
import { createSessionTokens } from './session-token.ts';
import { createRoleSource, createSessions } from './sessions.ts';
import { createServiceLinkedRole, protectServiceLinkedRoles } from './service-linked-role.ts';
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
  readonly credentials: CredentialSource & KeyOwners;
  readonly sessions: SessionIssuer;
  readonly roles: RoleSource;
  /** AWSServiceRoleForCloudTrail. */
  readonly serviceLinkedRole: ServiceLinkedRolePort;
  readonly serviceRoles: RolePort;
  /** For createConsoleSignIn. */
  /** Tags of a user or role, by ARN, as they are now; undefined for those that are not known. */
  readonly principalTags: (arn: string) => Readonly<Record<string, string>> | undefined;
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
    operations: FAMILIES.flatMap((family) => family(parts)).map((operation) => ({
      ...protectServiceLinkedRoles(parts, operation),
      conditionKeys: iamConditionKeys(parts, operation.name),
    })),
    credentials: createCredentialSource({ directory, tokens, clock, accountId }),
    sessions: createSessions({ tokens, directory, mfa, clock, accountId }),
    roles: createRoleSource(directory),
    serviceLinkedRole: createServiceLinkedRole(parts),
    serviceRoles: createRolePort(directory, accountId),
    principalTags: (arn) => (directory.userByArn(arn) ?? directory.roleByArn(arn))?.tags,
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
  inlinePolicyOperations,
  attachedPolicyOperations,
  policyOperations,
  policyVersionOperations,
  policyEntityOperations,
  groupOperations,
  groupMemberOperations,
  roleOperations,
  roleTrustOperations,
  tagOperations,
  loginProfileOperations,
  mfaDeviceOperations,
  accountAliasOperations,
];
