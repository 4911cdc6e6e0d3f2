import { OpentrailError } from '../../../base/errors.ts';
import type { EventStore, Journal, JournalEntry } from '../../../store/contract.ts';

export type EntrySource = {
  readonly journal: Pick<Journal, 'read' | 'head'> & { readonly oldest: () => number };
  /** Read instead of the journal where that is pruned already. */
  readonly events: Pick<EventStore, 'bySequence'>;
};

export type EntryChunk = { readonly entries: readonly JournalEntry[]; readonly to: number };

/** Small, so that parsing a chunk does not hold up the calls that are being served. */
const CHUNK_BYTES = 1 << 20;
const CHUNK_ENTRIES = 500;

/** The entries of [from, to] in order, a chunk at a time; each chunk tells up to where it reaches. */
export async function* readEntries(
  source: EntrySource,
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<EntryChunk> {
  let next = range.from;
  while (next <= range.to) {
    const chunk = await readChunk(source, next, range.to);
    yield chunk;
    next = chunk.to + 1;
  }
}

async function readChunk(source: EntrySource, from: number, to: number): Promise<EntryChunk> {
  const oldest = source.journal.oldest();
  if (from < oldest) return readPruned(source, from, Math.min(to, oldest - 1));
  try {
    const read = await source.journal.read({ from, maxBytes: CHUNK_BYTES, maxEntries: CHUNK_ENTRIES });
    const entries = read.filter((entry) => entry.seq <= to);
    const last = entries.at(-1)?.seq;
    if (last === undefined) {
      throw new OpentrailError('NOT_FOUND', `the journal has no entry ${from}, though its head is at ${to}`);
    }
    return { entries, to: last };
  } catch (error) {
    const pruned =
      error instanceof OpentrailError && error.code === 'NOT_FOUND' && from < source.journal.oldest();
    if (!pruned) throw error;
    return readChunk(source, from, to);
  }
}

/** The event store has holes where intents were, and data events that nobody selected. */
async function readPruned(source: EntrySource, from: number, to: number): Promise<EntryChunk> {
  const entries = await source.events.bySequence({ from, to, limit: CHUNK_ENTRIES });
  return { entries, to: entries.length < CHUNK_ENTRIES ? to : (entries.at(-1)?.seq ?? to) };
}
