import { AwsError } from '../../aws/errors.ts';

/**
 * SQS's own errors. Each has two names: one of the JSON protocol, and one that clients of the older Query protocol know.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and each operation's page.
 */
function sqsError(code: string, queryCode: string, message: string, status = 400): AwsError {
  return new AwsError(code, message, { status, queryCode });
}

const OLD = 'AWS.SimpleQueueService';

export function noSuchQueue(): AwsError {
  return sqsError('QueueDoesNotExist', `${OLD}.NonExistentQueue`, 'The specified queue does not exist.');
}

export function queueExists(attribute: string): AwsError {
  return sqsError(
    'QueueNameExists',
    'QueueAlreadyExists',
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
}

export function invalidAddress(url: string): AwsError {
  return sqsError(
    'InvalidAddress',
    'InvalidAddress',
    `The address ${url} is not valid for this endpoint.`,
    404,
  );
}

export function unknownAttribute(name: string): AwsError {
  return sqsError('InvalidAttributeName', 'InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export function invalidAttribute(name: string, reason?: string): AwsError {
  const why = reason === undefined ? '' : ` Reason: ${reason}`;
  return sqsError(
    'InvalidAttributeValue',
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${why}`,
  );
}

export function invalidValue(message: string): AwsError {
  return sqsError('InvalidParameterValueException', 'InvalidParameterValue', message);
}

export function missingParameter(name: string): AwsError {
  return sqsError(
    'MissingRequiredParameterException',
    'MissingParameter',
    `The request must contain the parameter ${name}.`,
  );
}

/** Something of AWS's that Opentrail has not built: named, never ignored. */
export function notBuilt(parameter: string, what: string): AwsError {
  return unsupported(`Opentrail does not support ${what} (${parameter}).`);
}

export function unsupported(message: string): AwsError {
  return sqsError('UnsupportedOperation', `${OLD}.UnsupportedOperation`, message);
}

export function invalidContents(): AwsError {
  return sqsError(
    'InvalidMessageContents',
    'InvalidMessageContents',
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );
}

export function invalidReceipt(handle: string): AwsError {
  return sqsError(
    'ReceiptHandleIsInvalid',
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle.slice(0, 100)}" is not a valid receipt handle.`,
    404,
  );
}

export function notInFlight(): AwsError {
  return sqsError(
    'MessageNotInflight',
    `${OLD}.MessageNotInflight`,
    'The message referred to is not in flight.',
  );
}

export function noSuchTask(): AwsError {
  const code = 'ResourceNotFoundException';
  return sqsError(code, code, 'Task does not exist.', 404);
}

export function badBatch(
  code:
    | 'EmptyBatchRequest'
    | 'TooManyEntriesInBatchRequest'
    | 'InvalidBatchEntryId'
    | 'BatchEntryIdsNotDistinct'
    | 'BatchRequestTooLong',
  message: string,
): AwsError {
  return sqsError(code, `${OLD}.${code}`, message);
}
