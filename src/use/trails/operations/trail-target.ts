import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import { optionalText } from './inputs.ts';

/**
 * `TrailName` where a trail or an event data store is to be named, exactly one of them: a store alone is no matter of trails and does not come here.
 * Throws InvalidParameterCombinationException.
 */
export function trailTarget(input: OperationInput): string {
  const trailName = optionalText(input, 'TrailName');
  const eventDataStore = optionalText(input, 'EventDataStore');
  if (trailName !== undefined && eventDataStore === undefined) return trailName;
  throw combination(
    `Specify either TrailName or EventDataStore, but not ${trailName === undefined ? 'none' : 'both'}.`,
  );
}

export function combination(message: string): AwsError {
  return new AwsError('InvalidParameterCombinationException', message);
}
