import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { policyOf } from '../../resources/policies.ts';
import { parseStore, storeArn, type FindDeps } from '../store-rows.ts';
import { createEventDataStore } from './create-store.ts';
import { deleteEventDataStore, restoreEventDataStore } from './delete-store.ts';
import type { StoreOperationDeps } from './deps.ts';
import { getEventConfiguration, putEventConfiguration } from './event-configuration.ts';
import { disableFederation, enableFederation } from './federation.ts';
import { getInsightSelectors, putInsightSelectors } from './insight-selectors.ts';
import { startIngestion, stopIngestion } from './ingestion.ts';
import { getEventDataStore, listEventDataStores } from './read-stores.ts';
import { updateEventDataStore } from './update-store.ts';

type Handle = (
  deps: StoreOperationDeps,
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput>;

const TABLE: readonly (readonly [name: string, handle: Handle, storeMember?: string])[] = [
  ['CreateEventDataStore', createEventDataStore],
  ['GetEventDataStore', getEventDataStore, 'EventDataStore'],
  ['ListEventDataStores', listEventDataStores],
  ['UpdateEventDataStore', updateEventDataStore, 'EventDataStore'],
  ['DeleteEventDataStore', deleteEventDataStore, 'EventDataStore'],
  ['RestoreEventDataStore', restoreEventDataStore, 'EventDataStore'],
  ['StartEventDataStoreIngestion', startIngestion, 'EventDataStore'],
  ['StopEventDataStoreIngestion', stopIngestion, 'EventDataStore'],
  ['EnableFederation', enableFederation, 'EventDataStore'],
  ['DisableFederation', disableFederation, 'EventDataStore'],
  ['PutEventConfiguration', putEventConfiguration, 'EventDataStore'],
  ['GetEventConfiguration', getEventConfiguration, 'EventDataStore'],
  ['PutInsightSelectors', putInsightSelectors, 'EventDataStore'],
  ['GetInsightSelectors', getInsightSelectors, 'EventDataStore'],
];

/** The operations on event data stores: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html */
export function storeOperations(deps: StoreOperationDeps): Operation[] {
  return TABLE.map(([name, handle, member]) => ({
    service: 'cloudtrail',
    name,
    ...(member === undefined ? {} : storeAccess(deps, storeNamed(member))),
    handle: (input, context) => handle(deps, input, context),
  }));
}

/** The store that an input names by ARN or id; undefined: none. */
export type NameOf = (input: OperationInput) => string | undefined;

export function storeNamed(member: string): NameOf {
  return (input) => {
    const value = input[member];
    return typeof value === 'string' ? value : undefined;
  };
}

/** Whom the endpoint asks about a store: the caller's policies, and the store's own where it is another account's. */
export function storeAccess(
  deps: FindDeps,
  nameOf: NameOf,
): Required<Pick<Operation, 'resources' | 'resourcePolicy' | 'resourceAccount'>> {
  const named = (input: OperationInput) => {
    try {
      return parseStore(nameOf(input) ?? '');
    } catch {
      return undefined;
    }
  };
  return {
    resources: (input, { accountId, region }) => {
      const store = named(input);
      if (store === undefined) return ['*'];
      return [store.arn ?? storeArn({ id: store.id, account: accountId, region })];
    },
    resourcePolicy: async (input) => {
      const arn = named(input)?.arn;
      return arn === undefined ? undefined : policyOf(deps.settings, arn);
    },
    resourceAccount: async (input, { accountId }) => {
      const owner = named(input)?.account;
      if (owner === undefined || owner === accountId) return undefined;
      // What a delegated administrator may is a matter of its own policies.
      const organization = await deps.organizations.of(accountId);
      const administers =
        organization?.managementAccount === owner && organization.administrators.includes(accountId);
      return administers ? undefined : owner;
    },
  };
}
