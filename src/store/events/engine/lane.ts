import type { Session } from 'chdb';

import { EngineError } from './engine-error.ts';
import { quote } from './query-text.ts';

/** One chDB connection. It runs one query at a time; what was SET on it stays, so it is known here. */
export type Slot = { session: Session; readonly applied: Map<string, string> };

/** Connections for one kind of work, so that no kind waits for another. */
export type Lane = {
  /** Runs `task` on a free connection, in order of arrival. */
  readonly run: <T>(task: (slot: Slot) => Promise<T>) => Promise<T>;
  /** Resolves when nothing runs; nothing may be added any more. */
  readonly close: () => Promise<void>;
};

export type LaneOptions = {
  readonly open: () => Session;
  readonly size: number;
  readonly maxWaiting: number;
};

export function createLane({ open, size, maxWaiting }: LaneOptions): Lane {
  const idle: Slot[] = [];
  const waiting: ((slot: Slot) => void)[] = [];
  const all: Slot[] = [];
  let running = 0;
  let drained: (() => void) | undefined;

  const acquire = (): Promise<Slot> | Slot => {
    const free = idle.pop();
    if (free) return free;
    if (all.length < size) {
      const slot: Slot = { session: open(), applied: new Map() };
      all.push(slot);
      return slot;
    }
    if (waiting.length >= maxWaiting) throw new EngineError(202, 'Too many simultaneous queries');
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (slot: Slot): void => {
    const next = waiting.shift();
    if (next) next(slot);
    else idle.push(slot);
  };

  return {
    run: async (task) => {
      running += 1;
      try {
        const slot = await acquire();
        try {
          return await task(slot);
        } finally {
          release(slot);
        }
      } finally {
        running -= 1;
        if (running === 0) drained?.();
      }
    },
    close: async () => {
      if (running > 0) await new Promise<void>((resolve) => (drained = resolve));
      for (const slot of all) slot.session.close();
    },
  };
}

/** Brings the connection's settings to exactly `wanted`: SET what differs, back to default what was left over. */
export async function applySettings(
  slot: Slot,
  wanted: ReadonlyMap<string, string>,
  reopen: () => Session,
): Promise<void> {
  const changes: string[] = [];
  for (const [name, value] of wanted) {
    if (!/^[a-z]\w*$/.test(name)) throw new EngineError(115, `Unknown setting '${name}' (UNKNOWN_SETTING)`);
    if (slot.applied.get(name) !== value) changes.push(`${name} = ${quote(value)}`);
  }
  for (const name of slot.applied.keys()) if (!wanted.has(name)) changes.push(`${name} = DEFAULT`);
  if (changes.length === 0) return;
  try {
    await slot.session.queryAsync(`SET ${changes.join(', ')}`, { format: 'Null' });
    slot.applied.clear();
    for (const [name, value] of wanted) slot.applied.set(name, value);
  } catch (error) {
    // Half of them may be set: a fresh connection is the only known state.
    slot.session.close();
    slot.session = reopen();
    slot.applied.clear();
    throw error;
  }
}
