import type { Trail } from '../trail-store.ts';

/** Whose events: of an account of an organization (`o-…`), or of the trail's own ('' ). */
export type StreamOwner = { readonly organization: string; readonly account: string };

/** The stream that an account's events go to: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-cloudwatch-log-group-log-stream-naming.html */
export function streamOf(trail: Pick<Trail, 'home_region'>, { organization, account }: StreamOwner): string {
  const prefix = organization === '' ? '' : `${organization}_`;
  return `${prefix}${account}_CloudTrail_${trail.home_region}`;
}
