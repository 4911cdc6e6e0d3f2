import { isoSeconds } from '../../base/clock.ts';
import { serviceEvent } from '../../base/service-event.ts';

/** Where events come from: `gateway` are calls that were made here, `ingest` records that were sent. */
export type Source = {
  readonly channel: 'gateway' | 'ingest';
  readonly account: string;
  readonly region: string;
};

/** An event of Opentrail's own that is to be recorded. Its eventID follows from what it tells. */
export type Telling = {
  readonly id: string;
  readonly name: 'SourceSilent' | 'SourceResumed' | 'RecordingPaused';
  /** Milliseconds. */
  readonly at: number;
  readonly account: string;
  readonly region: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** Shape: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html */
export function tellingRecord({ id, name, at, account, region, details }: Telling): Uint8Array {
  return serviceEvent({ eventID: id, eventName: name, eventTime: isoSeconds(at), account, region, details });
}
