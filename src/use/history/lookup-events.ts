import { AwsError } from '../../aws/errors.ts';
import type { Operation } from '../../aws/operation.ts';
import type { EventStore } from '../../store/contract.ts';

export type LookupEventsDeps = {
  readonly events: Pick<EventStore, 'lookup' | 'histogram' | 'values'>;
  readonly retentionMs: number;
  /** Seals NextToken; at least 32 bytes, kept over restarts. */
  readonly tokenKey: Uint8Array;
};

/** LookupEvents, plain and extended (ARCHITECTURE.md). https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export function lookupEvents(_deps: LookupEventsDeps): Operation {
  return {
    service: 'cloudtrail',
    name: 'LookupEvents',
    handle: () => Promise.reject(new AwsError('UnsupportedOperationException', 'not built')),
  };
}
