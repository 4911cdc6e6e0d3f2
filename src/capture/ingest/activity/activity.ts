/** What an activity event (an event of one's own service) becomes on its way into the journal. */

export type Json = Readonly<Record<string, unknown>>;

/** Which channel an event came by, and so whose it is. */
export type IngestChannel = {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
};

/** Per-event error codes of PutAuditEvents: https://docs.aws.amazon.com/awscloudtraildata/latest/APIReference/API_ResultErrorEntry.html */
export type ActivityErrorCode =
  | 'FieldTooLong'
  | 'FieldNotFound'
  | 'InvalidChecksum'
  | 'InvalidData'
  | 'InvalidRecipient'
  | 'InvalidEventSource'
  | 'InternalFailure';

export type ActivityFailure = { readonly errorCode: ActivityErrorCode; readonly errorMessage: string };

/** An event that was read and found sound. */
export type Activity = {
  /** The sender's own id: the same id by the same channel is the same event. */
  readonly id: string;
  /** As it goes into the record's `eventData`. */
  readonly eventData: Json;
  /** Seconds since the epoch. */
  readonly time: number;
};

/** An event that was not taken, under the sender's id. */
export type RefusedActivity = ActivityFailure & { readonly id: string };

export type ActivityResult = { readonly eventId: string } | ActivityFailure;

export function failure(errorCode: ActivityErrorCode, errorMessage: string): ActivityFailure {
  return { errorCode, errorMessage: errorMessage.slice(0, 1024) };
}

export function isFailure(value: object): value is ActivityFailure {
  return 'errorCode' in value;
}
