import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import { optionalText } from './inputs.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** An ARN or the id at its end. */
const EVENT_DATA_STORE = new RegExp(
  `^(?:arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\\d{12}:eventdatastore/)?${UUID}$`,
);

/** There are no event data stores yet, so each is an unknown one: EventDataStoreNotFoundException, or EventDataStoreARNInvalidException. */
function refuseEventDataStore(given: string): AwsError {
  const shown = given.slice(0, 200);
  return EVENT_DATA_STORE.test(given)
    ? new AwsError('EventDataStoreNotFoundException', `Event data store ${shown} was not found.`)
    : new AwsError(
        'EventDataStoreARNInvalidException',
        `${JSON.stringify(shown)} is not the ARN or the ID suffix of an event data store.`,
      );
}

/** `TrailName` where a trail or an event data store is to be named, exactly one of them. Throws InvalidParameterCombinationException. */
export function trailTarget(input: OperationInput): string {
  const trailName = optionalText(input, 'TrailName');
  const eventDataStore = optionalText(input, 'EventDataStore');
  if ((trailName === undefined) === (eventDataStore === undefined)) {
    throw combination(
      `Specify either TrailName or EventDataStore, but not ${trailName === undefined ? 'none' : 'both'}.`,
    );
  }
  if (eventDataStore !== undefined) throw refuseEventDataStore(eventDataStore);
  return trailName ?? '';
}

export function combination(message: string): AwsError {
  return new AwsError('InvalidParameterCombinationException', message);
}
