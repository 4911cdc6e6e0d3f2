/** The output of record: one CloudTrail record as bytes, and the columns by which it is found. */

/** `replayed`: brought in from log files like `imported`, and to be looked at as if it happened now. */
export type Origin = 'captured' | 'ingested' | 'imported' | 'demo' | 'replayed';

/**
 * Whether trails, rules, detections and insights look at it. What was brought in from the past, or made up, is no news unless somebody asked
 * for it to be.
 */
export function isNews(origin: Origin): boolean {
  return origin === 'captured' || origin === 'ingested' || origin === 'replayed';
}

export type EventCategory =
  'Management' | 'Data' | 'Insight' | 'NetworkActivity' | 'Aggregated' | 'ActivityAuditLog';

export type EventResource = {
  /** `AWS::EC2::Instance`; empty when unknown. */
  readonly type: string;
  /** Bare name or ARN, as LookupEvents shows it. */
  readonly name: string;
};

/** Derived from the record alone (`columnsOf`), so that imported and captured records are found alike. */
export type EventColumns = {
  /** Lower-case UUID; hashed from eventID where that is not one. */
  readonly id: string;
  /** The record's own eventID text. */
  readonly eventId: string;
  /** Whole seconds since the epoch. */
  readonly time: number;
  /** recipientAccountId, else userIdentity.accountId, else ''. */
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly name: string;
  readonly category: EventCategory;
  readonly readOnly: boolean;
  readonly username: string;
  readonly accessKey: string;
  readonly userArn: string;
  readonly sourceIp: string;
  readonly error: string;
  readonly resources: readonly EventResource[];
};

/** All but the resources, which take longest to find. */
export type PlainColumns = Omit<EventColumns, 'resources'>;

export type EventRecord = {
  /** The record's JSON text, UTF-8, byte for byte as it will be shown and delivered. */
  readonly raw: Uint8Array;
  readonly columns: EventColumns;
  readonly origin: Origin;
  /** The same call as it goes to other accounts whose resources it was about: records of their own. */
  readonly copies?: readonly EventRecord[] | undefined;
};
