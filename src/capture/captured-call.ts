/**
 * The output of capture: one API call, seen from outside, named, with its outcome.
 * What the bytes mean (identity, parameters, resources) is the business of record/.
 */

import type { Headers, Protocol, WireRequest } from '../aws/protocols/protocol.ts';

export type { Headers, Protocol };

/** Which service and operation a request is, decided from headers, path and at most the first bytes of a form body. */
export type NamedCall = {
  /** Signing name: `ec2`, `s3`, `cloudtrail`, `monitoring`; `unknown` when nothing told. */
  readonly service: string;
  /** `ec2.amazonaws.com`. */
  readonly eventSource: string;
  /** The API operation, before CloudTrail's renamings (`ListObjectsV2`); `unknown` when nothing told. */
  readonly operation: string;
  readonly protocol: Protocol;
  readonly region: string;
  readonly accessKeyId: string | undefined;
  readonly sessionToken: string | undefined;
  /** `header` or `presigned`; `none` for anonymous calls. */
  readonly auth: 'header' | 'presigned' | 'none';
  /** What decided, for the operator: `scope=ec2 action=RunInstances`. */
  readonly evidence: string;
};

/**
 * allowed: 2xx/3xx · denied: 403 (or an access-denied code) · failed: any other 4xx/5xx ·
 * aborted: the client went away before the answer was whole · upstream-down: no answer could be had (caller got 502) ·
 * unknown: the server died in between; only the intent is known.
 */
export type Outcome = 'allowed' | 'denied' | 'failed' | 'aborted' | 'upstream-down' | 'unknown';

export type CapturedRequest = WireRequest & {
  /** The whole body if it is at most the capture limit (256 KiB), else undefined. */
  readonly body: Uint8Array | undefined;
  readonly bodyBytes: number;
};

export type CapturedResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | undefined;
  readonly bodyBytes: number;
};

/** One key's owner, as `userIdentity` wants it. Shapes: CloudTrail user guide, "userIdentity element". */
export type CallerIdentity = {
  readonly type: string;
  readonly principalId?: string | undefined;
  readonly arn?: string | undefined;
  readonly accountId?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly userName?: string | undefined;
  /** Of WebIdentityUser and SAMLUser: who vouches for the name. */
  readonly identityProvider?: string | undefined;
  readonly sessionContext?: Readonly<Record<string, unknown>> | undefined;
  readonly invokedBy?: string | undefined;
  /** Born of a console sign-in: the record then says `sessionCredentialFromConsole: "true"`. */
  readonly fromConsole?: boolean | undefined;
};

/** A call as it comes in, known before it is carried out: enough for an intent entry. */
export type IncomingCall = {
  /** Becomes the record's eventID, and closes the intent. */
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly named: NamedCall;
  readonly sourceIp: string;
  readonly tls: { readonly version: string; readonly cipher: string } | undefined;
  readonly request: CapturedRequest;
};

export type CapturedCall = IncomingCall & {
  readonly completedAt: number;
  readonly outcome: Outcome;
  readonly response: CapturedResponse | undefined;
  readonly servedBy: 'opentrail' | 'upstream' | 'nobody';
  /** Set where Opentrail verified the caller. */
  readonly caller: CallerIdentity | undefined;
  /** Where the call did not end well on our side: `connect ECONNREFUSED …`. */
  readonly failure: string | undefined;
  /** Calls the product makes itself or makes up (deliveries, ConsoleLogin): members that overrule what would be derived. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
};

/** What capture needs of the stages behind it; joined in app.ts. */
export type CaptureSink = {
  /** Whether a call may go on: false only in fail-closed mode while the journal cannot take entries. */
  readonly accepting: () => boolean;
  /** Journals an intent before a write call is forwarded. Throws (fail-closed) when it cannot. The body is not yet known: `request.body` is undefined. */
  readonly intent: (call: IncomingCall) => Promise<void>;
  /** Journals the outcome; resolves when the answer may leave. Throws only in fail-closed mode. */
  readonly outcome: (call: CapturedCall) => Promise<void>;
  /** Whether the call gets an intent entry (write calls and calls of unknown kind). */
  readonly wantsIntent: (named: NamedCall) => boolean;
};
