import type { NamedCall } from '../capture/captured-call.ts';

const LAMBDA_2015 =
  'event names in real CloudTrail records, and https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html';
const S3_EVENTS =
  'event names in real CloudTrail records, and https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html';

type Rename = readonly [operation: string, eventName: string, source: string];

/** CloudTrail's names for operations where they are not the API's, each with its source. */
const RENAMES: readonly Rename[] = [
  ['lambda:AddPermission', 'AddPermission20150331v2', LAMBDA_2015],
  ['lambda:CreateEventSourceMapping', 'CreateEventSourceMapping20150331', LAMBDA_2015],
  ['lambda:CreateFunction', 'CreateFunction20150331', LAMBDA_2015],
  ['lambda:DeleteFunction', 'DeleteFunction20150331', LAMBDA_2015],
  ['lambda:GetAccountSettings', 'GetAccountSettings20160819', LAMBDA_2015],
  ['lambda:GetFunction', 'GetFunction20150331v2', LAMBDA_2015],
  ['lambda:GetFunctionConfiguration', 'GetFunctionConfiguration20150331v2', LAMBDA_2015],
  ['lambda:GetPolicy', 'GetPolicy20150331v2', LAMBDA_2015],
  ['lambda:ListEventSourceMappings', 'ListEventSourceMappings20150331', LAMBDA_2015],
  ['lambda:ListFunctions', 'ListFunctions20150331', LAMBDA_2015],
  ['lambda:ListVersionsByFunction', 'ListVersionsByFunction20150331', LAMBDA_2015],
  ['lambda:PublishVersion', 'PublishVersion20150331', LAMBDA_2015],
  ['lambda:RemovePermission', 'RemovePermission20150331v2', LAMBDA_2015],
  ['lambda:TagResource', 'TagResource20170331v2', LAMBDA_2015],
  ['lambda:UntagResource', 'UntagResource20170331v2', LAMBDA_2015],
  ['lambda:UpdateFunctionCode', 'UpdateFunctionCode20150331v2', LAMBDA_2015],
  ['lambda:UpdateFunctionConfiguration', 'UpdateFunctionConfiguration20150331v2', LAMBDA_2015],
  ['s3:DeletePublicAccessBlock', 'DeleteBucketPublicAccessBlock', S3_EVENTS],
  ['s3:GetBucketAccelerateConfiguration', 'GetAccelerateConfiguration', S3_EVENTS],
  ['s3:GetBucketLifecycleConfiguration', 'GetBucketLifecycle', S3_EVENTS],
  ['s3:GetObjectLockConfiguration', 'GetBucketObjectLockConfiguration', S3_EVENTS],
  ['s3:GetPublicAccessBlock', 'GetBucketPublicAccessBlock', S3_EVENTS],
  ['s3:ListObjectsV2', 'ListObjects', S3_EVENTS],
  ['s3:PutBucketAccelerateConfiguration', 'PutAccelerateConfiguration', S3_EVENTS],
  ['s3:PutBucketLifecycleConfiguration', 'PutBucketLifecycle', S3_EVENTS],
  ['s3:PutObjectLockConfiguration', 'PutBucketObjectLockConfiguration', S3_EVENTS],
  ['s3:PutPublicAccessBlock', 'PutBucketPublicAccessBlock', S3_EVENTS],
];

const BY_OPERATION: ReadonlyMap<string, string> = new Map(
  RENAMES.map(([operation, eventName]) => [operation, eventName]),
);

export function eventNameOf({ service, operation }: Pick<NamedCall, 'service' | 'operation'>): string {
  return BY_OPERATION.get(`${service}:${operation}`) ?? operation;
}

/** Services that say which API version was called, as real records of theirs do; most do not. */
const VERSIONED: ReadonlyMap<string, (modelVersion: string) => string> = new Map([
  ['logs', (version: string) => version.replaceAll('-', '')],
  ['elasticloadbalancing', (version: string) => version],
  ['route53', (version: string) => version],
  ['cloudfront', (version: string) => version.replaceAll('-', '_')],
]);

export function apiVersionOf(service: string, modelVersion: string | undefined): string | undefined {
  return modelVersion === undefined || modelVersion === ''
    ? undefined
    : VERSIONED.get(service)?.(modelVersion);
}
