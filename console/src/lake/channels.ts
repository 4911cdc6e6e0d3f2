import type { ApiClient } from '../aws/client.ts';
import { object, objects, pages, text, time, type Json } from '../aws/pages.ts';

type Api = Pick<ApiClient, 'json' | 'cloudtrail'>;

/** Where events of one's own services come in. Times in milliseconds; 0 and '' for what was not yet. */
export type Channel = {
  readonly arn: string;
  readonly name: string;
  readonly source: string;
  /** ARNs of event data stores. */
  readonly stores: readonly string[];
  readonly tried: number;
  readonly succeeded: number;
  /** Code of what the last attempt failed with. */
  readonly error: string;
};

/** Those that lead into the store. */
export async function channelsOf(api: Api, store: string, signal?: AbortSignal): Promise<readonly Channel[]> {
  const asked = { service: 'cloudtrail', operation: 'ListChannels', list: 'Channels' } as const;
  const names = (await pages(api, asked, signal)).map((one) => text(one['ChannelArn']));
  // At most 25 of an account in a region.
  const all = await Promise.all(
    names.map(async (Channel) => readChannel(await api.cloudtrail('GetChannel', { Channel }, signal))),
  );
  return all.filter(({ stores }) => stores.includes(store));
}

function readChannel(one: Json): Channel {
  const status = object(one['IngestionStatus']);
  return {
    arn: text(one['ChannelArn']),
    name: text(one['Name']),
    source: text(one['Source']),
    stores: objects(one['Destinations']).map((destination) => text(destination['Location'])),
    tried: time(status['LatestIngestionAttemptTime']),
    succeeded: time(status['LatestIngestionSuccessTime']),
    error: text(status['LatestIngestionErrorCode']),
  };
}
