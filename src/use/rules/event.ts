/** An event as it is on a bus: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html#eb-events-structure */
export type BusEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** `2026-01-31T08:00:00Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Larger ones are not sent, as in AWS. */
export const MOST_EVENT_BYTES = 256 * 1024;
