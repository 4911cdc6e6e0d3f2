import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { isUuid, uuidFrom } from '../../../base/ids.ts';
import { pause } from '../../../base/retry.ts';
import type { EventStore, Journal, StoredEvent } from '../../../store/contract.ts';
import type { Checkpoints } from '../checkpoints/create-checkpoints.ts';
import { leafHash } from '../merkle/hashing.ts';
import type { ProofTree } from '../tree/open-tree.ts';
import { formatProof } from './proof-file.ts';

export type ProveDeps = {
  readonly tree: Pick<ProofTree, 'find' | 'reader' | 'throughSeq' | 'size'>;
  readonly checkpoints: Pick<Checkpoints, 'covering'>;
  readonly events: Pick<EventStore, 'lookup'>;
  readonly journal: Pick<Journal, 'head'>;
};

export type EventProof = {
  readonly eventId: string;
  readonly index: number;
  /** Leaves of the checkpoint's tree. */
  readonly size: number;
  /** `held`: it is in the proof. `gone`: the history no longer has it. `changed`: what the history has is not what is in the tree. */
  readonly record: 'held' | 'gone' | 'changed';
  /** https://c2sp.org/tlog-proof */
  readonly proof: string;
};

/** What was answered a moment ago must be provable: how long it may take to become a leaf, ms. */
const PATIENCE = 5000;
const LATEST = 8_640_000_000_000;

/** An inclusion proof of the event, with its record as long as the history has it. Throws AwsError: EventNotFound, AccessDenied. */
export async function proveEvent(
  deps: ProveDeps,
  eventId: string,
  context: Pick<CallContext, 'accountId' | 'authorize' | 'signal'>,
): Promise<EventProof> {
  const id = idOf(eventId);
  const leaves = await leavesOf(deps, id, context.signal);
  if (leaves.length === 0) throw notFound(eventId);
  const stored = await deps.events.lookup(
    {
      scope: 'all',
      from: 0,
      to: LATEST,
      categories: [],
      conditions: [{ key: 'EventId', operator: 'equals', values: [id] }],
      limit: 10,
      after: undefined,
    },
    context.signal,
  );
  const { index, event } = await choose(deps, leaves, stored.events);
  const foreign = stored.events.some(({ columns }) => columns.account !== context.accountId);
  if (foreign) context.authorize('opentrail:AllAccounts', '*');
  const checkpoint = await deps.checkpoints.covering(index + 1);
  const path = await deps.tree.reader(checkpoint.size).inclusion(index);
  const record = event === undefined ? undefined : Buffer.from(event.raw);
  return {
    eventId: id,
    index,
    size: checkpoint.size,
    record: record !== undefined ? 'held' : stored.events.length === 0 ? 'gone' : 'changed',
    proof: formatProof({ index, path, checkpoint, record }),
  };
}

async function leavesOf(
  { tree, journal }: ProveDeps,
  id: string,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const head = journal.head();
  const end = Date.now() + PATIENCE;
  for (;;) {
    const leaves = tree.find(id);
    if (leaves.length > 0 || tree.throughSeq() >= head || Date.now() > end) return leaves;
    if (!(await pause(50, signal))) return leaves;
  }
}

/** The newest leaf that a stored record makes; where none does, the newest. */
async function choose(
  { tree }: ProveDeps,
  leaves: readonly number[],
  stored: readonly StoredEvent[],
): Promise<{ readonly index: number; readonly event: StoredEvent | undefined }> {
  const reader = tree.reader();
  const hashes = stored.map((event) => ({ event, hash: leafHash(Buffer.from(event.raw)) }));
  for (const index of leaves) {
    const leaf = await reader.leaf(index);
    const found = hashes.find(({ hash }) => hash.equals(leaf));
    if (found !== undefined) return { index, event: found.event };
  }
  return { index: leaves[0] as number, event: undefined };
}

/** As records' columns have it: a GUID in lower case; of anything else what follows from its text. */
function idOf(eventId: string): string {
  const lower = eventId.toLowerCase();
  return isUuid(lower) ? lower : uuidFrom(eventId);
}

function notFound(eventId: string): AwsError {
  return new AwsError('EventNotFound', `No event with the ID "${eventId}" is in the tree.`, { status: 404 });
}
