import type { CoverageReport } from '../../use/trails/coverage/contract.ts';
import type { ShownFinding } from '../detections/api.ts';
import type { Part, ProofEvidence } from './evidence.ts';
import type { Tally } from './tally.ts';

/** All that a report tells. */
export type ReportFacts = {
  /** Seconds. */
  readonly from: number;
  readonly to: number;
  readonly account: string | undefined;
  readonly madeAt: number;
  readonly madeBy: string;
  readonly endpoint: string;
  readonly version: string;
  /** Where records were read from. */
  readonly source: string;
  readonly tally: Tally;
  readonly coverage: Part<readonly CoverageReport[]>;
  readonly proofs: Part<ProofEvidence>;
  readonly findings: Part<readonly ShownFinding[]>;
  /** Name and SHA-256 of each CSV. */
  readonly files: readonly (readonly [name: string, hash: string])[];
};
