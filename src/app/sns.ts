import type { MailPort } from '../aws/ports.ts';
import { createSqsQueues } from '../aws/sqs-queues.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { publicOr } from '../base/private-address.ts';
import type { Config } from '../config.ts';
import type { MasterKey } from '../embedded/iam/master-key.ts';
import { openEmbeddedSns } from '../embedded/sns/index.ts';
import { elsewhere } from './elsewhere.ts';
import type { OwnAddress } from './own-address.ts';
import { snsCertificateRoute } from './routes/sns-certificates.ts';
import type { ServingTable } from './serving.ts';
import type { Store } from './store.ts';

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
export async function openSns(deps: SnsDeps) {
  const { config, store, masterKey, address, mail, clock, log } = deps;
  const sns = openEmbeddedSns({
    settings: store.settings,
    masterKey,
    url: address.url,
    addresses: publicOr(config.webhook_allow),
    queues: await queuesOf(deps),
    mail,
    clock,
    log,
  });
  return { ...sns, routes: [snsCertificateRoute(sns)] };
}

/** The SQS that was named, else where sqs is forwarded to. */
async function queuesOf(deps: SnsDeps) {
  const there = await elsewhere('sqs', deps);
  return there && createSqsQueues({ ...there, clock: deps.clock });
}
