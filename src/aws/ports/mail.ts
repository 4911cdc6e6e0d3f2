/** Mails, as those need it who tell of something: topics their subscribers, rules their targets. */
export type MailPort = {
  /** Rejects with what the server says; `responseCode` 5xx is a no for good. */
  readonly send: (mail: {
    /** Display name of the sender; '' for none. */
    readonly fromName: string;
    readonly to: string;
    readonly subject: string;
    readonly text: string;
  }) => Promise<void>;
};
