/** As the report of log files has it; invalid: something was changed or is missing. unproven: nothing speaks for or against it. */
export type ProofFinding = {
  readonly kind:
    | 'checkpoint-format'
    | 'checkpoint-signature'
    | 'checkpoint-unproven'
    | 'tree-not-found'
    | 'tree-cut'
    | 'tree-changed'
    | 'record-not-in-tree'
    | 'records-older'
    | 'records-pending';
  readonly severity: 'invalid' | 'unproven' | 'notice';
  readonly subject: 'Checkpoint' | 'Tree' | 'Log file';
  readonly uri: string;
  readonly message: string;
};

export type TreeReport = {
  readonly origin: string;
  readonly uri: string;
  /** Leaves of the newest checkpoint. */
  readonly size: number;
  /** Checkpoints that are consistent with it, itself included. */
  readonly checkpoints: number;
  /** Witnesses that cosigned it, of those whose keys were given. */
  readonly witnesses: readonly string[];
};

export type ProofReport = {
  readonly valid: boolean;
  readonly trees: readonly TreeReport[];
  /** Records of the log files that were found in a tree, were not, and of which nothing can be said. */
  readonly records: { readonly valid: number; readonly invalid: number; readonly unproven: number };
  readonly findings: readonly ProofFinding[];
};
