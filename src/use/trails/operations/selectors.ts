import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { findTrail, trailNamed } from './find-trail.ts';
import type { TrailOperationDeps } from './deps.ts';

/** What every trail selects until selectors can be put: all management events. */
const DEFAULT_SELECTOR = {
  ReadWriteType: 'All',
  IncludeManagementEvents: true,
  DataResources: [],
  ExcludeManagementEventSources: [],
};

export async function getEventSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailNamed(input, 'TrailName'), context);
  return { output: { TrailARN: trail.arn, EventSelectors: [DEFAULT_SELECTOR] } };
}

/** No trail has Insights yet, which AWS answers with an error. */
export async function getInsightSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailNamed(input, 'TrailName'), context);
  throw new AwsError('InsightNotEnabledException', `Trail ${trail.arn} does not have Insights enabled.`);
}
