import { AwsError } from '../aws/errors.ts';
import type { EventDataStorePort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import { openChannelTable } from '../use/lake/channels/channel-table.ts';
import { openSenders } from '../use/lake/channels/senders.ts';
import { senderOperations } from '../use/lake/channels/operations/senders.ts';
import { channelOperations, channelPort } from '../use/lake/channels/create-channels.ts';
import type { FindResource } from '../use/lake/resources/kinds.ts';
import type { ResourceExtras } from '../use/lake/channels/operations/deps.ts';
import type { Closing } from './closing.ts';
import type { Store } from './store.ts';

export type ChannelsDeps = {
  readonly store: Pick<Store, 'settings'>;
  readonly stores: EventDataStorePort;
  readonly extras: ResourceExtras;
  readonly clock: Clock;
  readonly closing: Closing;
};

export type Channels = Awaited<ReturnType<typeof openChannels>>;

/** The ways by which events of one's own services come in, and where they lead. */
export async function openChannels({ store, stores, extras, clock, closing }: ChannelsDeps) {
  const table = await openChannelTable(store.settings);
  closing.add('channels', () => table.stop());
  const senders = await openSenders({ settings: store.settings, clock, newId: newEventId });
  closing.add('senders', () => senders.stop());
  const findResource: FindResource = async (arn, { accountId }) => {
    const channel = table.get(arn);
    if (channel?.account === accountId) return channel;
    throw new AwsError('ChannelNotFoundException', `Channel ${arn.slice(0, 200)} was not found.`);
  };
  return {
    table,
    senders,
    findResource,
    port: channelPort(table),
    policyOf: extras.policyOf,
    operations: channelOperations({ table, senders, stores, extras, clock, newId: newEventId }),
    senderOperations: senderOperations({ table, senders, clock }),
  };
}
