import { AwsError } from '../../../aws/errors.ts';
import { messageOf } from '../../../base/errors.ts';

/** How an attempt ended. `permanent`: trying again would not help, by AWS's rules. */
export type Outcome =
  | { readonly delivered: true }
  | { readonly delivered: false; readonly permanent: boolean; readonly reason: string };

export const DELIVERED: Outcome = { delivered: true };

/** A queue or a function did not take it: a 4xx is for good, unless it was asked too often. */
export function refused(error: unknown): Outcome {
  if (!(error instanceof AwsError)) return failed(messageOf(error));
  const { code, message, status } = error;
  return failed(`${code}: ${message}`, { permanent: status < 500 && status !== 429 });
}

export function failed(reason: string, { permanent = false } = {}): Outcome {
  return { delivered: false, permanent, reason };
}
