import type { Readable } from 'node:stream';

import type { CallerIdentity } from '../../captured-call.ts';
import type { ForwardedCall } from '../contract.ts';

/** A call that may go on, and as what. Of transparent forwarding neither is set: the request goes as it came. */
export type CheckedCall = ForwardedCall & {
  readonly caller?: CallerIdentity | undefined;
  readonly outgoing?: Outgoing | undefined;
};

/** What goes upstream in the place of what the caller sent. */
export type Outgoing = {
  /** Path and query. */
  readonly url: string;
  /** Flat, names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** Undefined: the caller's own body as it comes. */
  readonly body: OutgoingBody | undefined;
};

/** Ends whole only when it was held to what was signed for it; fails with an AwsError otherwise. */
export type OutgoingBody = {
  readonly content: Readable;
  /** Bytes; Infinity: chunked. */
  readonly length: number;
};
