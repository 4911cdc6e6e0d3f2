import { AwsError } from '../../aws/errors.ts';

/** Errors in the words of Organizations: https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html and each operation's page. */

export function notInUse(): AwsError {
  return new AwsError(
    'AWSOrganizationsNotInUseException',
    'Your account is not a member of an organization.',
  );
}

/** What members hear of operations that are the management account's. */
export function noAccess(): AwsError {
  return new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
}

export function noAccount(): AwsError {
  return new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
}

export function invalidInput(message: string, reason?: string): AwsError {
  return new AwsError('InvalidInputException', message, detail(reason));
}

export function violated(reason: string, message: string): AwsError {
  return new AwsError('ConstraintViolationException', message, detail(reason));
}

export function handshakeViolated(reason: string, message: string): AwsError {
  return new AwsError('HandshakeConstraintViolationException', message, detail(reason));
}

function detail(Reason: string | undefined) {
  return Reason === undefined ? {} : { detail: { Reason } };
}
