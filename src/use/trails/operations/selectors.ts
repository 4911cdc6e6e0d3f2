import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { readSelectors } from '../../../aws/event-selectors/read-selectors.ts';
import { putSelectors, selectorsOf } from '../selectors/trail-selectors.ts';
import { findOwnTrail, findTrail, trailNamed } from './find-trail.ts';
import type { TrailOperationDeps } from './deps.ts';

/** What the trail logs from now on: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html */
export async function putEventSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const selectors = readSelectors(input);
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, trailNamed(input, 'TrailName'), context);
    await putSelectors(tx, found, { selectors, newest: deps.journal.newest() });
    return found;
  });
  await deps.dataSelection.refresh();
  return { output: { TrailARN: trail.arn, ...selectors } };
}

export async function getEventSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailNamed(input, 'TrailName'), context);
  return { output: { TrailARN: trail.arn, ...selectorsOf(trail) } };
}
