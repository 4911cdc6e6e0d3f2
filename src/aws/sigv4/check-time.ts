import { authFailure, type AuthFailureFacts } from './auth-failure.ts';
import { amzDateOf, msOfAmzDate, type ReadSignature } from './read-signature.ts';
import type { SignedRequest } from './signed-request.ts';

const SKEW = 15 * 60_000;

/** A signed request is good for 15 minutes either way, a presigned one from 15 minutes before its date until `X-Amz-Expires` after it. */
export function checkTime(request: SignedRequest, signature: ReadSignature, now: number): void {
  const at = msOfAmzDate(signature.amzDate);
  const presigned = signature.expires !== undefined;
  if (Number.isNaN(at)) {
    const text = `Date must be in ISO-8601 'basic format'. Got '${signature.amzDate}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    throw authFailure(request, presigned ? 'bad-query' : 'incomplete', { text });
  }
  const end = at + (signature.expires === undefined ? SKEW : signature.expires * 1000);
  if (now <= end && now >= at - SKEW) return;
  const kind = presigned ? 'presigned-expired' : 'skewed';
  const facts =
    request.service === 's3'
      ? s3Facts({ signature, at, end, now })
      : { text: commonText({ signature, at, now, end }) };
  throw authFailure(request, kind, facts);
}

type Times = {
  readonly signature: ReadSignature;
  readonly at: number;
  readonly end: number;
  readonly now: number;
};

function commonText({ signature, at, now, end }: Times): string {
  const current = amzDateOf(now);
  if (at > now)
    return `Signature not yet current: ${signature.amzDate} is still later than ${amzDateOf(now + SKEW)} (${current} + 15 min.)`;
  if (signature.expires !== undefined)
    return `Signature expired: ${amzDateOf(end)} is now earlier than ${current}`;
  return `Signature expired: ${signature.amzDate} is now earlier than ${amzDateOf(now - SKEW)} (${current} - 15 min.)`;
}

function s3Facts({ signature, at, end, now }: Times): AuthFailureFacts {
  const ServerTime = new Date(now).toISOString();
  if (signature.expires === undefined) {
    return {
      detail: { RequestTime: signature.amzDate, ServerTime, MaxAllowedSkewMilliseconds: String(SKEW) },
    };
  }
  if (at > now)
    return { text: 'Request is not yet valid', detail: { 'X-Amz-Date': signature.amzDate, ServerTime } };
  return {
    text: 'Request has expired',
    detail: { 'X-Amz-Expires': String(signature.expires), Expires: new Date(end).toISOString(), ServerTime },
  };
}
