import { duration, integer } from './kinds.ts';

/** Trails. */
export const trailsSettings = {
  delivery_interval: duration('5m').describe('How often log files are delivered.'),
  delivery_timeout: duration('30s').describe(
    'How long an S3, KMS, SNS or CloudWatch Logs elsewhere may take to answer before a delivery is tried again.',
  ),
  digest_interval: duration('1h').describe('How often digest files are delivered.'),
  quota_trails: integer(5).describe('Trails per region.'),
};
