import type { RoleSource, SessionIssuer } from '../../aws/sessions.ts';

/** What STS needs of whoever keeps the keys; `createIam(…)` fulfils it. */
export type StsDeps = {
  readonly sessions: SessionIssuer;
  readonly roles: RoleSource;
  /** Whether a key is one of ours. */
  readonly credentials: { readonly issued: (accessKeyId: string) => boolean };
  /** config.account_id. */
  readonly accountId: string;
};
