import { Counter, type Registry } from '../../base/metrics.ts';
import { isNews, type EventColumns } from '../../record/event-record.ts';
import type { JournalEntry } from '../../store/contract.ts';
import { DEFAULT_BUS } from './arns.ts';
import { progressOf, type Accepted, type Enqueue } from './deliver/enqueue.ts';
import { MOST_EVENT_BYTES } from './event.ts';
import { eventOf, isOwnDelivery, isQuiet } from './record-event.ts';
import type { RuleTable } from './rule-table.ts';
import type { RuleSettings } from './settings.ts';

type Json = Readonly<Record<string, unknown>>;

export type FollowDeps = {
  readonly settings: RuleSettings;
  readonly table: RuleTable;
  readonly enqueue: Enqueue;
  readonly columnsOf: (record: Json) => EventColumns;
  readonly metrics: Registry;
};

/**
 * Puts what was recorded on the default bus of its account and region. What fires is noted together with how far the journal was read: a batch
 * that is repeated fires nothing twice.
 */
export function createFollow(deps: FollowDeps) {
  const { settings, enqueue, metrics } = deps;
  const count = new Counter({
    name: 'opentrail_rule_events_total',
    help: 'Records that fired a rule, were looked at in vain, or were too large to be sent.',
    labelNames: ['result'],
    registers: [metrics],
  });
  return async ({ entries }: { readonly entries: readonly JournalEntry[] }): Promise<void> => {
    const last = entries.at(-1);
    if (last === undefined) return;
    const { seq } = await progressOf(settings);
    const accepted: Accepted[] = [];
    for (const entry of entries) {
      if (entry.seq <= seq || !fires(entry)) continue;
      const one = await lookAt(deps, entry);
      if (one === undefined) continue;
      if (one === 'too large') count.inc({ result: 'too large' });
      else {
        count.inc({ result: one.fired.length > 0 ? 'fired' : 'passed' });
        if (one.fired.length > 0) accepted.push(one);
      }
    }
    // Without anything to be done the cursor of the follower is enough.
    if (accepted.length > 0) await enqueue(accepted, { throughSeq: last.seq });
  };
}

function fires({ kind, origin }: JournalEntry): boolean {
  return kind === 'record' && isNews(origin);
}

async function lookAt(
  { table, columnsOf }: FollowDeps,
  entry: JournalEntry,
): Promise<Accepted | 'too large' | undefined> {
  const known = entry.columns;
  if (known !== undefined && !(await table.hasRules(busOf(known)))) return undefined;
  const record = parsed(entry.raw);
  if (record === undefined) return undefined;
  const columns = known ?? columnsOf(record);
  // AWS has no detail-type for events of one's own services: PutEvents is the way to rules.
  if (columns.category === 'ActivityAuditLog') return undefined;
  const bus = busOf(columns);
  if (!(await table.hasRules(bus))) return undefined;
  if (entry.origin === 'captured' && isOwnDelivery(record, columns)) return undefined;
  const event = eventOf(record, columns);
  const fired = await table.match(bus, event, isQuiet(columns));
  if (fired.length === 0) return { body: '', fired };
  const body = JSON.stringify(event);
  return Buffer.byteLength(body) > MOST_EVENT_BYTES ? 'too large' : { body, fired };
}

function busOf({ account, region }: EventColumns) {
  return { account, region, name: DEFAULT_BUS };
}

function parsed(raw: Uint8Array): Json | undefined {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8'),
    );
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
