import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import type { Operation } from '../../aws/operation.ts';
import type { FunctionPort, MailPort, QueuePort, TopicPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { createOutbound } from '../../base/outbound.ts';
import type { AddressRule } from '../../base/private-address.ts';
import { Deliverer } from './deliver/deliverer.ts';
import { confirmSubscription } from './operations/confirm-subscription.ts';
import { permissionOperations } from './operations/permissions.ts';
import { publishOperations } from './operations/publish.ts';
import type { SnsParts } from './operations/sns-operation.ts';
import { subscribe } from './operations/subscribe.ts';
import { subscriptionOperations } from './operations/subscriptions.ts';
import { tagOperations } from './operations/tags.ts';
import { topicOperations } from './operations/topics.ts';
import { unsubscribe } from './operations/unsubscribe.ts';
import { createSigningKeys } from './signing-keys.ts';
import type { Mac } from './tokens.ts';
import { createTopicPort } from './topic-port.ts';
import { createPolicies, type SnsSettings } from './topic-store.ts';

export { CERTIFICATES } from './envelope.ts';
export { snsMigrations, type SnsTables } from './settings.ts';

export type EmbeddedSnsDeps = {
  readonly settings: SnsSettings;
  readonly masterKey: {
    readonly seal: (purpose: string, text: string) => string;
    readonly open: (purpose: string, sealed: string) => string | undefined;
    readonly mac: Mac;
  };
  /** Our own address as others reach it: `https://HOST[:PORT]`. */
  readonly url: () => string;
  /** Which addresses webhooks may go to. */
  readonly addresses: AddressRule;
  readonly queues: QueuePort;
  /** Undefined where nobody serves lambda. */
  readonly functions: FunctionPort | undefined;
  /** Undefined where no mail server is known. */
  readonly mail: MailPort | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

export type EmbeddedSns = {
  readonly operations: readonly Operation[];
  readonly topics: TopicPort;
  /** PEM of the certificate by which messages are verified. */
  readonly certificate: (fingerprint: string) => Promise<string | undefined>;
  /** Delivers from now on. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

/** Topics, behind the SNS API. */
export function openEmbeddedSns(deps: EmbeddedSnsDeps): EmbeddedSns {
  const { settings, masterKey, url, addresses, queues, functions, mail, clock, log } = deps;
  const keys = createSigningKeys({ settings, seal: masterKey.seal, open: masterKey.open });
  const outbound = createOutbound({
    connectTimeout: 5000,
    timeout: 15_000,
    maxAnswerBytes: 64 * 1024,
    addresses,
  });
  const { mac } = masterKey;
  const deliverer = new Deliverer({
    settings,
    keys,
    mac,
    url,
    outbound,
    queues,
    functions,
    mail,
    clock,
    log,
  });
  const parts: SnsParts = {
    settings,
    policies: createPolicies(settings),
    mac,
    clock,
    wake: () => deliverer.wake(),
    endpoints: {
      hasMail: mail !== undefined,
      hasFunctions: functions !== undefined,
      isOpen: (endpoint) => isOpen(endpoint, addresses),
    },
  };
  return {
    operations: [
      ...topicOperations(parts),
      ...permissionOperations(parts),
      subscribe(parts),
      confirmSubscription(parts),
      unsubscribe(parts),
      ...subscriptionOperations(parts),
      ...publishOperations(parts),
      ...tagOperations(parts),
    ],
    topics: createTopicPort(parts),
    certificate: keys.certificate,
    start: () => deliverer.start(),
    stop: async () => {
      await deliverer.stop();
      await outbound.stop();
    },
  };
}

/** Told early, where it can be; what counts is judged again on every connection. */
async function isOpen(endpoint: string, addresses: AddressRule): Promise<boolean> {
  const host = new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return addresses(host);
  try {
    const found = await lookup(host, { all: true });
    return found.some(({ address }) => addresses(address));
  } catch {
    return true;
  }
}
