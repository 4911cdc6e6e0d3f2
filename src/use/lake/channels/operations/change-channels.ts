import { AwsError } from '../../../../aws/errors.ts';
import { channelName, findChannel, optionalText } from '../channel-input.ts';
import { readDestinations, shownDestinations } from '../destinations.ts';
import type { ChannelRow } from '../settings.ts';
import { checkName } from './create-channel.ts';
import type { Handle } from './deps.ts';

/** In force for what comes after it. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateChannel.html */
export const updateChannel: Handle = async (deps, input, context) => {
  const row = findChannel(deps.table, input, context);
  const name = optionalText(input, 'Name');
  const destinations = input['Destinations'] ?? undefined;
  if (name === undefined && destinations === undefined)
    throw new AwsError('InvalidParameterException', 'Name or Destinations must be specified.');
  const change: Partial<Pick<ChannelRow, 'name' | 'destinations'>> = {
    ...(name === undefined ? {} : { name: channelName(name) }),
    ...(destinations === undefined
      ? {}
      : { destinations: JSON.stringify(await readDestinations(input, context, deps.stores)) }),
  };
  const others = deps.table.of(context.accountId, context.region).filter(({ arn }) => arn !== row.arn);
  if (change.name !== undefined) checkName(others, change.name);
  await deps.table.update(row.arn, change);
  const now = { ...row, ...change };
  return {
    output: {
      ChannelArn: now.arn,
      Name: now.name,
      Source: now.source,
      Destinations: shownDestinations(now),
    },
  };
};

/** Its tokens end with it. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteChannel.html */
export const deleteChannel: Handle = async (deps, input, context) => {
  const { arn } = findChannel(deps.table, input, context);
  await deps.table.remove(arn);
  deps.senders.forget(arn);
  await deps.extras.forget(arn);
  return { output: {} };
};
