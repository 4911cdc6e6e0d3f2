import { AwsError } from '../../../../aws/errors.ts';
import type { BucketPort } from '../../../../aws/ports.ts';
import { messageOf } from '../../../../base/errors.ts';

/** Where results are to be delivered. */
export type Destination = { readonly bucket: string; readonly prefix: string };

const URI = /^s3:\/\/([^/]*)(?:\/(.*))?$/s;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const MOST_URI = 1024;
const MOST_PREFIX = 200;

/** Throws InvalidS3BucketNameException or InvalidS3PrefixException. */
export function parseDestination(uri: string): Destination {
  const [, bucket, rest = ''] = URI.exec(uri) ?? [];
  const isBucket = bucket !== undefined && BUCKET.test(bucket) && !/\.\.|\.-|-\.|^[\d.]+$/.test(bucket);
  if (!isBucket || uri.length > MOST_URI)
    throw new AwsError(
      'InvalidS3BucketNameException',
      `DeliveryS3Uri must be s3://BUCKET or s3://BUCKET/PREFIX of at most ${MOST_URI} characters (got "${uri.slice(0, 200)}").`,
    );
  const prefix = rest.replace(/\/+$/, '');
  const hostile = /[\u0000-\u001f\u007f]/.test(prefix) || prefix.split('/').some((part) => part === '..');
  if (hostile || prefix.length > MOST_PREFIX || prefix.startsWith('/'))
    throw new AwsError(
      'InvalidS3PrefixException',
      `The prefix in DeliveryS3Uri is not valid: "${prefix.slice(0, 200)}". It may have ${MOST_PREFIX} characters, and no ".." or control characters.`,
    );
  return { bucket, prefix };
}

/** `…/AWSLogs/ACCOUNT/CloudTrail-Lake/Query/YYYY/MM/DD/ID/` */
export function folderOf(
  { prefix }: Pick<Destination, 'prefix'>,
  query: { readonly id: string; readonly account: string; readonly created_at: number },
): string {
  const day = new Date(query.created_at).toISOString().slice(0, 10).replaceAll('-', '/');
  const root = prefix === '' ? '' : `${prefix}/`;
  return `${root}AWSLogs/${query.account}/CloudTrail-Lake/Query/${day}/${query.id}/`;
}

/** Asks the bucket whether CloudTrail may deliver. Throws S3BucketDoesNotExistException, InsufficientS3BucketPolicyException. */
export async function checkDestination(
  buckets: Pick<BucketPort, 'checkDelivery'>,
  { bucket, prefix }: Destination,
  source: { readonly arn: string; readonly accountId: string },
): Promise<void> {
  try {
    const { arn: trailArn, accountId } = source;
    await buckets.checkDelivery({ bucket, keyPrefix: prefix, trailArn, accountId, kind: 'CloudTrail-Lake' });
  } catch (cause) {
    const code = cause instanceof AwsError ? cause.code : '';
    if (code === 'NoSuchBucket')
      throw new AwsError('S3BucketDoesNotExistException', `S3 bucket ${bucket} does not exist!`, { cause });
    if (cause instanceof AwsError && cause.status < 500)
      throw new AwsError(
        'InsufficientS3BucketPolicyException',
        `The policy of S3 bucket ${bucket} does not let CloudTrail deliver query results.`,
        { cause },
      );
    throw new AwsError(
      'ServiceUnavailable',
      `The bucket ${bucket} could not be checked, because S3 failed: ${messageOf(cause)}`,
      { status: 503, cause },
    );
  }
}
