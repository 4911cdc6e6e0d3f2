import type { Json } from '../activity/activity.ts';

/** A log record of OTLP with what stands around it, whichever way it was encoded: https://opentelemetry.io/docs/specs/otlp/ */
export type LogRecord = {
  readonly resource: Json;
  readonly scope: string;
  /** Nanoseconds since the epoch; 0: not said. */
  readonly time: bigint;
  readonly observed: bigint;
  readonly severity: string;
  readonly body: unknown;
  readonly attributes: Json;
  /** Hex; '' for none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
};

/** The bytes are not what they should be. The text goes to the sender. */
export class MalformedOtlp extends TypeError {
  override readonly name = 'MalformedOtlp';
}

/** Levels of values within values. */
export const DEEPEST_VALUE = 32;
/** Records of one request. */
export const MOST_RECORDS = 100_000;
