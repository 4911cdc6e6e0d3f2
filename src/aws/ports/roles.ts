/** The role by which CloudTrail acts in a management account: AWSServiceRoleForCloudTrail. */
export type ServiceLinkedRolePort = {
  readonly exists: (account: string) => Promise<boolean>;
  /** Makes it where it is missing. */
  readonly ensure: (account: string) => Promise<void>;
};

/** Roles, where the IAM that is served can tell what they may. */
export type RolePort = {
  /**
   * Whether the service may act as the role, and the role do all of that. `untrusted`: there is no such role, or it does not trust the
   * service; `denied`: its policies do not allow an action.
   */
  readonly checkServiceRole: (check: {
    readonly roleArn: string;
    /** Host name: `cloudtrail.amazonaws.com`. */
    readonly service: string;
    /** For whom the service acts: aws:SourceArn, aws:SourceAccount. */
    readonly source: { readonly arn: string; readonly accountId: string };
    readonly actions: readonly { readonly action: string; readonly resource: string }[];
  }) => 'allowed' | 'untrusted' | 'denied';
};
