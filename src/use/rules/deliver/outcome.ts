import { AwsError } from '../../../aws/errors.ts';
import { messageOf, systemCodeOf, OpentrailError } from '../../../base/errors.ts';

/** How an attempt ended. `permanent`: trying again would not help, by AWS's rules. */
export type Outcome = { readonly delivered: true } | Failure;

export type Failure = {
  readonly delivered: false;
  /** One of those that dead-letter queues know: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
  readonly code: ErrorCode;
  readonly reason: string;
  readonly permanent: boolean;
  /** Milliseconds that the target asked for. */
  readonly retryAfter?: number | undefined;
};

export type ErrorCode =
  | 'CONNECTION_FAILURE'
  | 'ERROR_FROM_TARGET'
  | 'FAILED_TO_ASSUME_ROLE'
  | 'INTERNAL_ERROR'
  | 'INVALID_JSON'
  | 'INVALID_PARAMETER'
  | 'NO_PERMISSIONS'
  | 'NO_RESOURCE'
  | 'THIRD_ACCOUNT_HOP_DETECTED'
  | 'THROTTLING'
  | 'TIMEOUT';

export const DELIVERED: Outcome = { delivered: true };

export function failed(
  code: ErrorCode,
  reason: string,
  { permanent = false, retryAfter }: Partial<Pick<Failure, 'permanent' | 'retryAfter'>> = {},
): Failure {
  return { delivered: false, code, reason, permanent, retryAfter };
}

/** Of whatever a port or a connection threw. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AwsError) return awsFailure(error);
  if (error instanceof OpentrailError && error.code === 'OUTBOUND_REFUSED')
    return failed('NO_PERMISSIONS', error.message, { permanent: true });
  if (
    error instanceof Error &&
    (error.name === 'TimeoutError' || /timeout/i.test(error.name + error.message))
  )
    return failed('TIMEOUT', messageOf(error));
  if (systemCodeOf(error) !== undefined || (error instanceof Error && error.name === 'SocketError'))
    return failed('CONNECTION_FAILURE', messageOf(error));
  return failed('INTERNAL_ERROR', messageOf(error));
}

function awsFailure(error: AwsError): Failure {
  const reason = `${error.code}: ${error.message}`;
  if (error.status === 429 || /Throttl|TooManyRequests|LimitExceeded/.test(error.code))
    return failed('THROTTLING', reason);
  if (error.status === 403 || /AccessDenied|Authorization/.test(error.code))
    return failed('NO_PERMISSIONS', reason, { permanent: true });
  if (error.status === 404 || /NotFound|DoesNotExist|NonExistent/.test(error.code))
    return failed('NO_RESOURCE', reason, { permanent: true });
  if (error.status < 500) return failed('INVALID_PARAMETER', reason, { permanent: true });
  return failed('ERROR_FROM_TARGET', reason);
}
