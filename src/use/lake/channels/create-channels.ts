import type { CallContext, Operation, OperationInput } from '../../../aws/operation.ts';
import type { ChannelPort } from '../../../aws/ports.ts';
import { channelArnOf } from './channel-input.ts';
import type { ChannelTable } from './channel-table.ts';
import { deleteChannel, updateChannel } from './operations/change-channels.ts';
import { createChannel } from './operations/create-channel.ts';
import type { ChannelDeps, Handle } from './operations/deps.ts';
import { getChannel, listChannels } from './operations/read-channels.ts';

const TABLE: readonly (readonly [name: string, handle: Handle, ofOne: boolean])[] = [
  ['CreateChannel', createChannel, false],
  ['GetChannel', getChannel, true],
  ['ListChannels', listChannels, false],
  ['UpdateChannel', updateChannel, true],
  ['DeleteChannel', deleteChannel, true],
];

/** The channel operations of `cloudtrail`: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html */
export function channelOperations(deps: ChannelDeps): readonly Operation[] {
  return TABLE.map(([name, handle, ofOne]) => ({
    service: 'cloudtrail',
    name,
    ...(ofOne ? { resources: namedChannel } : {}),
    handle: (input, context) => handle(deps, input, context),
  }));
}

/** What policies are asked about. */
function namedChannel(input: OperationInput, context: CallContext): readonly string[] {
  const given = input['Channel'];
  return [(typeof given === 'string' ? channelArnOf(given, context) : undefined) ?? '*'];
}

/** Channels as event data stores see them. */
export function channelPort(table: ChannelTable): ChannelPort {
  return {
    destinationsOf: (channelArn) => JSON.parse(table.get(channelArn)?.destinations ?? '[]') as string[],
    channelsOf: (storeArn) =>
      table
        .all()
        .filter(({ destinations }) => (JSON.parse(destinations) as string[]).includes(storeArn))
        .map(({ arn }) => arn),
  };
}
