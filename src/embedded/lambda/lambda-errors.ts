import { AwsError } from '../../aws/errors.ts';

/** Lambda's own errors, in its words: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and each operation's page. */

export function functionNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, {
    status: 404,
    detail: { Type: 'User' },
  });
}

/** No policy, or no such statement. */
export function nothingThere(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', {
    status: 404,
    detail: { Type: 'User' },
  });
}

export function statementExists(id: string): AwsError {
  return new AwsError(
    'ResourceConflictException',
    `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    { status: 409, detail: { Type: 'User' } },
  );
}

export function otherRevision(): AwsError {
  return new AwsError(
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
    { status: 412, detail: { Type: 'User' } },
  );
}

export function policyTooLong(most: number): AwsError {
  return new AwsError(
    'PolicyLengthExceededException',
    `The final policy size is bigger than the limit (${most}).`,
    {
      detail: { Type: 'User' },
    },
  );
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { detail: { Type: 'User' } });
}

export function invalidContent(reason: string): AwsError {
  return new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`, {
    detail: { Type: 'User' },
  });
}

export function requestTooLarge(bytes: number, most: number): AwsError {
  return new AwsError(
    'RequestTooLargeException',
    `${bytes} byte payload is too large for the ${most === MOST_EVENT ? 'Event' : 'RequestResponse'} invocation type (limit ${most} bytes)`,
    { status: 413, detail: { Type: 'User' } },
  );
}

/** Bytes of an event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MOST_REQUEST = 6_291_456;
export const MOST_EVENT = 1_048_576;

export function tooMany(): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    detail: { Type: 'User', Reason: 'ConcurrentInvocationLimitExceeded' },
  });
}

export function notLet(service: string, arn: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `${service} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} because no resource-based policy allows the lambda:InvokeFunction action`,
    { status: 403 },
  );
}

/** What the operator put into the folder cannot be run. */
export function badFunction(complaint: string): AwsError {
  return new AwsError('ServiceException', complaint, { status: 500 });
}
