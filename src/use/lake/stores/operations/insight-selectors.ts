import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { InsightSelector } from '../../../../aws/event-selectors/insight-selectors.ts';
import {
  readInsightSelectors,
  refuseInsights,
} from '../../../../aws/event-selectors/read-insight-selectors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { policyOf } from '../../resources/policies.ts';
import { checkInsights, insightsOf } from '../insights/store-insights.ts';
import {
  categoriesOf,
  checkActive,
  findStore,
  parseStore,
  selectorsOf,
  storeArn,
  type StoredStore,
} from '../store-rows.ts';
import { changeRules } from '../stretches.ts';
import { momentOf } from './create-store.ts';
import type { StoreOperationDeps } from './deps.ts';
import { checked, invalidParameter, store } from './inputs.ts';

const ACTION = 'cloudtrail:PutInsightSelectors';

const PUT = {
  EventDataStore: store,
  InsightsDestination: store.optional(),
  InsightSelectors: z.unknown().optional(),
};

/**
 * Which insights of a store's management events another store takes in from now on; an empty list ends it. Policies are asked about both.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
 */
export async function putInsightSelectors(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(PUT, input);
  const asked = readInsightSelectors(input);
  checkCategories(asked);
  const named = destinationOf(given.InsightsDestination, asked);
  if (named !== undefined) await authorizeDestination(deps, named, context);
  const after = await deps.settings.transaction().execute(async (tx) => {
    const within = { ...deps, settings: tx };
    const found = checkActive(await findStore(within, given.EventDataStore, context));
    const destination =
      named === undefined ? undefined : checkActive(await findStore(within, named, context));
    if (destination !== undefined) checkPair(found, destination, asked);
    const change = {
      insight_selectors: destination === undefined ? null : JSON.stringify(asked),
      insight_destination: destination?.id ?? null,
      updated_at: deps.clock.now(),
    };
    await tx.updateTable('lake_stores').set(change).where('id', '=', found.id).execute();
    const changed = { ...found, ...change };
    await changeRules(tx, changed, momentOf(deps));
    return changed;
  });
  await deps.dataSelection.refresh();
  return answer(after);
}

/** Throws InsightNotEnabledException where there are none: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html */
export async function getInsightSelectors(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  const found = checkActive(await findStore(deps, EventDataStore, context));
  if (insightsOf(found) === undefined)
    throw new AwsError(
      'InsightNotEnabledException',
      `Event data store ${found.arn} does not have Insights enabled.`,
    );
  return answer(found);
}

function answer(found: StoredStore): OperationOutput {
  const insights = insightsOf(found);
  return {
    output: {
      EventDataStoreArn: found.arn,
      ...(insights === undefined
        ? {}
        : { InsightsDestination: storeArn({ ...found, id: insights.destination }) }),
      InsightSelectors: insights?.selectors ?? [],
    },
  };
}

/** As in AWS, data events are for trails. */
function checkCategories(asked: readonly InsightSelector[]): void {
  if (asked.some(({ EventCategories }) => EventCategories.includes('Data')))
    throw refuseInsights(
      'Insights on data events are not supported on event data stores: EventCategories must be Management.',
    );
}

/** Undefined where nothing is asked for any more. Throws InvalidParameterCombinationException. */
function destinationOf(given: string | undefined, asked: readonly InsightSelector[]): string | undefined {
  if (asked.length === 0) return undefined;
  if (given !== undefined) return given;
  throw new AwsError(
    'InvalidParameterCombinationException',
    'InsightsDestination must be specified together with EventDataStore.',
  );
}

async function authorizeDestination(
  { settings }: StoreOperationDeps,
  named: string,
  context: CallContext,
): Promise<void> {
  const { id, arn } = parseStore(named);
  const asked = arn ?? storeArn({ id, account: context.accountId, region: context.region });
  context.authorize(ACTION, asked, { resourcePolicy: await policyOf(settings, asked) });
}

function checkPair(source: StoredStore, destination: StoredStore, asked: readonly InsightSelector[]): void {
  if (source.account !== destination.account)
    throw invalidParameter(
      `Event data stores ${source.arn} and ${destination.arn} must belong to the same account.`,
    );
  if (!categoriesOf(selectorsOf(destination)).includes('Insight'))
    throw refuseInsights(
      `InsightsDestination must be an event data store that logs Insights events: ${destination.arn} does not.`,
    );
  checkInsights(source, asked);
}
