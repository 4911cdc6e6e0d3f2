/** An organization as trails need to know it. */
export type Organization = {
  /** `o-…` */
  readonly id: string;
  readonly managementAccount: string;
  /** Not for consolidated billing only. */
  readonly allFeatures: boolean;
  /** All that belong to it, the management account included. */
  readonly accounts: readonly string[];
  /** Whether CloudTrail has trusted access. */
  readonly trustsCloudTrail: boolean;
  /** Members that administer CloudTrail for it. */
  readonly administrators: readonly string[];
};

/** Organizations, as trails of organizations need it. */
export type OrganizationPort = {
  /** The organization that the account belongs to, as it is now. */
  readonly of: (account: string) => Promise<Organization | undefined>;
  /** All that are known here. */
  readonly all: () => Promise<readonly Organization[]>;
  /** Of CloudTrail. Throw AccountAlreadyRegisteredException, AccountNotRegisteredException, AccountNotFoundException. */
  readonly registerAdministrator: (administrator: Administrator) => Promise<void>;
  readonly deregisterAdministrator: (administrator: Administrator) => Promise<void>;
};

type Administrator = { readonly managementAccount: string; readonly account: string };
