import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import type { BucketPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import { optionalFlag, optionalText } from './inputs.ts';

/** Members of CreateTrail and UpdateTrail that both check alike; undefined where the caller left it out. */
export type TrailInput = {
  readonly bucket: string | undefined;
  readonly keyPrefix: string | undefined;
  /** Name or ARN; '' for none. */
  readonly snsTopic: string | undefined;
  /** In any of its forms; '' for none. */
  readonly kmsKeyId: string | undefined;
  /** ARNs; '' for none. */
  readonly logsGroup: string | undefined;
  readonly logsRole: string | undefined;
  readonly globalEvents: boolean | undefined;
  readonly multiRegion: boolean | undefined;
  readonly organization: boolean | undefined;
  readonly validation: boolean | undefined;
  readonly recursiveLogging: boolean | undefined;
};

/** Throws what AWS throws for the member that is wrong. */
export function readTrailInput(input: OperationInput): TrailInput {
  const bucket = optionalText(input, 'S3BucketName');
  const keyPrefix = optionalText(input, 'S3KeyPrefix');
  if (bucket !== undefined) checkBucketName(bucket);
  if (keyPrefix !== undefined) checkKeyPrefix(keyPrefix);
  return {
    bucket,
    keyPrefix,
    snsTopic: optionalText(input, 'SnsTopicName'),
    kmsKeyId: optionalText(input, 'KmsKeyId'),
    logsGroup: optionalText(input, 'CloudWatchLogsLogGroupArn'),
    logsRole: optionalText(input, 'CloudWatchLogsRoleArn'),
    globalEvents: optionalFlag(input, 'IncludeGlobalServiceEvents'),
    multiRegion: optionalFlag(input, 'IsMultiRegionTrail'),
    organization: optionalFlag(input, 'IsOrganizationTrail'),
    validation: optionalFlag(input, 'EnableLogFileValidation'),
    recursiveLogging: optionalFlag(input, 'RecursiveLogging'),
  };
}

export function checkCombination(trail: {
  readonly multiRegion: boolean;
  readonly globalEvents: boolean;
}): void {
  if (trail.multiRegion && !trail.globalEvents) {
    throw new AwsError(
      'InvalidParameterCombinationException',
      'Multi-Region trail must include global service events.',
    );
  }
}

/** Asks the bucket whether CloudTrail may deliver. Throws S3BucketDoesNotExistException or InsufficientS3BucketPolicyException. */
export async function checkBucket(
  buckets: BucketPort,
  check: Parameters<BucketPort['checkDelivery']>[0],
): Promise<void> {
  try {
    await buckets.checkDelivery(check);
  } catch (cause) {
    throw bucketError(check.bucket, cause);
  }
}

function bucketError(bucket: string, cause: unknown): AwsError {
  const code = cause instanceof AwsError ? cause.code : '';
  if (code === 'NoSuchBucket') {
    return new AwsError('S3BucketDoesNotExistException', `S3 bucket ${bucket} does not exist!`, { cause });
  }
  if (cause instanceof AwsError && cause.status < 500) {
    return new AwsError(
      'InsufficientS3BucketPolicyException',
      `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
      { cause },
    );
  }
  const reason = code === '' ? messageOf(cause) : `${code}: ${messageOf(cause)}`;
  return new AwsError(
    'ServiceUnavailable',
    `The bucket ${bucket} could not be checked, because S3 failed: ${reason}`,
    { status: 503, cause },
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function checkBucketName(bucket: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) &&
    !/\.\.|\.-|-\./.test(bucket) &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(bucket);
  if (valid) return;
  const told = bucket === '' ? 'S3 bucket name cannot be blank!' : `Invalid S3 bucket name: ${shown(bucket)}`;
  throw new AwsError('InvalidS3BucketNameException', told);
}

function checkKeyPrefix(prefix: string): void {
  if (prefix.length > 200) {
    throw new AwsError(
      'InvalidS3PrefixException',
      `S3 key prefix too long. Maximum allowed length: 200 characters. Specified prefix length: ${prefix.length} characters.`,
    );
  }
  const hostile = /[\u0000-\u001f\u007f]/.test(prefix) || prefix.split('/').includes('..');
  if (hostile) throw new AwsError('InvalidS3PrefixException', `Invalid S3 key prefix: ${shown(prefix)}`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
