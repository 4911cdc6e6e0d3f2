import { AwsError } from '../../aws/errors.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';

/** In the words of CloudWatch Logs. */
export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function groupNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

export function streamNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

export function alreadyExists(what: 'log group' | 'log stream'): AwsError {
  return new AwsError('ResourceAlreadyExistsException', `The specified ${what} already exists`);
}

/** Waits for the store of events. Throws ServiceUnavailableException while its engine does not answer: clients try again. */
export async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof OpentrailError) || !cause.code.startsWith('ENGINE_')) throw cause;
    throw new AwsError('ServiceUnavailableException', `Log events: ${messageOf(cause)}`, {
      status: 503,
      cause,
    });
  }
}
