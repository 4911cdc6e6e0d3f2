import type { EventStore, LookupCondition, StoredEvent } from '../../store/contract.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { assess, type Ledger, type Seen } from './assess.ts';
import type { DetectedEvent, Detection } from './detection.ts';
import { createDetectionIndex } from './detection-index.ts';
import { detectedEvent } from './event.ts';
import { memoryLedger, settingsLedger } from './ledger.ts';
import type { DetectionTables, FindingRow } from './settings.ts';
import type { LogBuckets } from './watch.ts';

export type Trial = {
  readonly detections: readonly Detection[];
  readonly owner: string;
  /** Undefined: of all accounts. */
  readonly account: string | undefined;
  /** Seconds, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Whether the findings are kept. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
};

export type TrialResult = {
  /** Newest event first. */
  readonly findings: readonly FindingRow[];
  /** Events that were looked at. */
  readonly scanned: number;
  /** Undefined: all of them were; else from this time on (seconds) only. */
  readonly completeFrom: number | undefined;
};

export type Trials = (trial: Trial) => Promise<TrialResult>;

export type TrialDeps = {
  readonly events: Pick<EventStore, 'lookup'>;
  readonly settings: Settings<DetectionTables>;
  readonly logBuckets: LogBuckets;
  readonly now: () => number;
  /** Default 500,000 events, and 100,000 that detections watch for. */
  readonly limits?: { readonly scanned: number; readonly seen: number } | undefined;
};

const PAGE = 1000;

/** Detections over the event history, imported records and the demo's too: how often they would have fired, and on what. */
export function createTrials(deps: TrialDeps): Trials {
  const { settings, now } = deps;
  const most = deps.limits ?? { scanned: 500_000, seen: 100_000 };
  return async (trial) => {
    const { seen, scanned, completeFrom } = await gather(deps, trial, most);
    // The store gives the newest first; what counts in time is counted forwards.
    seen.reverse();
    const memory = memoryLedger();
    await assessAll(memory, seen, now());
    const findings = [...memory.findings.values()].sort((a, b) => b.last_at - a.last_at);
    if (trial.keep)
      await settings.transaction().execute(async (tx) => {
        const ledger = settingsLedger(tx);
        // Nobody is told of what is long past.
        for (const finding of findings) await ledger.add({ ...finding, on_bus: 1, on_topic: 1 });
      });
    return { findings, scanned, completeFrom };
  };
}

async function assessAll(ledger: Ledger, seen: readonly Seen[], now: number): Promise<void> {
  for (const one of seen) await assess(ledger, one, now);
}

async function gather(
  { events, logBuckets }: TrialDeps,
  { detections, owner, account, from, to, signal }: Trial,
  most: { readonly scanned: number; readonly seen: number },
) {
  const index = createDetectionIndex(detections.map((detection) => ({ detection, owner, until: Infinity })));
  const query = { scope: 'all', from, to, categories: [], limit: PAGE } as const;
  const conditions = conditionsOf(detections, account);
  const buckets = await logBuckets();
  const seen: Seen[] = [];
  let scanned = 0;
  let after: Awaited<ReturnType<EventStore['lookup']>>['next'];
  do {
    const page = await events.lookup({ ...query, conditions, after }, signal);
    for (const event of page.events) {
      scanned++;
      const raw = Buffer.from(event.raw);
      let parsed: DetectedEvent | undefined;
      const lazily = (): DetectedEvent => (parsed ??= detectedEvent(raw, event.columns, buckets));
      for (const watched of index.find(event.columns, raw, lazily))
        seen.push({ watched, event: lazily(), columns: event.columns });
    }
    after = page.next;
    if (after !== undefined && (scanned >= most.scanned || seen.length >= most.seen))
      return { seen, scanned, completeFrom: timeOf(page.events.at(-1)) };
  } while (after !== undefined);
  return { seen, scanned, completeFrom: undefined };
}

/** Of a second the store may have given only some events. */
function timeOf(event: StoredEvent | undefined): number {
  return (event?.columns.time ?? 0) + 1;
}

/** Where every detection watches for certain names, no others are asked for. */
function conditionsOf(
  detections: readonly Detection[],
  account: string | undefined,
): readonly LookupCondition[] {
  const matchers = detections.flatMap(({ steps }) => steps.map(({ matcher }) => matcher));
  const names = matchers.flatMap((matcher) => [...(matcher.names ?? [])]);
  // Rules of Sigma do not tell case apart, and the store does.
  const isNamed =
    matchers.every((matcher) => matcher.names !== undefined) &&
    detections.every(({ kind }) => kind === 'pack');
  return [
    ...(account === undefined
      ? []
      : [{ key: 'RecipientAccountId', operator: 'equals', values: [account] } as const]),
    ...(isNamed ? [{ key: 'EventName', operator: 'equals', values: [...new Set(names)] } as const] : []),
  ];
}
