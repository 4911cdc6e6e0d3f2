import type { Credentials } from './sign.ts';

export type AuditorOptions = {
  /** ARN of the channel: `arn:aws:cloudtrail:us-east-1:123456789012:channel/…`. */
  readonly channelArn: string;
  /** Of your service, as events name it: `orders.example.com`. */
  readonly eventSource: string;
  /** Of Opentrail: `http://127.0.0.1:4680`. Default: AWS_ENDPOINT_URL, else AWS's own. */
  readonly endpoint?: string | undefined;
  /** A key that may cloudtrail-data:PutAuditEvents, or a function that gives one. Default: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. */
  readonly credentials?: Credentials | (() => Credentials | Promise<Credentials>) | undefined;
  /** Where the channel's policy asks for one. */
  readonly externalId?: string | undefined;
  /** Folder for what cannot be sent now. Without it, it waits in memory only. */
  readonly spool?: string | undefined;
  /** Bytes of the spool at most; default 256 MB. */
  readonly spoolBytes?: number | undefined;
  /** Bytes of events in memory at most; default 8 MB. */
  readonly memoryBytes?: number | undefined;
  /** Milliseconds after which a batch is sent that is not full; default 1000. */
  readonly flushInterval?: number | undefined;
  /** Milliseconds that a request may take; default 10,000. */
  readonly timeout?: number | undefined;
  /** Longest wait between two tries, in milliseconds; default 60,000. The first is 500. */
  readonly longestBackoff?: number | undefined;
  /** Further names of members that are hidden, whatever their case; beside password, secret, token and the like. */
  readonly redact?: readonly string[] | undefined;
  /** Is told of what goes wrong. The default writes to stderr, at most once a minute. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
};

export type Problem = {
  /** unreachable: tried again · refused: the server takes no event at all, tried again · rejected: these events never will be · dropped: no room · spool: the disk fails */
  readonly kind: 'unreachable' | 'refused' | 'rejected' | 'dropped' | 'spool';
  readonly message: string;
  readonly events: number;
};

/** What happened, said by whoever saw it. */
export type AuditEvent = {
  /** `CancelOrder`. */
  readonly eventName: string;
  /** Who did it: a name, or more. */
  readonly user?: string | User | undefined;
  readonly requestParameters?: Readonly<Record<string, unknown>> | undefined;
  readonly responseElements?: Readonly<Record<string, unknown>> | undefined;
  /** Absent: it went well. */
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly sourceIPAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly additionalEventData?: Readonly<Record<string, unknown>> | undefined;
  /** Default: now. */
  readonly time?: Date | undefined;
  /** An id of your own, by which a repetition is known; default: a new UUID. */
  readonly id?: string | undefined;
};

export type User = {
  /** `User`, `ApiKey`, `Service`. Default `User`. */
  readonly type?: string | undefined;
  readonly principalId: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
};

export type Stats = {
  readonly recorded: number;
  readonly sent: number;
  readonly rejected: number;
  readonly dropped: number;
  /** Waiting in memory, in events; and in the spool, in bytes. */
  readonly waiting: number;
  readonly spooledBytes: number;
};

/** `arn:aws:cloudtrail:REGION:ACCOUNT:channel/ID` */
export function partsOfArn(arn: string): { readonly region: string; readonly account: string } {
  const match = /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\d{12}):channel\/[\w-]+$/.exec(arn);
  const [, region, account] = match ?? [];
  if (region === undefined || account === undefined)
    throw new TypeError(`channelArn: ${JSON.stringify(arn)} is not the ARN of a channel`);
  return { region, account };
}
