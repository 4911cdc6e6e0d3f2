import { url } from './kinds.ts';

/** Services that Opentrail itself uses, where they are not those it serves or forwards to. */
export const servicesSettings = {
  s3_endpoint: url.optional().describe('S3 that log files are delivered to (default: where s3 is served).'),
  sns_endpoint: url
    .optional()
    .describe('SNS that deliveries of trails are announced to (default: where sns is served).'),
  kms_endpoint: url
    .optional()
    .describe('KMS whose keys trails and embedded buckets encrypt with (default: where kms is served).'),
  sqs_endpoint: url
    .optional()
    .describe('SQS whose queues topics and buckets send to (default: where sqs is served).'),
  organizations_endpoint: url
    .optional()
    .describe(
      'Organizations whose accounts the trails of organizations follow, asked each minute (default: where organizations is served).',
    ),
  logs_endpoint: url
    .optional()
    .describe(
      'CloudWatch Logs that trails with a log group write to (default: where logs is served; Opentrail itself, unless OPENTRAIL_UPSTREAM_LOGS moves it).',
    ),
};
