import { setImmediate as breathe } from 'node:timers/promises';

import { factsOf } from '../../../aws/event-selectors/event-facts.ts';
import type { ChannelPort } from '../../../aws/ports.ts';
import type { PlainColumns } from '../../../record/event-record.ts';
import type { JournalEntry, LakeTables } from '../../../store/contract.ts';
import type { Enrich } from './event-context.ts';
import { lakeForm } from './insights/lake-form.ts';
import { takesInsight } from './insights/takes-insight.ts';
import { storeArn } from './store-rows.ts';
import type { StoreSettings } from './settings.ts';
import { forgetStretches, stretchesIn, type Stretch } from './stretches.ts';
import { takerOf, takes, type IsMember, type Memberships, type TakenEvent, type Taker } from './takes.ts';

type Json = Readonly<Record<string, unknown>>;

export type FollowDeps = {
  readonly settings: StoreSettings;
  readonly tables: Pick<LakeTables, 'insert'>;
  readonly channels: Pick<ChannelPort, 'destinationsOf'>;
  readonly columnsOf: (record: Json) => PlainColumns;
  readonly memberships: Memberships;
  readonly enrich: Enrich;
  /** Of the journal: sequence numbers mean something only together with it. */
  readonly journalId: string;
};

export type Batch = {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly JournalEntry[];
};

/** Entries to be judged between two pauses for the calls that are being served. */
const BREATHE_EVERY = 200;

/**
 * Puts what was recorded into the tables of the stores that take it in, whatever its origin. The insert's token is the batch, so that one which
 * is repeated after a failure inserts nothing twice: what a store selects of an entry is decided by what held when the entry was written.
 */
export function createFollow(deps: FollowDeps) {
  const takers = new Map<string, Taker>();
  return async ({ from, to, entries }: Batch): Promise<void> => {
    const stretches = await stretchesIn(deps.settings, { from, to });
    if (stretches.length > 0) {
      const taken = await assign(deps, {
        stretches,
        entries,
        takerFor: remembered(takers, stretches),
        isMember: await deps.memberships.read(),
      });
      for (const [id, records] of taken)
        await deps.tables.insert({ id, token: `${deps.journalId}:${from}-${to}`, records });
    }
    if (stretches.some(({ until_seq }) => until_seq !== null && until_seq < to))
      await forgetStretches(deps.settings, to);
  };
}

/** Selectors are compiled once, not for each batch. */
function remembered(takers: Map<string, Taker>, stretches: readonly Stretch[]): (id: string) => Taker {
  const used = new Set(stretches.map(({ id }) => id));
  for (const id of takers.keys()) if (!used.has(id)) takers.delete(id);
  for (const { id, rules } of stretches) if (!takers.has(id)) takers.set(id, takerOf(rules));
  return (id) => takers.get(id) as Taker;
}

async function assign(
  deps: FollowDeps,
  {
    stretches,
    entries,
    takerFor,
    isMember,
  }: {
    readonly stretches: readonly Stretch[];
    readonly entries: readonly JournalEntry[];
    readonly takerFor: (id: string) => Taker;
    readonly isMember: IsMember;
  },
): Promise<ReadonlyMap<string, Uint8Array[]>> {
  const taken = new Map<string, Uint8Array[]>();
  const give = (id: string, record: Uint8Array): void => {
    const records = taken.get(id);
    if (records === undefined) taken.set(id, [record]);
    else records.push(record);
  };
  for (const [index, entry] of entries.entries()) {
    if (index % BREATHE_EVERY === BREATHE_EVERY - 1) await breathe();
    if (entry.kind !== 'record') continue;
    const columns = entry.columns ?? columnsOf(deps, entry);
    if (columns === undefined) continue;
    const open = stretches.filter(
      ({ from_seq, until_seq }) => from_seq <= entry.seq && (until_seq === null || entry.seq <= until_seq),
    );
    if (open.length === 0) continue;
    if (columns.category === 'ActivityAuditLog') {
      const stores = destinationsOf(deps, entry);
      for (const { store_id: id, rules } of open)
        if (stores.has(storeArn({ ...rules, id }))) give(id, entry.raw);
      continue;
    }
    const event = { columns, facts: factsOf({ columns, raw: entry.raw }), seq: entry.seq };
    if (columns.category === 'Insight') {
      for (const { destination, source } of insightsIn(open, event, { takerFor, isMember }))
        give(destination, insightFor(source, entry));
      continue;
    }
    for (const { id, store_id, rules } of open)
      if (takes(takerFor(id), event, isMember)) give(store_id, deps.enrich(entry.raw, rules.context));
  }
  return taken;
}

/** Whose insight an Insights event is, and which stores that are there take it in: for each source of its own. */
function insightsIn(
  open: readonly Stretch[],
  { columns, facts, seq }: TakenEvent,
  { takerFor, isMember }: { readonly takerFor: (id: string) => Taker; readonly isMember: IsMember },
): readonly { readonly destination: string; readonly source: string }[] {
  const insight = facts.insight();
  if (insight === undefined) return [];
  const { account, region, source, name } = columns;
  const ask = { account, region, source, name, ...insight };
  const stores = new Set(open.map(({ store_id }) => store_id));
  return open.flatMap(({ id, store_id, rules }) => {
    const destination = rules.insights?.destination;
    if (destination === undefined || !stores.has(destination)) return [];
    if (!takesInsight(takerFor(id), { ask, seq }, isMember)) return [];
    return [{ destination, source: storeArn({ ...rules, id: store_id }) }];
  });
}

function insightFor(source: string, { raw }: JournalEntry): Uint8Array {
  return Buffer.from(JSON.stringify(lakeForm(parsed(raw) ?? {}, source)));
}

/** The stores that the event's channel sends to. */
function destinationsOf({ channels }: FollowDeps, { raw }: JournalEntry): ReadonlySet<string> {
  const metadata = parsed(raw)?.['metadata'];
  const arn =
    typeof metadata === 'object' && metadata !== null ? (metadata as Json)['channelARN'] : undefined;
  return new Set(typeof arn === 'string' ? channels.destinationsOf(arn) : []);
}

/** Undefined for what can never be read, which must not stop the others. */
function columnsOf(deps: FollowDeps, { raw }: JournalEntry): PlainColumns | undefined {
  const record = parsed(raw);
  return record === undefined ? undefined : deps.columnsOf(record);
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
