import type { AccountRoleSource, RoleSource, SessionIssuer } from '../../aws/sessions.ts';

/** What STS needs of whoever keeps the keys; `createIam(…)` fulfils it. */
export type StsDeps = {
  readonly sessions: SessionIssuer;
  readonly roles: RoleSource;
  /** Roles in other accounts of this installation. */
  readonly accountRoles?: AccountRoleSource | undefined;
  /** Whether a key is one of ours. */
  readonly credentials: { readonly issued: (accessKeyId: string) => boolean };
  /** config.account_id. */
  readonly accountId: string;
};
