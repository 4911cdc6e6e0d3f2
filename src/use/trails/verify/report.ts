/** invalid: proof that something was changed or is missing. unproven: nothing speaks for or against it. notice: worth knowing. */
export type Severity = 'invalid' | 'unproven' | 'notice';

export type FindingKind =
  | 'digest-not-found'
  | 'digest-moved'
  | 'digest-format'
  | 'digest-signature'
  | 'digest-key-unknown'
  | 'digest-changed'
  | 'digest-unlinked'
  | 'digest-unproven'
  | 'digests-missing'
  | 'chain-restart'
  | 'log-not-found'
  | 'log-moved'
  | 'log-changed'
  | 'log-format'
  | 'log-unnamed'
  | 'log-unproven'
  | 'log-unvalidated'
  | 'log-pending'
  | 'nothing-found';

export type Finding = {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly subject: 'Digest file' | 'Log file' | 'Chain';
  /** `s3://bucket/key`; of a folder the path in it. */
  readonly uri: string;
  readonly message: string;
};

export type Tally = { valid: number; invalid: number; unproven: number };

export type ChainReport = {
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
  readonly digests: number;
  readonly from: string;
  readonly to: string;
};

export type VerifyReport = {
  readonly source: string;
  /** Nothing invalid was found. */
  readonly valid: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly digests: Readonly<Tally>;
  readonly logFiles: Readonly<Tally>;
  readonly chains: readonly ChainReport[];
  readonly findings: readonly Finding[];
};

/** Collects while verifying. */
export type Notes = {
  readonly digests: Tally;
  readonly logFiles: Tally;
  readonly findings: Finding[];
  /** Called for each file that is valid. */
  readonly valid: (subject: 'Digest file' | 'Log file', uri: string) => void;
};

export function newNotes(valid: Notes['valid'] = () => undefined): Notes {
  return {
    digests: { valid: 0, invalid: 0, unproven: 0 },
    logFiles: { valid: 0, invalid: 0, unproven: 0 },
    findings: [],
    valid,
  };
}
