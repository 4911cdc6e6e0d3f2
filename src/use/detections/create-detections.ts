import { regionOfArn } from '../../aws/arn.ts';
import type { EventBusPort, TopicPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { EventStore, JournalEntry } from '../../store/contract.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { createCatalog } from './catalog.ts';
import type { Detection } from './detection.ts';
import { createFindings } from './findings.ts';
import { detectionOperations } from './operations/detections.ts';
import { findingOperations } from './operations/findings.ts';
import type { DetectionOperation } from './operations/operation.ts';
import { settingsOperations } from './operations/settings.ts';
import type { DetectionTables } from './settings.ts';
import { readSigmaRules, readStoredRule } from './sigma-detection.ts';
import { createTeller, findingsSource } from './teller.ts';
import { createTopics } from './topics.ts';
import { createTrials } from './trial.ts';
import { createWatch, type LogBuckets } from './watch.ts';

export type DetectionsDeps = {
  readonly settings: Settings<DetectionTables>;
  readonly events: Pick<EventStore, 'lookup'>;
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
  readonly logBuckets: LogBuckets;
  readonly pack: readonly Detection[];
  readonly buses: EventBusPort;
  readonly topics: TopicPort;
  readonly clock: Clock;
  readonly log: Logger;
};

export type Detections = Stoppable & {
  readonly operations: readonly DetectionOperation[];
  /** Applies a batch of the journal; the same twice does nothing twice. */
  readonly apply: (batch: {
    readonly to: number;
    readonly entries: readonly JournalEntry[];
  }) => Promise<void>;
  /** Tells of findings from now on. */
  readonly start: () => void;
};

/** Detections over what is recorded: what they find, and who is told of it. */
export function createDetections(deps: DetectionsDeps): Detections {
  const { settings, clock } = deps;
  const now = (): number => clock.now();
  const catalog = createCatalog({ ...deps, readRule: readStoredRule, now });
  const topics = createTopics(settings, now);
  const teller = createTeller({
    ...deps,
    topics,
    topicPort: deps.topics,
    detectionOf: async (account, id) =>
      (await catalog.list(account)).findLast(({ detection }) => detection.id === id)?.detection,
  });
  const operationDeps = {
    catalog,
    findings: createFindings(settings),
    trials: createTrials({ ...deps, now }),
    topics,
    checkTopic: (account: string, topicArn: string) =>
      deps.topics.checkPublish({ topicArn, source: findingsSource(account, regionOfArn(topicArn)) }),
    readRules: readSigmaRules,
    now,
  };
  return {
    operations: [
      ...detectionOperations(operationDeps),
      ...findingOperations(operationDeps),
      ...settingsOperations(operationDeps),
    ],
    apply: createWatch({ ...deps, index: catalog.index, onFindings: teller.wake }),
    start: teller.start,
    stop: teller.stop,
  };
}
