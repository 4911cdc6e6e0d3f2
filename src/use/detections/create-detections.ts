import { AwsError } from '../../aws/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { EventStore, JournalEntry } from '../../store/contract.ts';
import type { EventColumns } from '../../record/event-record.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { createCatalog } from './catalog.ts';
import type { Detection } from './detection.ts';
import { createFindings } from './findings.ts';
import { detectionOperations } from './operations/detections.ts';
import { findingOperations } from './operations/findings.ts';
import type { DetectionOperation } from './operations/operation.ts';
import { settingsOperations } from './operations/settings.ts';
import type { DetectionTables } from './settings.ts';
import { createTopics } from './topics.ts';
import { createTrials } from './trial.ts';
import { createWatch, type LogBuckets } from './watch.ts';

export type DetectionsDeps = {
  readonly settings: Settings<DetectionTables>;
  readonly events: Pick<EventStore, 'lookup'>;
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
  readonly logBuckets: LogBuckets;
  readonly pack: readonly Detection[];
  readonly clock: Clock;
};

export type Detections = {
  readonly operations: readonly DetectionOperation[];
  /** Applies a batch of the journal; the same twice does nothing twice. */
  readonly apply: (batch: {
    readonly to: number;
    readonly entries: readonly JournalEntry[];
  }) => Promise<void>;
};

export function createDetections(deps: DetectionsDeps): Detections {
  const { settings, clock } = deps;
  const now = (): number => clock.now();
  const readRules = (): never => {
    throw new AwsError('UnsupportedOperationException', 'Rules of Sigma are not built yet.');
  };
  const catalog = createCatalog({ ...deps, readRule: readRules, now });
  const operationDeps = {
    catalog,
    findings: createFindings(settings),
    trials: createTrials({ ...deps, now }),
    topics: createTopics(settings),
    readRules,
    now,
  };
  return {
    operations: [
      ...detectionOperations(operationDeps),
      ...findingOperations(operationDeps),
      ...settingsOperations(operationDeps),
    ],
    apply: createWatch({ ...deps, index: catalog.index, onFindings: () => undefined }),
  };
}
