import { AwsError } from '../../aws/errors.ts';

/** KMS's own errors, in its words. https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and each operation's page. */

export function noSuchKey(arn: string): AwsError {
  return new AwsError('NotFoundException', `Key '${arn}' does not exist`);
}

export function noSuchAlias(arn: string): AwsError {
  return new AwsError('NotFoundException', `Alias ${arn} is not found.`);
}

export function invalidKeyId(keyId: string): AwsError {
  return new AwsError('NotFoundException', `Invalid keyId '${keyId.slice(0, 200)}'`);
}

export function disabled(arn: string): AwsError {
  return new AwsError('DisabledException', `${arn} is disabled.`);
}

export function invalidState(arn: string, state: string): AwsError {
  return new AwsError('KMSInvalidStateException', `${arn} ${state}.`);
}

export function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperationException', message);
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Says nothing of why: not one of ours, damaged, or another encryption context. */
export function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '');
}
