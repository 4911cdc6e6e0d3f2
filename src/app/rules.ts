import type { LogSinkPort, OrganizationPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import { createOutbound } from '../base/outbound.ts';
import { publicOr } from '../base/private-address.ts';
import type { Config } from '../config.ts';
import { columnsOf } from '../record/columns.ts';
import { createFollower } from '../store/follow/follower.ts';
import { createRules } from '../use/rules/create-rules.ts';
import type { Closing } from './closing.ts';
import type { Embedded } from './embedded.ts';
import type { OwnAddress } from './own-address.ts';
import type { Store } from './store.ts';

const NAME = 'rules';

export type RulesDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly embedded: Pick<
    Embedded,
    'serving' | 'roles' | 'topics' | 'queues' | 'functions' | 'mail' | 'masterKey'
  >;
  /** Where log groups are. */
  readonly logs: LogSinkPort;
  readonly organizationOf: OrganizationPort['of'];
  readonly address: OwnAddress;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

/** Rules over what is recorded, and their targets. */
export async function openRules(deps: RulesDeps) {
  const { config, store, embedded, address, clock, log, metrics, closing } = deps;
  const { settings, journal, cursors, events } = store;
  const outbound = createOutbound({
    connectTimeout: 5000,
    timeout: 5000,
    maxAnswerBytes: 1024 * 1024,
    addresses: publicOr(config.webhook_allow),
  });
  closing.add('webhooks', () => outbound.stop());
  const { seal, open } = embedded.masterKey;
  const rules = createRules({
    settings,
    history: { events, columnsOf },
    topics: embedded.topics,
    queues: embedded.queues,
    functions: embedded.functions,
    mail: embedded.mail,
    logs: deps.logs,
    // Another IAM cannot be asked what a role may.
    roles: embedded.serving.upstreamOf('iam') === 'embedded' ? embedded.roles : undefined,
    organizationOf: deps.organizationOf,
    outbound,
    isOwn: address.isOwn,
    sealing: { seal, open },
    newId: newEventId,
    clock,
    log,
    metrics,
  });
  // What was recorded before there were rules fires none.
  if ((await cursors.get(NAME)) === 0) await cursors.set(NAME, journal.head());
  const follower = createFollower({
    name: NAME,
    journal,
    cursors,
    fallback: events.bySequence,
    apply: rules.apply,
    maxBytes: 4 * 1024 * 1024,
    maxEntries: 2000,
    linger: 20,
    clock,
    log,
  });
  await rules.start();
  await follower.start();
  closing.add('rules', async () => {
    await follower.stop();
    await rules.stop();
  });
  return { operations: rules.operations, buses: rules.buses, status: () => follower.status() };
}
