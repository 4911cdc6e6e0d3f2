import type { FunctionPort, MailPort, QueuePort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { publicOr } from '../base/private-address.ts';
import type { Config } from '../config.ts';
import type { MasterKey } from '../embedded/iam/master-key.ts';
import { openEmbeddedSns } from '../embedded/sns/index.ts';
import type { OwnAddress } from './own-address.ts';
import { snsCertificateRoute } from './routes/sns-certificates.ts';
import type { Store } from './store.ts';

export type SnsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'settings'>;
  readonly masterKey: MasterKey;
  readonly queues: QueuePort;
  readonly functions: FunctionPort | undefined;
  readonly address: OwnAddress;
  readonly mail: MailPort | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Topics over the queues, webhooks and mailboxes that they may reach. */
export async function openSns(deps: SnsDeps) {
  const { config, store, masterKey, queues, functions, address, mail, clock, log } = deps;
  const sns = openEmbeddedSns({
    settings: store.settings,
    masterKey,
    url: address.url,
    addresses: publicOr(config.webhook_allow),
    queues,
    functions,
    mail,
    clock,
    log,
  });
  return { ...sns, routes: [snsCertificateRoute(sns)] };
}
