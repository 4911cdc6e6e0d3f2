/** CloudWatch Logs, as a trail's delivery needs it. Groups are named by ARN, with or without `:*` at its end. */
export type LogSinkPort = {
  /** Makes the stream where it is missing; true when it was. Throws ResourceNotFoundException without the group, AccessDeniedException. */
  readonly ensureStream: (to: { readonly groupArn: string; readonly stream: string }) => Promise<boolean>;
  /**
   * Events in chronological order, within the limits of PutLogEvents. Under a token that was written already nothing is written twice, where
   * the service can tell (AWS's own cannot). Resolves with how many the service did not take (too old, too new). Throws
   * ResourceNotFoundException, AccessDeniedException.
   */
  readonly put: (batch: {
    readonly groupArn: string;
    readonly stream: string;
    readonly events: readonly { readonly time: number; readonly message: string }[];
    readonly token: string;
  }) => Promise<{ readonly rejected: number }>;
};

/** CloudWatch Logs, as those need it who bring their own log group. */
export type LogGroupPort = {
  /** Makes the group where it is missing. Throws AccessDeniedException. */
  readonly ensure: (group: {
    readonly account: string;
    readonly region: string;
    readonly group: string;
  }) => Promise<void>;
};
