import { messageOf, systemCodeOf } from '../base/errors.ts';
import { AwsError } from './errors.ts';

/** Waits for an SDK's answer. Throws AwsError with the service's own code; `ServiceUnavailable` when nobody answers. */
export async function told<T>(
  answer: Promise<T>,
  codeOfStatus: (status: number) => string = (status) => `HTTP${status}`,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw awsErrorOf(error, codeOfStatus);
  }
}

export function awsErrorOf(error: unknown, codeOfStatus: (status: number) => string): AwsError {
  const status = statusOf(error);
  if (error instanceof Error && status !== undefined) {
    // Answers to HEAD have no body, hence no code.
    const isNamed = !['', 'Error', 'Unknown', 'UnknownError'].includes(error.name);
    const code = isNamed ? error.name : codeOfStatus(status);
    return new AwsError(code, error.message, { status, cause: error });
  }
  const code = systemCodeOf(error);
  return new AwsError(
    'ServiceUnavailable',
    code === undefined ? messageOf(error) : `${code}: ${messageOf(error)}`,
    { status: 503, cause: error },
  );
}

/** Undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode;
}
