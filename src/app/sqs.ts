import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config.ts';
import type { MasterKey } from '../embedded/iam/master-key.ts';
import { openEmbeddedSqs } from '../embedded/sqs/index.ts';
import type { Closing } from './closing.ts';
import type { Store } from './store.ts';

export type SqsDeps = {
  readonly config: Config;
  readonly store: Pick<Store, 'queues'>;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closing: Closing;
};

/** Queues in a file of their own. */
export async function openSqs({ config, store, masterKey, clock, log, closing }: SqsDeps) {
  const { mac } = masterKey;
  const publicUrl = config.public_url;
  const sqs = await openEmbeddedSqs({ settings: store.queues, mac, publicUrl, clock, log });
  closing.add('queues', () => sqs.stop());
  return sqs;
}
