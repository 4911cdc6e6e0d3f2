import type { MailPort } from '../aws/ports.ts';
import { createSqsQueues } from '../aws/sqs-queues.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { publicOr } from '../base/private-address.ts';
import type { Config } from '../config.ts';
import type { MasterKey } from '../embedded/iam/master-key.ts';
import { openEmbeddedSns, type EmbeddedSns } from '../embedded/sns/index.ts';
import type { OwnAddress } from './own-address.ts';
import type { ServingTable } from './serving.ts';
import type { Store } from './store.ts';
import { upstreamKey } from './upstream-key.ts';

export type SnsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings'>;
  readonly masterKey: MasterKey;
  readonly serving: ServingTable;
  readonly address: OwnAddress;
  readonly mail: MailPort | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Topics over the queues, webhooks and mailboxes that they may reach. */
export async function openSns(deps: SnsDeps): Promise<EmbeddedSns> {
  const { config, store, masterKey, address, mail, clock, log } = deps;
  return openEmbeddedSns({
    settings: store.settings,
    masterKey,
    url: address.url,
    addresses: publicOr(config.webhook_allow),
    queues: await queuesOf(deps),
    mail,
    clock,
    log,
  });
}

/** The SQS that was named, else where sqs is forwarded to. */
async function queuesOf({ config, serving, clock }: SnsDeps) {
  const endpoint = config.sqs_endpoint ?? serving.upstreamOf('sqs');
  if (endpoint === undefined || endpoint === 'embedded') return undefined;
  return createSqsQueues({ endpoint, credentials: await upstreamKey(config), clock });
}
