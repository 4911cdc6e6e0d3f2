import { AwsError } from '../../aws/errors.ts';

/** In the words of Athena: https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html and each operation's page. */

export function invalidRequest(message: string, athenaErrorCode = 'INVALID_INPUT'): AwsError {
  return new AwsError('InvalidRequestException', message, { detail: { AthenaErrorCode: athenaErrorCode } });
}

export function malformed(message: string): AwsError {
  return invalidRequest(message, 'MALFORMED_QUERY');
}

/** Something of AWS's that Opentrail has not built: named, never ignored. */
export function notBuilt(what: string): AwsError {
  return invalidRequest(`Opentrail does not support ${what}.`, 'NOT_SUPPORTED');
}

export function resourceNotFound(message: string, resource: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { detail: { ResourceName: resource } });
}

export function metadataNotFound(message: string): AwsError {
  return new AwsError('MetadataException', message);
}

/** How a query ended other than well; becomes its StateChangeReason and AthenaError. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  /** https://docs.aws.amazon.com/athena/latest/ug/error-reference.html */
  readonly category: 1 | 2 | 3;
  readonly type: number;
  readonly retryable: boolean;

  constructor(
    message: string,
    {
      category,
      type,
      retryable = false,
      cause,
    }: { category: 1 | 2 | 3; type: number; retryable?: boolean; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.category = category;
    this.type = type;
    this.retryable = retryable;
  }
}

/** The user's: wrong statement or name. */
export function userFailure(message: string, type = 1000): QueryFailure {
  return new QueryFailure(message, { category: 2, type });
}

export function systemFailure(message: string, cause?: unknown): QueryFailure {
  return new QueryFailure(message, { category: 1, type: 401, retryable: true, cause });
}
