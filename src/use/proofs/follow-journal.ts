import type { JournalEntry } from '../../store/contract.ts';
import type { ProofTree } from './tree/open-tree.ts';

export type TreeWriter = {
  /** Makes leaves of a batch's records. Safe to repeat, with the same bounds or others: what the tree has seen it passes over. */
  readonly apply: (batch: {
    readonly to: number;
    readonly entries: readonly JournalEntry[];
  }) => Promise<void>;
};

/**
 * Every record of the journal is a leaf, in the journal's order: its raw bytes as they are delivered. Imported and made-up ones too, which no
 * trail delivers: what the history shows can be proven, without exception.
 */
export function createTreeWriter(tree: Pick<ProofTree, 'throughSeq' | 'append'>): TreeWriter {
  return {
    apply: async ({ to, entries }) => {
      const seen = tree.throughSeq();
      const records = entries.filter(({ kind, seq }) => kind === 'record' && seq > seen);
      await tree.append(records, Math.max(to, seen));
    },
  };
}
