import type { ImportDeps } from '../deps.ts';

export type ImportOperationDeps = ImportDeps & {
  readonly begin: (id: string) => void;
  /** Resolves once nothing of it is written any more. */
  readonly halt: (id: string) => Promise<void>;
};
