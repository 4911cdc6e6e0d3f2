import { AwsError } from '../../aws/errors.ts';
import { messageOf, OpentrailError } from '../../base/errors.ts';

/** In the words of CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html and each operation's page. */

/** What JSON and CBOR call an error that has another name in Query. */
const SHAPES = {
  InvalidParameterValue: 'InvalidParameterValueException',
  MissingParameter: 'MissingRequiredParameterException',
  InvalidParameterCombination: 'InvalidParameterCombinationException',
  InvalidNextToken: 'InvalidNextToken',
  InvalidFormat: 'InvalidFormatFault',
  LimitExceeded: 'LimitExceededFault',
  ResourceNotFound: 'ResourceNotFound',
  ResourceNotFoundException: 'ResourceNotFoundException',
} as const;

function named(queryCode: keyof typeof SHAPES, message: string, status = 400): AwsError {
  return new AwsError(SHAPES[queryCode], message, { queryCode, status });
}

export function invalidValue(message: string): AwsError {
  return named('InvalidParameterValue', message);
}

/** `The value X for parameter Y is invalid.`, and why, where that is not plain. */
export function invalidParameter(value: unknown, parameter: string, reason = ''): AwsError {
  const shown = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const because = reason === '' ? '' : ` ${reason}`;
  return invalidValue(`The value ${shown.slice(0, 300)} for parameter ${parameter} is invalid.${because}`);
}

export function missingParameter(parameter: string): AwsError {
  return named('MissingParameter', `The parameter ${parameter} is required.`);
}

export function badCombination(message: string): AwsError {
  return named('InvalidParameterCombination', message);
}

export function badToken(): AwsError {
  return named('InvalidNextToken', 'The next token specified is invalid.');
}

/** Something of AWS's that Opentrail has not built: named, never ignored. */
export function notBuilt(parameter: string, what: string): AwsError {
  return invalidValue(`Opentrail does not support ${what} (parameter ${parameter}).`);
}

export function tooLarge(message: string): AwsError {
  return new AwsError('RequestEntityTooLarge', message, { status: 413 });
}

export function alarmNotFound(name: string): AwsError {
  return named('ResourceNotFound', `There is no alarm named ${name}.`, 404);
}

export function alarmsNotFound(): AwsError {
  return named('ResourceNotFound', 'One or more of the alarms do not exist.', 404);
}

/** Of the tagging operations. */
export function resourceNotFound(arn: string): AwsError {
  return named('ResourceNotFoundException', `There is no alarm ${arn} here.`, 404);
}

export function limitExceeded(message: string): AwsError {
  return named('LimitExceeded', message);
}

export function invalidFormat(message: string): AwsError {
  return named('InvalidFormat', message);
}

/** Waits for the store of metrics. Throws ServiceUnavailable while its engine does not answer: clients try again. */
export async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof OpentrailError) || !cause.code.startsWith('ENGINE_')) throw cause;
    throw new AwsError('ServiceUnavailable', `Metrics: ${messageOf(cause)}`, { status: 503, cause });
  }
}
