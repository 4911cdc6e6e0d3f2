import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { compileSelectors } from '../../../aws/event-selectors/compile.ts';
import { missingFor, type InsightSelector } from '../../../aws/event-selectors/insight-selectors.ts';
import { readInsightSelectors, refuseInsights } from '../../../aws/event-selectors/read-insight-selectors.ts';
import { encryptionOf } from '../encryption.ts';
import { insightSelectorsOf } from '../insights/insight-selectors.ts';
import { putInsights, selectorsOf } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';
import type { TrailOperationDeps } from './deps.ts';
import { findOwnTrail, findTrail } from './find-trail.ts';
import { optionalText } from './inputs.ts';
import { checkBucket } from './trail-inputs.ts';
import { combination, trailTarget } from './trail-target.ts';

/** Which insights the trail logs from now on; an empty list ends it: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html */
export async function putInsightSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const name = trailTarget(input);
  if (optionalText(input, 'InsightsDestination') !== undefined)
    throw combination(
      'InsightsDestination can be specified for event data stores only, not together with TrailName.',
    );
  const asked = readInsightSelectors(input);
  const before = await findOwnTrail(deps.settings, name, context);
  checkIsLogged(before, asked);
  if (asked.length > 0) await checkBucket(deps.buckets, deliveryOf(before));
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, name, context);
    await putInsights(tx, found, { insights: asked, newest: deps.journal.newest() });
    return found;
  });
  return answer(trail, asked);
}

/** Throws InsightNotEnabledException where there are none: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html */
export async function getInsightSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailTarget(input), context);
  const asked = insightSelectorsOf(trail);
  if (asked.length === 0)
    throw new AwsError('InsightNotEnabledException', `Trail ${trail.arn} does not have Insights enabled.`);
  return answer(trail, asked);
}

function answer(trail: Trail, InsightSelectors: readonly InsightSelector[]): OperationOutput {
  return { output: { TrailARN: trail.arn, InsightSelectors } };
}

function checkIsLogged(trail: Trail, asked: readonly InsightSelector[]): void {
  const missing = missingFor(compileSelectors(selectorsOf(trail)), asked);
  if (missing !== undefined)
    throw refuseInsights(
      `Trail ${trail.arn} logs no ${missing.events} events, which ${missing.type} for ${missing.category} events needs.`,
    );
}

function deliveryOf(trail: Trail): Parameters<typeof checkBucket>[1] {
  return {
    bucket: trail.bucket,
    keyPrefix: trail.key_prefix,
    trailArn: trail.arn,
    accountId: trail.account,
    kms: encryptionOf(trail),
    organization: trail.organization ?? undefined,
  };
}
