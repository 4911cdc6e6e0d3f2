import { OPENTRAIL_SOURCE } from '../../../base/service-event.ts';
import { isNews, type PlainColumns } from '../../../record/event-record.ts';
import type { JournalEntry, RateCount, RateKey, RateStore } from '../../../store/contract.ts';

export type CountDeps = {
  readonly rates: Pick<RateStore, 'add'>;
  readonly columnsOf: (record: Readonly<Record<string, unknown>>) => PlainColumns;
  readonly clock: { readonly now: () => number };
  /** Called when more was counted. */
  readonly onCounted: (counts: readonly RateCount[]) => void;
};

/** Names come from callers. */
const LONGEST = 128;
/** Minutes: what claims to happen later than that is not counted. */
const AHEAD = 5;

/**
 * Counts calls per minute of what is recorded. Each batch is one insert under a token of its bounds, and a repeated batch has the same bounds: over
 * failures and kill -9 every record is counted once.
 */
export function createCounting(deps: CountDeps) {
  return async ({
    from,
    to,
    entries,
  }: {
    readonly from: number;
    readonly to: number;
    readonly entries: readonly JournalEntry[];
  }): Promise<void> => {
    const counts = countCalls(entries, deps);
    if (counts.length === 0) return;
    await deps.rates.add(counts, `rates-${from}-${to}`);
    deps.onCounted(counts);
  };
}

/** What happened, not what was imported, made up or told by Opentrail itself. */
export function countCalls(
  entries: readonly JournalEntry[],
  { columnsOf, clock }: Pick<CountDeps, 'columnsOf' | 'clock'>,
): readonly RateCount[] {
  const counts = new Map<string, { key: RateKey; minute: number; calls: number }>();
  const latest = Math.floor(clock.now() / 60_000) + AHEAD;
  for (const entry of entries) {
    const columns =
      entry.kind === 'record' && isNews(entry.origin) ? columnsFor(entry, columnsOf) : undefined;
    const key = columns === undefined ? undefined : rateKeyOf(columns);
    if (columns === undefined || key === undefined) continue;
    const minute = Math.floor(columns.time / 60);
    if (minute > latest || minute <= 0) continue;
    const id = JSON.stringify([minute, ...Object.values(key)]);
    const known = counts.get(id);
    if (known === undefined) counts.set(id, { key, minute, calls: 1 });
    else known.calls++;
  }
  return [...counts.values()];
}

function rateKeyOf(columns: PlainColumns): RateKey | undefined {
  const { account, region, category, readOnly, source, name, error } = columns;
  if (category !== 'Management' && category !== 'Data') return undefined;
  if (source === '' || name === '' || source === OPENTRAIL_SOURCE) return undefined;
  const [short, code] = [name.slice(0, LONGEST), error.slice(0, LONGEST)];
  return { account, region, category, readOnly, source: source.slice(0, LONGEST), name: short, error: code };
}

function columnsFor(entry: JournalEntry, columnsOf: CountDeps['columnsOf']): PlainColumns | undefined {
  if (entry.columns !== undefined) return entry.columns;
  try {
    return columnsOf(JSON.parse(Buffer.from(entry.raw).toString('utf8')) as Record<string, unknown>);
  } catch {
    // It is no JSON object and can never be read; the event store has it.
    return undefined;
  }
}
