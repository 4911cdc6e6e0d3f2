import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { KNOWN_REQUEST_KEYS } from '../event-context.ts';
import { checkActive, findStore, selectorsOf, categoriesOf, type StoredStore } from '../store-rows.ts';
import { changeRules, type ContextKeys } from '../stretches.ts';
import { momentOf } from './create-store.ts';
import type { StoreOperationDeps } from './deps.ts';
import { checked, invalidParameter, store } from './inputs.ts';

const PUT = {
  EventDataStore: store,
  MaxEventSize: z.enum(['Standard', 'Large']).optional(),
  ContextKeySelectors: z
    .array(
      z.object({
        Type: z.enum(['TagContext', 'RequestContext']),
        Equals: z.array(z.string().min(1).max(128)).min(1).max(50),
      }),
    )
    .max(2)
    .optional(),
};

/**
 * What is added to the events that a store takes in from now on. As in AWS, context needs large events.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventConfiguration.html
 */
export async function putEventConfiguration(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  if (input['AggregationConfigurations'] !== undefined && input['AggregationConfigurations'] !== null)
    throw new AwsError(
      'InvalidParameterCombinationException',
      'AggregationConfigurations can be specified for trails only, not together with EventDataStore.',
    );
  const given = checked(PUT, input);
  const after = await deps.settings.transaction().execute(async (tx) => {
    const found = checkActive(await findStore({ ...deps, settings: tx }, given.EventDataStore, context));
    checkCategory(found);
    const keys = given.ContextKeySelectors ?? keysOf(found);
    const size = given.MaxEventSize ?? found.max_event_size;
    checkKeys(keys, size);
    const change = {
      max_event_size: size,
      context_keys: JSON.stringify(keys),
      updated_at: deps.clock.now(),
    };
    await tx.updateTable('lake_stores').set(change).where('id', '=', found.id).execute();
    const changed = { ...found, ...change };
    if (changed.context_keys !== found.context_keys) await changeRules(tx, changed, momentOf(deps));
    return changed;
  });
  return answer(after);
}

export async function getEventConfiguration(
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { EventDataStore } = checked({ EventDataStore: store }, input);
  const found = await findStore(deps, EventDataStore, context);
  checkCategory(found);
  return answer(found);
}

function answer(found: StoredStore): OperationOutput {
  return {
    output: {
      EventDataStoreArn: found.arn,
      MaxEventSize: found.max_event_size,
      ContextKeySelectors: keysOf(found),
    },
  };
}

function keysOf({ context_keys: keys }: StoredStore): readonly ContextKeys[] {
  return JSON.parse(keys) as readonly ContextKeys[];
}

function checkCategory(found: StoredStore): void {
  const [category = 'Management'] = categoriesOf(selectorsOf(found));
  if (['Management', 'Data', 'NetworkActivity'].includes(category)) return;
  throw new AwsError(
    'InvalidEventDataStoreCategoryException',
    `Event data store ${found.arn} is for ${category} events, which have no event configuration.`,
  );
}

function checkKeys(keys: readonly ContextKeys[], size: StoredStore['max_event_size']): void {
  if (new Set(keys.map(({ Type }) => Type)).size < keys.length)
    throw invalidParameter('ContextKeySelectors may name each Type once.');
  if (keys.length > 0 && size !== 'Large')
    throw invalidParameter('MaxEventSize must be Large where ContextKeySelectors are specified.');
  const unknown = keys
    .filter(({ Type }) => Type === 'RequestContext')
    .flatMap(({ Equals }) => Equals)
    .find((key) => !KNOWN_REQUEST_KEYS.includes(key));
  if (unknown !== undefined)
    throw invalidParameter(
      `The request context key ${JSON.stringify(unknown)} cannot be added; those that can are ${KNOWN_REQUEST_KEYS.join(', ')}.`,
    );
}
