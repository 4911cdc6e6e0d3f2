/** Event data stores, as those need them who send events there: channels. */
export type EventDataStorePort = {
  /** By ARN or by the id at its end; undefined where the account has none of that name in the region. */
  readonly find: (query: {
    readonly account: string;
    readonly region: string;
    readonly store: string;
  }) => Promise<EventDataStoreFacts | undefined>;
};

export type EventDataStoreFacts = {
  readonly arn: string;
  /** What it logs: `ActivityAuditLog`, `Management`, … as its advanced event selectors say. */
  readonly categories: readonly string[];
  /** False while it waits for its deletion. */
  readonly isActive: boolean;
};

/** Channels, as event data stores see them. An event of a channel names it: `metadata.channelARN` of its record. */
export type ChannelPort = {
  /** ARNs of the stores that a channel's events go to now; none of a channel that is not there. Known without waiting. */
  readonly destinationsOf: (channelArn: string) => readonly string[];
  /** ARNs of the channels that send to a store: it cannot be deleted while there are any (ChannelExistsForEDSException). */
  readonly channelsOf: (storeArn: string) => readonly string[];
};
