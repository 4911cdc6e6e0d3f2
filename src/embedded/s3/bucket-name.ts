import { AwsError } from '../../aws/errors.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. Throws InvalidBucketName. */
export function checkBucketName(name: string): void {
  const wellFormed =
    /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/.test(name) &&
    !/\.\.|\.-|-\./.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (!wellFormed)
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', {
      detail: { BucketName: name },
    });
}

/** Keys are any text of 1 to 1,024 bytes: they never become a path here. Throws KeyTooLongError. */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) {
    throw new AwsError('KeyTooLongError', 'Your key is too long', {
      detail: { Size: String(size), MaxSizeAllowed: '1024' },
    });
  }
}
