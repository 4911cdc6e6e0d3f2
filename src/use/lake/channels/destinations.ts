import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../../aws/operation.ts';
import type { EventDataStorePort } from '../../../aws/ports.ts';
import { shown } from './channel-input.ts';

const MOST = 200;
const LOCATION = /^[a-zA-Z0-9._/\-:]{3,1024}$/;
const STORE_ARN = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:eventdatastore\/[0-9a-f-]{36}$/;
const STORE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CATEGORY = 'ActivityAuditLog';

export type Destination = { readonly Type: 'EVENT_DATA_STORE'; readonly Location: string };

/**
 * ARNs of the event data stores that `Destinations` names. Throws InvalidParameterException, EventDataStoreARNInvalidException,
 * EventDataStoreNotFoundException, InactiveEventDataStoreException, InvalidEventDataStoreCategoryException.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Destination.html
 */
export async function readDestinations(
  input: OperationInput,
  context: CallContext,
  stores: EventDataStorePort,
): Promise<readonly string[]> {
  const given: unknown = input['Destinations'];
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST)
    throw invalid(`Destinations must hold 1 to ${MOST} destinations.`);
  const arns: string[] = [];
  for (const one of given as readonly unknown[]) arns.push(await storeOf(locationOf(one), context, stores));
  if (new Set(arns).size < arns.length) throw invalid('Destinations names an event data store twice.');
  return arns;
}

export function shownDestinations(row: { readonly destinations: string }): readonly Destination[] {
  return (JSON.parse(row.destinations) as string[]).map((Location) => ({
    Type: 'EVENT_DATA_STORE',
    Location,
  }));
}

function locationOf(given: unknown): string {
  const { Type: type, Location: location } = (given ?? {}) as Record<string, unknown>;
  if (type !== 'EVENT_DATA_STORE')
    throw invalid(
      `The destination type ${shown(String(type))} is not valid: it must be EVENT_DATA_STORE; AWS_SERVICE is of channels that services of AWS make.`,
    );
  if (typeof location !== 'string' || !LOCATION.test(location))
    throw invalid(`The destination ${shown(String(location))} is not the ARN of an event data store.`);
  return location;
}

async function storeOf(
  location: string,
  { accountId: account, region }: CallContext,
  stores: EventDataStorePort,
): Promise<string> {
  if (!STORE_ARN.test(location) && !STORE_ID.test(location))
    throw new AwsError(
      'EventDataStoreARNInvalidException',
      `${shown(location)} is not the ARN of an event data store.`,
    );
  const store = await stores.find({ account, region, store: location });
  if (store === undefined)
    throw new AwsError('EventDataStoreNotFoundException', `There is no event data store ${shown(location)}.`);
  if (!store.isActive)
    throw new AwsError(
      'InactiveEventDataStoreException',
      `The event data store ${store.arn} waits for its deletion.`,
    );
  if (!store.categories.includes(CATEGORY))
    throw new AwsError(
      'InvalidEventDataStoreCategoryException',
      `The event data store ${store.arn} logs ${store.categories.join(', ')} events: the destination of a channel must log ${CATEGORY} events.`,
    );
  return store.arn;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
