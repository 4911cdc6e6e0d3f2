import { integer, url } from './kinds.ts';

/** CloudWatch. */
export const metricsSettings = {
  metrics_series: integer(1000, 0).describe(
    'CloudWatch metrics of the home account that are shown on `/_metrics`, which everybody may read; 0 for none. What comes beyond is kept and asked for all the same.',
  ),
  monitoring_endpoint: url
    .optional()
    .describe(
      'CloudWatch that Opentrail puts metrics to (default: where monitoring is served; Opentrail itself, unless OPENTRAIL_UPSTREAM_MONITORING moves it).',
    ),
};
