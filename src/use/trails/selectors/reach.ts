import type { PlainColumns } from '../../../record/event-record.ts';
import type { Trail } from '../trail-store.ts';
import type { EventFacts } from '../../../aws/event-selectors/event-facts.ts';

/** Recorded as us-east-1: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set([
  'iam.amazonaws.com',
  'sts.amazonaws.com',
  'cloudfront.amazonaws.com',
]);

/** Whether the event is of the trail's regions, whatever its selectors say. */
export function isOfRegions(trail: Trail, columns: Pick<PlainColumns, 'region' | 'source'>): boolean {
  if (trail.multi_region === 1) return true;
  if (regionOf(trail, columns.region) !== trail.home_region) return false;
  return trail.global_events === 1 || columns.region !== 'us-east-1' || !GLOBAL_SERVICES.has(columns.source);
}

/** CloudTrail's own delivery into the trail's bucket, where the trail is not to log these: `RecursiveLogging` of the API's CreateTrail. */
export function isOwnDelivery(trail: Trail, columns: PlainColumns, facts: EventFacts): boolean {
  if (trail.recursive_logging === 1 || columns.sourceIp !== CLOUDTRAIL || columns.category !== 'Data')
    return false;
  return facts.resources().some(({ arn }) => arn.startsWith(`arn:aws:s3:::${trail.bucket}/`));
}

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** Ingested records say what they like: a text that is no region must not become part of a key. */
export function regionOf(trail: Trail, region: string): string {
  return /^[A-Za-z0-9-]{1,40}$/.test(region) ? region : trail.home_region;
}
