import { AwsError } from '../../aws/errors.ts';

/** In the words of EventBridge: https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** `reason` names the member that is not built. */
export function unsupported(reason: string): AwsError {
  return new AwsError('UnsupportedOperationException', reason);
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

export function alreadyExists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', message);
}

export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message);
}

export function noSuchBus(name: string): AwsError {
  return notFound(`Event bus ${name} does not exist.`);
}

export function noSuchRule(name: string, bus: string): AwsError {
  return notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
}
