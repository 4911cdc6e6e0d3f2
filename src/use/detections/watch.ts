import type { Clock } from '../../base/clock.ts';
import { isNews, type EventColumns } from '../../record/event-record.ts';
import type { JournalEntry } from '../../store/contract.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { assess, type Seen } from './assess.ts';
import type { DetectedEvent } from './detection.ts';
import type { DetectionIndex } from './detection-index.ts';
import { detectedEvent } from './event.ts';
import { settingsLedger } from './ledger.ts';
import type { DetectionTables } from './settings.ts';

/** Those that trails write to, as they are now. */
export type LogBuckets = () => Promise<ReadonlySet<string>>;

export type WatchDeps = {
  readonly settings: Settings<DetectionTables>;
  /** What is enabled now. */
  readonly index: () => Promise<DetectionIndex>;
  readonly columnsOf: (raw: Uint8Array) => EventColumns;
  readonly logBuckets: LogBuckets;
  /** There may be new findings. */
  readonly onFindings: () => void;
  readonly clock: Clock;
};

type Batch = { readonly to: number; readonly entries: readonly JournalEntry[] };

/**
 * Applies a batch of the journal: records that were captured or ingested, not what was imported. Findings, what is remembered and how far was
 * read are one transaction, so that a batch that is applied again does nothing twice.
 */
export function createWatch(deps: WatchDeps) {
  const { settings, index, onFindings, clock } = deps;
  let through: number | undefined;
  return async ({ to, entries }: Batch): Promise<void> => {
    const enabled = await index();
    if (enabled.size === 0) return;
    through ??= await progressOf(settings);
    const fresh = entries.filter(({ seq }) => seq > (through ?? 0));
    const seen = seenIn(fresh, { ...deps, enabled, logBuckets: await deps.logBuckets() });
    if (seen.length === 0) return;
    await settings.transaction().execute(async (tx) => {
      const ledger = settingsLedger(tx);
      for (const one of seen) await assess(ledger, one, clock.now());
      await tx.deleteFrom('detection_windows').where('expires_at', '<', clock.now()).execute();
      await tx
        .insertInto('detection_progress')
        .values({ id: 1, seq: to })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ seq: to }))
        .execute();
    });
    through = to;
    onFindings();
  };
}

function seenIn(
  entries: readonly JournalEntry[],
  {
    enabled,
    columnsOf,
    logBuckets,
  }: Pick<WatchDeps, 'columnsOf'> & {
    readonly enabled: DetectionIndex;
    readonly logBuckets: ReadonlySet<string>;
  },
): readonly Seen[] {
  const seen: Seen[] = [];
  for (const { kind, origin, raw, columns: known } of entries) {
    if (kind !== 'record' || !isNews(origin)) continue;
    const columns = known ?? columnsOf(raw);
    let parsed: DetectedEvent | undefined;
    const event = (): DetectedEvent => (parsed ??= detectedEvent(raw, columns, logBuckets));
    for (const watched of enabled.find(columns, raw, event)) seen.push({ watched, event: event(), columns });
  }
  return seen;
}

async function progressOf(settings: Settings<DetectionTables>): Promise<number> {
  const row = await settings.selectFrom('detection_progress').select('seq').executeTakeFirst();
  return row?.seq ?? 0;
}
