import type { NamedCall } from '../capture/captured-call.ts';

const LAMBDA =
  'https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html#cloudtrail-management-events';
const LAMBDA_RECORDS = `event names in real records; the rule: ${LAMBDA}`;
/** The page says that names may carry a date, without naming these; the Lambda console's own client calls the operations so. */
const LAMBDA_CONSOLE = `operation names of the AWS console's client; the rule: ${LAMBDA}`;
const S3_BUCKETS =
  'https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html#cloudtrail-bucket-level-tracking';
const S3_OBJECTS =
  'https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html#cloudtrail-data-events';
const CLOUDFRONT_RECORDS = 'event names in real records';

type Rename = readonly [operation: string, eventName: string, source: string];

/** CloudTrail's names for operations where they are not the API's, each with its source. Event sources: capture/naming/event-source.ts. */
const RENAMES: readonly Rename[] = [
  ['cloudfront:PublishFunction', 'PublishFunction2020_05_31', CLOUDFRONT_RECORDS],
  ['lambda:AddLayerVersionPermission', 'AddLayerVersionPermission20181031', LAMBDA_CONSOLE],
  ['lambda:AddPermission', 'AddPermission20150331v2', LAMBDA],
  ['lambda:CreateAlias', 'CreateAlias20150331', LAMBDA],
  ['lambda:CreateEventSourceMapping', 'CreateEventSourceMapping20150331', LAMBDA],
  ['lambda:CreateFunction', 'CreateFunction20150331', LAMBDA],
  ['lambda:DeleteAlias', 'DeleteAlias20150331', LAMBDA],
  ['lambda:DeleteEventSourceMapping', 'DeleteEventSourceMapping20150331', LAMBDA],
  ['lambda:DeleteFunction', 'DeleteFunction20150331', LAMBDA],
  ['lambda:DeleteFunctionConcurrency', 'DeleteFunctionConcurrency20171031', LAMBDA],
  ['lambda:DeleteLayerVersion', 'DeleteLayerVersion20181031', LAMBDA_CONSOLE],
  ['lambda:GetAccountSettings', 'GetAccountSettings20160819', LAMBDA_RECORDS],
  ['lambda:GetAlias', 'GetAlias20150331', LAMBDA],
  ['lambda:GetEventSourceMapping', 'GetEventSourceMapping20150331', LAMBDA_CONSOLE],
  ['lambda:GetFunction', 'GetFunction20150331v2', LAMBDA],
  ['lambda:GetFunctionConfiguration', 'GetFunctionConfiguration20150331v2', LAMBDA_RECORDS],
  ['lambda:GetLayerVersion', 'GetLayerVersion20181031', LAMBDA_CONSOLE],
  ['lambda:GetLayerVersionByArn', 'GetLayerVersionByArn20181031', LAMBDA_CONSOLE],
  ['lambda:GetLayerVersionPolicy', 'GetLayerVersionPolicy20181031', LAMBDA_CONSOLE],
  ['lambda:GetPolicy', 'GetPolicy20150331v2', LAMBDA_RECORDS],
  ['lambda:ListAliases', 'ListAliases20150331', LAMBDA_CONSOLE],
  ['lambda:ListEventSourceMappings', 'ListEventSourceMappings20150331', LAMBDA_RECORDS],
  ['lambda:ListFunctions', 'ListFunctions20150331', LAMBDA_RECORDS],
  ['lambda:ListLayerVersions', 'ListLayerVersions20181031', LAMBDA_CONSOLE],
  ['lambda:ListLayers', 'ListLayers20181031', LAMBDA_CONSOLE],
  ['lambda:ListTags', 'ListTags20170331', LAMBDA_CONSOLE],
  ['lambda:ListVersionsByFunction', 'ListVersionsByFunction20150331', LAMBDA_RECORDS],
  ['lambda:PublishLayerVersion', 'PublishLayerVersion20181031', LAMBDA],
  ['lambda:PublishVersion', 'PublishVersion20150331', LAMBDA],
  ['lambda:PutFunctionConcurrency', 'PutFunctionConcurrency20171031', LAMBDA],
  ['lambda:RemoveLayerVersionPermission', 'RemoveLayerVersionPermission20181031', LAMBDA_CONSOLE],
  ['lambda:RemovePermission', 'RemovePermission20150331v2', LAMBDA],
  ['lambda:TagResource', 'TagResource20170331v2', LAMBDA],
  ['lambda:UntagResource', 'UntagResource20170331v2', LAMBDA],
  ['lambda:UpdateAlias', 'UpdateAlias20150331', LAMBDA],
  ['lambda:UpdateEventSourceMapping', 'UpdateEventSourceMapping20150331', LAMBDA],
  ['lambda:UpdateFunctionCode', 'UpdateFunctionCode20150331v2', LAMBDA],
  ['lambda:UpdateFunctionConfiguration', 'UpdateFunctionConfiguration20150331v2', LAMBDA],
  ['s3:DeletePublicAccessBlock', 'DeleteBucketPublicAccessBlock', S3_BUCKETS],
  ['s3:GetBucketAccelerateConfiguration', 'GetAccelerateConfiguration', S3_BUCKETS],
  ['s3:GetBucketLifecycleConfiguration', 'GetBucketLifecycle', S3_BUCKETS],
  ['s3:GetBucketNotificationConfiguration', 'GetBucketNotification', S3_BUCKETS],
  ['s3:GetObjectLockConfiguration', 'GetBucketObjectLockConfiguration', S3_BUCKETS],
  ['s3:GetPublicAccessBlock', 'GetBucketPublicAccessBlock', S3_BUCKETS],
  ['s3:PutBucketAccelerateConfiguration', 'PutAccelerateConfiguration', S3_BUCKETS],
  ['s3:PutBucketLifecycleConfiguration', 'PutBucketLifecycle', S3_BUCKETS],
  ['s3:PutBucketNotificationConfiguration', 'PutBucketNotification', S3_BUCKETS],
  ['s3:PutObjectLockConfiguration', 'PutBucketObjectLockConfiguration', S3_BUCKETS],
  ['s3:PutPublicAccessBlock', 'PutBucketPublicAccessBlock', S3_BUCKETS],
  ['s3:ListObjectsV2', 'ListObjects', S3_OBJECTS],
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
