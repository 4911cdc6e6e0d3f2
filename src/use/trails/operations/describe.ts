import { isDeepStrictEqual } from 'node:util';

import { topicArnOf } from '../notices/topic-name.ts';
import { DEFAULT_SELECTORS } from '../../../aws/event-selectors/selector.ts';
import { selectorsOf } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';

/** What CreateTrail and UpdateTrail answer. */
export function trailAnswer(trail: Trail): Record<string, unknown> {
  return {
    Name: trail.name,
    S3BucketName: trail.bucket,
    ...(trail.key_prefix === '' ? {} : { S3KeyPrefix: trail.key_prefix }),
    ...(trail.sns_topic === null
      ? {}
      : { SnsTopicName: trail.sns_topic, SnsTopicARN: topicArnOf(trail.sns_topic, trail) }),
    IncludeGlobalServiceEvents: trail.global_events === 1,
    IsMultiRegionTrail: trail.multi_region === 1,
    TrailARN: trail.arn,
    LogFileValidationEnabled: trail.validation === 1,
    ...(trail.kms_key === null ? {} : { KmsKeyId: trail.kms_key }),
    ...(trail.logs_group === null ? {} : { CloudWatchLogsLogGroupArn: trail.logs_group }),
    ...(trail.logs_role === null ? {} : { CloudWatchLogsRoleArn: trail.logs_role }),
    IsOrganizationTrail: trail.organization !== null,
    RecursiveLogging: trail.recursive_logging === 1,
  };
}

/** The default put again is the default. */
function hasCustomSelectors(trail: Trail): boolean {
  return !isDeepStrictEqual(selectorsOf(trail), DEFAULT_SELECTORS);
}

/** The model's `Trail`, as GetTrail and DescribeTrails answer it. */
export function trailDescription(trail: Trail): Record<string, unknown> {
  return {
    ...trailAnswer(trail),
    HomeRegion: trail.home_region,
    HasCustomEventSelectors: hasCustomSelectors(trail),
    HasInsightSelectors: trail.insight_selectors !== null,
  };
}
