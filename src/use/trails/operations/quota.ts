import { AwsError } from '../../../aws/errors.ts';
import type { Trail } from '../trail-store.ts';

/**
 * Throws MaximumNumberOfTrailsExceededException when `trail` is one too many in a region. A multi-region trail counts in every region:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
 */
export function checkQuota(existing: readonly Trail[], trail: Trail, quota: number): void {
  const others = existing.filter((other) => other.arn !== trail.arn);
  const regions = new Set([trail.home_region]);
  if (trail.multi_region === 1) for (const other of others) regions.add(other.home_region);
  for (const region of regions) {
    const count = others.filter((other) => other.multi_region === 1 || other.home_region === region).length;
    if (count < quota) continue;
    throw new AwsError(
      'MaximumNumberOfTrailsExceededException',
      `User: ${trail.account} already has ${count} trails in ${region}.`,
    );
  }
}
