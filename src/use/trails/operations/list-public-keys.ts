import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { optionalText, optionalTime } from './inputs.ts';
import type { TrailOperationDeps } from './deps.ts';

/** The keys whose validity touches the range; without one, those that are valid now: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html */
export async function listPublicKeys(
  deps: TrailOperationDeps,
  input: OperationInput,
): Promise<OperationOutput> {
  if (optionalText(input, 'NextToken'))
    throw new AwsError('InvalidTokenException', 'The specified NextToken is not valid.');
  const now = deps.clock.now();
  const from = optionalTime(input, 'StartTime')?.getTime() ?? now;
  const to = optionalTime(input, 'EndTime')?.getTime() ?? Math.max(now, from);
  if (from > to) {
    throw new AwsError(
      'InvalidTimeRangeException',
      `StartTime ${new Date(from).toISOString()} is later than EndTime ${new Date(to).toISOString()}.`,
    );
  }
  if (from <= now && now <= to) await deps.keys.signingKey(now);
  const keys = await deps.keys.list(from, to);
  const list = keys.map((key) => ({
    Value: key.der,
    ValidityStartTime: new Date(key.validFrom),
    ValidityEndTime: new Date(key.validTo),
    Fingerprint: key.fingerprint,
  }));
  return { output: { PublicKeyList: list } };
}
