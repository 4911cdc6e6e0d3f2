import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { isoSeconds } from '../../../base/clock.ts';
import { aggregationError } from '../aggregation/stretches.ts';
import { checkTrailName, isArn, parseTrailArn } from '../trail-name.ts';
import { membershipOf } from '../organizations/memberships.ts';
import { visibleTrails, type Trail } from '../trail-store.ts';
import { deliveredMembers } from './delivered-members.ts';
import { trailDescription } from './describe.ts';
import { findTrail, trailNamed } from './find-trail.ts';
import { optionalFlag, optionalList, optionalText } from './inputs.ts';
import type { TrailOperationDeps } from './deps.ts';

export async function getTrail(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailNamed(input), context);
  return { output: { Trail: trailDescription(trail) } };
}

/** Names match in the calling region, ARNs anywhere; unknown ones are left out, those that cannot be any are refused: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html */
export async function describeTrails(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const wanted = (optionalList(input, 'trailNameList') ?? []).map(String);
  for (const name of wanted) {
    if (isArn(name)) parseTrailArn(name);
    else checkTrailName(name);
  }
  const shadows = optionalFlag(input, 'includeShadowTrails') ?? true;
  const trails = await seenBy(deps, context);
  const found = trails.filter((trail) => {
    const isOwn = trail.account === context.accountId;
    const isHome = isOwn && trail.home_region === context.region;
    if (wanted.length > 0) return isNamed(trail, wanted, isHome);
    return isHome || (shadows && (trail.multi_region === 1 || trail.home_region === context.region));
  });
  return { output: { trailList: found.map(trailDescription) } };
}

/** All of the account's trails and its organization's, each once, wherever it is asked. */
export async function listTrails(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  // Everything comes on one page, so no token was ever given out.
  if (optionalText(input, 'NextToken'))
    throw new AwsError('InvalidTokenException', 'The specified NextToken is not valid.');
  const trails = await seenBy(deps, context);
  const list = trails.map((trail) => ({
    TrailARN: trail.arn,
    Name: trail.name,
    HomeRegion: trail.home_region,
  }));
  return { output: { Trails: list } };
}

async function seenBy({ settings }: TrailOperationDeps, { accountId }: CallContext): Promise<Trail[]> {
  return visibleTrails(settings, accountId, (await membershipOf(settings, accountId))?.organization);
}

/** The legacy texts ("no longer in use") are still answered: ISO times or `""`. Extended: `DeliveredFiles` (ARCHITECTURE.md). */
export async function getTrailStatus(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailNamed(input), context);
  const deliveryError = trail.delivery_error ?? (await aggregationError(deps.settings, trail.id));
  return {
    extensions: await deliveredMembers(deps.settings, trail, context.extensions),
    output: {
      IsLogging: trail.logging === 1,
      ...times(trail),
      ...(deliveryError === null ? {} : { LatestDeliveryError: deliveryError }),
      ...(trail.digest_error === null ? {} : { LatestDigestDeliveryError: trail.digest_error }),
      ...(trail.logs_error === null ? {} : { LatestCloudWatchLogsDeliveryError: trail.logs_error }),
      LatestDeliveryAttemptTime: isoOrEmpty(trail.attempted_at),
      ...(trail.notify_error === null ? {} : { LatestNotificationError: trail.notify_error }),
      LatestNotificationAttemptTime: isoOrEmpty(trail.notify_attempted_at),
      LatestNotificationAttemptSucceeded: isoOrEmpty(trail.notified_at),
      LatestDeliveryAttemptSucceeded: isoOrEmpty(trail.delivered_at),
      TimeLoggingStarted: isoOrEmpty(trail.started_at),
      TimeLoggingStopped: isoOrEmpty(trail.stopped_at),
    },
  };
}

function isNamed(trail: Trail, wanted: readonly string[], isHome: boolean): boolean {
  return wanted.some((name) => (isArn(name) ? trail.arn === name : isHome && trail.name === name));
}

function times(trail: Trail): Record<string, Date> {
  const members = {
    LatestDeliveryTime: trail.delivered_at,
    LatestNotificationTime: trail.notified_at,
    LatestCloudWatchLogsDeliveryTime: trail.logs_delivered_at,
    StartLoggingTime: trail.started_at,
    StopLoggingTime: trail.stopped_at,
    LatestDigestDeliveryTime: trail.digest_at,
  };
  const known = Object.entries(members).filter((entry): entry is [string, number] => entry[1] !== null);
  return Object.fromEntries(known.map(([name, at]) => [name, new Date(at)]));
}

function isoOrEmpty(at: number | null): string {
  return at === null ? '' : isoSeconds(at);
}
