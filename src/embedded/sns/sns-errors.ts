import { AwsError } from '../../aws/errors.ts';

/** SNS's own errors, in its words. https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html and each operation's page. */

export function noSuchTopic(): AwsError {
  return new AwsError('NotFound', 'Topic does not exist', { status: 404 });
}

export function noSuchSubscription(): AwsError {
  return new AwsError('NotFound', 'Subscription does not exist', { status: 404 });
}

/** Of the tagging operations. */
export function noSuchResource(): AwsError {
  return new AwsError('ResourceNotFound', 'Topic does not exist', { status: 404 });
}

/** `Invalid parameter: WHAT`, and why, where AWS says that or where the limit is ours. */
export function invalidParameter(what: string, reason?: string): AwsError {
  return new AwsError(
    'InvalidParameter',
    `Invalid parameter: ${what}${reason === undefined ? '' : ` Reason: ${reason}`}`,
  );
}

/** Something of AWS's that Opentrail has not built: named, never ignored. */
export function notBuilt(parameter: string, what: string): AwsError {
  return invalidParameter(parameter, `Opentrail does not support ${what}.`);
}

export function invalidValue(message: string): AwsError {
  return new AwsError('ParameterValueInvalid', message);
}

export function invalidToken(): AwsError {
  return new AwsError('InvalidParameter', 'Invalid token');
}

export function notAuthorized(message: string): AwsError {
  return new AwsError('AuthorizationError', message, { status: 403 });
}

export function limitExceeded(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 403 });
}
