import type { Operation } from '../../aws/operation.ts';
import type {
  EventBusPort,
  FunctionPort,
  LogSinkPort,
  MailPort,
  OrganizationPort,
  QueuePort,
  RolePort,
  TopicPort,
} from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { Registry } from '../../base/metrics.ts';
import type { Outbound } from '../../base/outbound.ts';
import type { JournalEntry } from '../../store/contract.ts';
import { createBusPort } from './bus-port.ts';
import { createApiCaller, type Sealing } from './deliver/api-call.ts';
import { createAttempts } from './deliver/attempts.ts';
import { Deliverer } from './deliver/deliverer.ts';
import { createEnqueue } from './deliver/enqueue.ts';
import { send } from './deliver/send.ts';
import { createToBus } from './deliver/to-bus.ts';
import { createFollow } from './follow-journal.ts';
import { ruleOperations } from './operations/table.ts';
import type { History, RuleParts } from './rule-parts.ts';
import { createRuleTable } from './rule-table.ts';
import { runSchedules } from './run-schedules.ts';
import type { RuleSettings } from './settings.ts';
import { createStatus } from './status.ts';

export type RulesDeps = {
  readonly settings: RuleSettings;
  readonly history: History;
  readonly topics: TopicPort;
  /** Undefined where there is none: targets of that kind are refused. */
  readonly queues: QueuePort | undefined;
  readonly functions: FunctionPort | undefined;
  readonly mail: MailPort | undefined;
  readonly logs: LogSinkPort;
  /** Undefined where another IAM is served, which cannot be asked. */
  readonly roles: RolePort | undefined;
  readonly organizationOf: OrganizationPort['of'];
  /** Goes only where others may send us. */
  readonly outbound: Outbound;
  readonly isOwn: (url: URL) => boolean;
  readonly sealing: Sealing;
  readonly newId: NewId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
};

export type Rules = Stoppable & {
  readonly operations: readonly Operation[];
  readonly buses: EventBusPort;
  /** For a follower of the journal. */
  readonly apply: (batch: { readonly entries: readonly JournalEntry[] }) => Promise<void>;
  /** Delivers from now on. */
  readonly start: () => Promise<void>;
  /** Looks at once what is due; for clocks that are turned. */
  readonly look: () => Promise<void>;
  /** Resolves when no delivery is under way. */
  readonly settled: () => Promise<void>;
};

/** EventBridge: buses, rules over what is recorded and put there, and deliveries to their targets. */
export function createRules(deps: RulesDeps): Rules {
  const { settings, clock, metrics, log, organizationOf } = deps;
  const table = createRuleTable(settings);
  const waiting = async (): Promise<number> => {
    const counted = settings.selectFrom('event_queue').select((of) => of.fn.countAll<number>().as('count'));
    return Number((await counted.executeTakeFirst())?.count ?? 0);
  };
  const attempts = createAttempts({ metrics, clock, waiting });
  const api = createApiCaller(deps);
  const enqueue = createEnqueue({ settings, clock, wake: (lanes) => deliverer.wake(lanes) });
  const toBus = createToBus({ settings, table, enqueue, organizationOf });
  const deliverer = new Deliverer({
    ...deps,
    attempts,
    send: (job, end) => send({ ...deps, api, toBus }, job, end),
  });
  const schedules = runSchedules({ settings, enqueue, clock, log });
  const parts: RuleParts = {
    ...deps,
    table,
    enqueue,
    api,
    has: {
      queues: deps.queues !== undefined,
      functions: deps.functions !== undefined,
      mail: deps.mail !== undefined,
    },
    status: createStatus(settings, attempts),
  };
  return {
    operations: ruleOperations(parts),
    buses: createBusPort(parts),
    apply: createFollow({ settings, table, enqueue, columnsOf: deps.history.columnsOf, metrics }),
    start: async () => {
      await deliverer.start();
      schedules.start();
    },
    look: async () => {
      await schedules.look();
      deliverer.look();
    },
    settled: () => deliverer.settled(),
    stop: async () => {
      await schedules.stop();
      await deliverer.stop();
    },
  };
}
